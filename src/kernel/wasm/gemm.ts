// Emits matrix products C[i][j] (+)= Σ_k A[i][k] · B[k][j] with constant strides, blocked for registers.
import type { Formula } from '../../arith/arith.ts'
import { type Body, type Expr, f32x4, i32, type Local, v128 } from './asm.ts'
import { loadColumns, storeColumns } from './partial.ts'
import { madd, type Rung } from './rung.ts'
import { lanes } from './simd.ts'
import { type Tile, tileRows } from './tiles.ts'

/** One level of the loops over k: `count` rounds, and the bytes by which A and B move in each. */
export interface Run {
  readonly count: number
  readonly a: number
  /** By default B is consecutive: it moves by what the levels inside cover. */
  readonly b?: number
}

/** A matrix product; strides in bytes. Those of panels may be negative, the others not. */
export interface Gemm {
  readonly rung: Rung
  readonly tile: Tile
  /** Rows of C: a constant, or a number known when the kernel runs. */
  readonly rows: number | Expr<'i32'>
  readonly columns: number
  /** Levels over k, the outermost first: A[i][k] lies at a + i · aRow + Σ round · run.a. */
  readonly k: readonly Run[]
  readonly aRow: number
  /** C[i][j] lies at c + i · cRow + floor(j / panel) · cPanel + (j mod panel) · 4, a panel being the tile's columns. */
  readonly cRow: number
  /** By default C's panels are side by side in its rows. */
  readonly cPanel?: number
  /** By default B is packed: [panel][k][columns of the tile]. Given: the bytes to the next k and to the next panel. */
  readonly b?: { readonly k: number; readonly panel: number }
  /** What the sums start from. */
  readonly start: 'zero' | 'bias' | 'c'
  /** What is added to the finished sums; C so is more exact over many blocks than to start from it. */
  readonly add?: 'bias' | 'c'
  /** With `add` of c and no activation: rounds of the outermost level after which a sum is added to C, since shorter sums round less. */
  readonly sumRounds?: number
  /** Applied last, after `add`. */
  readonly activation?: Formula
}

/** The addresses of a product, the same again when it is done; bias has one float for each column. */
export interface Pointers {
  readonly a: Local<'i32'>
  readonly b: Local<'i32'>
  readonly c: Local<'i32'>
  readonly bias?: Local<'i32'>
}

/**
 * Most steps over k written out one after the other: 16 of a 6 × 16 tile are 192 multiply-adds, and hide the loop. V8 as
 * it was before relaxed SIMD runs out of registers in long code (3 × 8 tiles on Node 20: 43 GFLOP/s a core with one step,
 * 21 with eight).
 */
const unrollOf = (rung: Rung) => (rung === 'plain' ? 1 : 16)

/** Emits the product: panels of B outside, so that a panel stays in L1 while the rows of A pass by. */
export function gemm(f: Body, g: Gemm, p: Pointers): void {
  check(g, p)
  const width = g.tile.vectors * 4
  const full = Math.floor(g.columns / width)
  const bumps: [Local<'i32'>, number][] = [
    [p.b, g.b?.panel ?? depth(g) * width * 4],
    [p.c, g.cPanel ?? width * 4],
  ]
  if (p.bias) bumps.push([p.bias, width * 4])
  f.times(full, () => allRows(f, g, p, width), bumps)
  if (g.columns % width) allRows(f, g, p, g.columns % width)
  for (const [local, by] of bumps) local.bump((-by * full) | 0)
}

/** The number of products in each sum. */
const depth = (g: Gemm) => g.k.reduce((product, { count }) => product * count, 1)

function check(g: Gemm, p: Pointers): void {
  const problem =
    g.k.length === 0
      ? 'no loop over k: got an empty list, expected at least one run'
      : (g.start === 'bias' || g.add === 'bias') && !p.bias
        ? 'no address of the bias: got undefined, expected a local'
        : g.sumRounds !== undefined && (g.start !== 'zero' || g.add !== 'c' || g.activation)
          ? `sums in pieces: got start ${g.start} and add ${g.add}, expected zero and c, and no activation`
          : g.start === g.add
            ? `${g.add} would count twice: got it as start and add, expected it in one of them`
            : typeof g.rows !== 'number' && g.tile.rows > 8
              ? `tile too high for a run-time number of rows: got ${g.tile.rows}, expected at most 8`
              : undefined
  if (problem) throw new Error(`[gemm] ${problem}`)
}

/** All rows of one panel, of which `columns` are wanted. */
function allRows(f: Body, g: Gemm, p: Pointers, columns: number): void {
  const tiles = (rows: number, count: number | Expr<'i32'>) =>
    f.times(count, () => oneTile(f, g, p, rows, columns), [
      [p.a, g.aRow * rows],
      [p.c, g.cRow * rows],
    ])
  if (typeof g.rows === 'number') {
    for (const { rows, count } of tileRows(g.rows, g.tile.rows)) tiles(rows, count)
    p.a.bump((-g.aRow * g.rows) | 0)
    p.c.bump((-g.cRow * g.rows) | 0)
    return
  }
  const [a, c, rows] = [f.let(p.a), f.let(p.c), f.let(g.rows)]
  tiles(g.tile.rows, i32.div_u(rows, g.tile.rows))
  const rest = f.let(i32.rem_u(rows, g.tile.rows))
  for (const [size, bit] of [
    [4, 2],
    [2, 1],
    [1, 0],
  ])
    if (size < g.tile.rows) tiles(size, i32.and(i32.shr_u(rest, bit), 1))
  p.a.set(a)
  p.c.set(c)
}

/** Up to four columns of one row of a tile. */
interface Piece {
  readonly row: number
  readonly first: number
  readonly columns: number
}

/** One tile of C: its sums stay in registers from start to store, and neighbours are stored in pairs. */
function oneTile(f: Body, g: Gemm, p: Pointers, rows: number, columns: number): void {
  const starts = Array.from({ length: Math.ceil(columns / 4) }, (_, v) => v * 4)
  const pieces = Array.from({ length: rows }, (_, row) =>
    starts.map((first): Piece => ({ row, first, columns: Math.min(4, columns - first) })),
  ).flat()
  const load = (from: 'bias' | 'c', { row, first, columns }: Piece) =>
    from === 'bias' ? loadColumns(p.bias!, columns, first * 4) : loadColumns(p.c, columns, row * g.cRow + first * 4)
  const { start, add, activation } = g
  const m = lanes(f, g.rung)
  const [a, b] = [f.let(p.a), f.let(p.b)]
  const sums = pieces.map(() => f.local('v128'))
  const sum = (k: readonly Required<Run>[]) => {
    for (const [i, piece] of pieces.entries()) sums[i].set(start === 'zero' ? f32x4.const(0) : load(start, piece))
    const moved = accumulate(f, { ...g, k }, { a, b }, columns, sums)
    if (g.sumRounds) {
      a.bump((k[0].a * k[0].count - moved.a) | 0)
      b.bump((k[0].b * k[0].count - moved.b) | 0)
    }
    if (add) for (const [i, piece] of pieces.entries()) sums[i].set(f32x4.add(sums[i], load(add, piece)))
    const results = activation ? sums.map((sum) => activation<Expr<'v128'>, Expr<'v128'>>(m, sum)) : sums
    for (const [i, { row, first, columns }] of pieces.entries())
      storeColumns(f, p.c, results[i], columns, row * g.cRow + first * 4)
  }
  const [outer, ...inner] = runs(g)
  const part = Math.max(1, Math.min(g.sumRounds ?? outer.count, outer.count))
  f.times(Math.floor(outer.count / part), () => sum([{ ...outer, count: part }, ...inner]))
  if (outer.count % part || outer.count === 0) sum([{ ...outer, count: outer.count % part }, ...inner])
}

/** Adds all products to the sums of a tile, [row][vector]. Returns by how much a and b moved. */
function accumulate(
  f: Body,
  g: Gemm & { readonly k: readonly Required<Run>[] },
  { a, b }: Pick<Pointers, 'a' | 'b'>,
  columns: number,
  sums: readonly Local<'v128'>[],
): Moved {
  const vectors = Math.ceil(columns / 4)
  // packed panels are padded, rows of a given B are not
  const loaded = (v: number) => (g.b ? Math.min(4, columns - v * 4) : 4)
  const factors = Array.from({ length: vectors }, () => f.local('v128'))
  const scale = f.local('v128')
  const overlapping = overlaps(g, sums.length / vectors)
  return overK(f, unrollOf(g.rung), g.k, a, b, (aOffset, bOffset) => {
    for (const [v, factor] of factors.entries()) factor.set(loadColumns(b, loaded(v), bOffset + v * 16))
    const [from, skip] = overlapping ? [f.let(i32.add(a, aOffset)), 0] : [a, aOffset]
    for (let row = 0; row * vectors < sums.length; row++) {
      scale.set(v128.load32_splat(from, skip + row * g.aRow))
      for (const [v, factor] of factors.entries()) {
        const sum = sums[row * vectors + v]
        sum.set(madd(g.rung, scale, factor, sum))
      }
    }
  })
}

/**
 * Whether steps written out one after the other read the same places of A, one for a row, one for another. V8 would
 * keep what it loaded for both and run out of registers (52 against 107 GFLOP/s), so such steps get addresses of their
 * own, which it doesn't see through.
 */
function overlaps(g: Gemm, rows: number): boolean {
  const { a } = g.k[g.k.length - 1]
  const step = Math.abs(a)
  // one row read again by the next step does no harm
  return rows > 1 && a !== 0 && (step < g.aRow ? step * unrollOf(g.rung) > g.aRow : step < g.aRow * (rows - 1))
}

/** The runs over k with B's bumps filled in. */
function runs(g: Gemm): Required<Run>[] {
  let consecutive = g.b?.k ?? g.tile.vectors * 16
  return g.k
    .toReversed()
    .map((run) => {
      const filled = { ...run, b: run.b ?? consecutive }
      consecutive = filled.b * run.count
      return filled
    })
    .toReversed()
}

/** Bytes by which the addresses of A and B were moved. */
interface Moved {
  readonly a: number
  readonly b: number
}

/** Emits `step` for every k, at its offsets from a and b, which move on where steps are not written out. */
function overK(
  f: Body,
  most: number,
  [run, ...inner]: readonly Required<Run>[],
  a: Local<'i32'>,
  b: Local<'i32'>,
  step: (aOffset: number, bOffset: number) => void,
): Moved {
  if (inner.reduce((product, { count }) => product * count, run.count) <= most) {
    for (const at of written([run, ...inner])) step(at.a, at.b)
    return { a: 0, b: 0 }
  }
  if (inner.length > 0) {
    f.times(run.count, () => {
      const moved = overK(f, most, inner, a, b, step)
      a.bump((run.a - moved.a) | 0)
      b.bump((run.b - moved.b) | 0)
    })
    return { a: run.a * run.count, b: run.b * run.count }
  }
  const unroll = unrolled(run.count, most)
  const round = (count: number) => written([{ ...run, count }]).forEach((at) => step(at.a, at.b))
  const rounds = Math.floor(run.count / unroll)
  f.times(rounds, () => round(unroll), [
    [a, run.a * unroll],
    [b, run.b * unroll],
  ])
  round(run.count % unroll)
  return { a: run.a * unroll * rounds, b: run.b * unroll * rounds }
}

/** The offsets of every k of nested runs, in order. */
function written(nest: readonly Required<Run>[]): { readonly a: number; readonly b: number }[] {
  return nest.reduce(
    (outer, run) =>
      outer.flatMap(({ a, b }) =>
        Array.from({ length: run.count }, (_, k) => ({ a: a + k * run.a, b: b + k * run.b })),
      ),
    [{ a: 0, b: 0 }],
  )
}

/** How many steps a round has: of a half of the most on those that leave the fewest over, the most of these. */
function unrolled(count: number, most: number): number {
  const choices = Array.from({ length: Math.floor(most / 2) + 1 }, (_, i) => most - i)
  return choices.reduce((best, u) => (count % u < count % best ? u : best))
}
