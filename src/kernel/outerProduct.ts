// Plans C[m][n] = Σ_k A[k][m] · B[k][n] for long k: parts of k side by side, each summed block by block, then added up.
import { type Body, f32x4, type ItemInput, i32, item, type Local, select, v128 } from './asm.ts'
import { type Gemm, gemm } from './gemm.ts'
import { defineModule, type KernelModule } from './module.ts'
import { pack } from './pack.ts'
import type { Phase, PlanArgument } from './plan.ts'
import type { Rung } from './rung.ts'
import { tile } from './tiles.ts'

/** What the product is specialised on: all but the length of k. */
export interface OuterProduct {
  readonly rung: Rung
  /** Columns of A, which are rows of C. */
  readonly M: number
  /** Columns of B and C. */
  readonly N: number
  /** Steps of k before a tile's sums are added to C, 128 where left out: `blockOf` knows what suits. */
  readonly block?: number
}

/** A plan's parts. */
export interface OuterPlan {
  readonly workspace: number
  readonly scratch: number
  readonly phases: readonly Phase[]
}

/** Usual steps of k before a tile's sums are added to C: A's and B's panels, 8 KiB each, stay in L1 together. */
const usualBlock = 128
/** Steps of k in the first blocks of the rest. */
const restBlock = 16

/** A block for a k of so many runs of the given length: as many whole runs, or as large a part of one, as L1 takes. */
export function blockOf(run: number): number {
  if (run <= 1.5 * usualBlock) return run * Math.max(1, Math.floor((1.5 * usualBlock) / run))
  const parts = Math.ceil(run / (1.5 * usualBlock))
  const fitting = [parts, parts + 1, parts + 2].find((n) => run % n === 0)
  return fitting ? run / fitting : usualBlock
}
/** Columns of a packed panel of A. */
const aWidth = 16

const roundUp = (n: number, to: number) => Math.ceil(n / to) * to

/**
 * Whether rows of so many floats crowd L1 when a few columns are read from a block of them: 64 sets of 64 bytes, eight
 * ways, and the rows' distance leaves some sets unused. Such a factor is packed first.
 */
function crowds(columns: number): boolean {
  if (columns % 16) return columns > 1024
  let sets = 64
  for (let lines = columns / 16; lines % 2 === 0 && sets > 1; lines /= 2) sets /= 2
  return sets * 8 < usualBlock
}

/** The phases that compute C from `a` and `b`, whose K rows lie one after the other; workspace is used from `at` on. */
export function outerProduct(
  shape: OuterProduct,
  K: number,
  { a, b, c }: { readonly a: PlanArgument; readonly b: PlanArgument; readonly c: PlanArgument },
  at = 0,
): OuterPlan {
  const { M, N, rung, block = usualBlock } = shape
  const width = tile(rung).vectors * 4
  const panels = Math.ceil(N / width)
  // parts are fixed by the shape; groups of panels make sixteen items where the work allows it
  const wanted = Math.max(1, Math.min(16, Math.floor((2 * M * N * K) / 2e6)))
  const parts = Math.max(1, Math.min(wanted, Math.floor(K / (4 * block))))
  const perGroup = Math.ceil(panels / Math.min(panels, Math.max(1, Math.ceil(wanted / parts))))
  const rows = roundUp(Math.ceil(K / parts), parts > 1 ? block : 1)
  const bytes = M * N * 4
  const target = parts > 1 ? { workspace: at } : c
  const items = parts * Math.ceil(panels / perGroup)
  const args = [a, b, target, K, rows, parts, perGroup, bytes]
  const phases: Phase[] = [{ module: moduleOf(shape), entry: 'part', items, args }]
  if (parts > 1) phases.push(sumParts({ workspace: at }, c, bytes, parts))
  const scratch = (crowds(M) ? roundUp(M, aWidth) * block * 4 : 0) + (crowds(N) ? perGroup * width * block * 4 : 0)
  return { workspace: parts > 1 ? parts * bytes : 0, scratch, phases }
}

/** The phase that adds up parts of so many bytes that lie one after the other, in their order. */
export function sumParts(from: PlanArgument, to: PlanArgument, bytes: number, parts: number): Phase {
  const items = Math.ceil(bytes / sumBytes)
  return { module: sumModule(), entry: 'sum', items, args: [from, to, bytes, parts] }
}

const sumBytes = 16384

const sumModule = () =>
  defineModule('sumParts', () => [
    item('sum', (f, { index, arg }) => {
      const begin = f.let(i32.mul(index, sumBytes))
      const total = f.let(arg.i32(2))
      const left = f.let(i32.sub(total, begin))
      const bytes = f.let(select(i32.lt_u(left, sumBytes), left, i32.const(sumBytes)))
      const from = f.let(i32.add(arg.i32(0), begin))
      const to = f.let(i32.add(arg.i32(1), begin))
      const add = (lanes: number, size: number) => () => {
        const at = f.let(from)
        const load = (n: number) => (size === 4 ? v128.load32_zero(at) : v128.load(at, n * 16))
        const sums = Array.from({ length: lanes }, (_, n) => f.let(load(n)))
        at.bump(total)
        f.times(i32.sub(arg.i32(3), 1), () => sums.forEach((sum, n) => sum.set(f32x4.add(sum, load(n)))), [[at, total]])
        sums.forEach((sum, n) => (size === 4 ? f.storeLane(32, to, sum, 0) : f.store(to, sum, n * 16)))
      }
      const steps = (bytes: number) => [[from, bytes] as const, [to, bytes] as const]
      f.times(i32.shr_u(bytes, 5), add(2, 16), steps(32))
      f.times(i32.shr_u(i32.and(bytes, 31), 2), add(1, 4), steps(4))
    }),
  ])

function moduleOf(shape: OuterProduct): KernelModule {
  const key = `outerProduct ${shape.rung} ${shape.M} ${shape.N} ${shape.block ?? usualBlock}`
  return defineModule(key, () => [item('part', (f, input) => partItem(f, input, shape))])
}

interface Places {
  readonly a: Local<'i32'>
  readonly b: Local<'i32'>
  readonly c: Local<'i32'>
}

/** An item is a part of k and a group of C's panels. */
function partItem(f: Body, { index, arg, scratch }: ItemInput, shape: OuterProduct): void {
  const { M, N, rung, block = usualBlock } = shape
  const width = tile(rung).vectors * 4
  const full = Math.floor(N / width)
  const panels = Math.ceil(N / width)
  const [a, b, c, K, rows, parts] = [0, 1, 2, 3, 4, 5].map((n) => f.let(arg.i32(n)))
  const part = f.let(i32.rem_u(index, parts))
  const first = f.let(i32.mul(i32.div_u(index, parts), arg.i32(6)))
  const end = smaller(f, f.let(i32.add(first, arg.i32(6))), f.let(i32.const(panels)))
  const k = f.let(i32.mul(part, rows))
  // rounding up may leave nothing for the last parts
  const left = f.let(select(i32.lt_u(k, K), smaller(f, rows, f.let(i32.sub(K, k))), i32.const(0)))
  a.bump(i32.mul(k, M * 4))
  b.bump(i32.add(i32.mul(k, N * 4), i32.mul(first, width * 4)))
  c.bump(i32.add(i32.mul(part, arg.i32(7)), i32.mul(first, width * 4)))
  const columns = smaller(f, f.let(i32.const(N * 4)), f.let(i32.mul(end, width * 4)))
  columns.set(i32.sub(columns, i32.mul(first, width * 4)))
  clear(f, c, M, N * 4, columns)
  const count = f.let(i32.sub(smaller(f, end, f.let(i32.const(full))), first))
  const ragged = f.let(i32.gt_u(end, full))
  const one = (length: number) => () => addBlock(f, shape, length, { a, b, c }, { scratch, first, end, count, ragged })
  for (const length of [block, restBlock, 1]) {
    const times = f.let(i32.div_u(left, length))
    f.times(times, one(length), [
      [a, length * M * 4],
      [b, length * N * 4],
    ])
    left.set(i32.rem_u(left, length))
  }
}

function smaller(f: Body, x: Local<'i32'>, y: Local<'i32'>): Local<'i32'> {
  return f.let(select(i32.lt_u(x, y), x, y))
}

function clear(f: Body, c: Local<'i32'>, rows: number, stride: number, bytes: Local<'i32'>): void {
  const at = f.let(c)
  f.times(rows, () => f.fill(at, 0, bytes), [[at, stride]])
}

interface Group {
  readonly scratch: Local<'i32'>
  /** First panel and the one after the last. */
  readonly first: Local<'i32'>
  readonly end: Local<'i32'>
  /** Panels of full width, and whether the narrow last one follows. */
  readonly count: Local<'i32'>
  readonly ragged: Local<'i32'>
}

/** Adds the products of a block of k to the group's panels of C. */
function addBlock(
  f: Body,
  { rung, M, N, block = usualBlock }: OuterProduct,
  length: number,
  places: Places,
  group: Group,
): void {
  const size = tile(rung)
  const width = size.vectors * 4
  const packsA = crowds(M)
  const packsB = crowds(N)
  const [a, b, c] = [f.let(places.a), f.let(places.b), f.let(places.c)]
  const packedB = f.let(packsA ? i32.add(group.scratch, roundUp(M, aWidth) * block * 4) : group.scratch)
  if (packsA) {
    pack(f, { vectors: aWidth / 4, columns: M, k: length, kStride: M * 4, columnStride: 4 }, a, group.scratch)
    a.set(group.scratch)
  }
  const panelStep = packsB ? length * width * 4 : width * 4
  if (packsB) {
    const to = f.let(packedB)
    const one = (columns: number) =>
      pack(f, { vectors: size.vectors, columns, k: length, kStride: N * 4, columnStride: 4 }, b, to)
    f.times(group.count, () => one(width), [
      [b, width * 4],
      [to, panelStep],
    ])
    if (N % width) f.if(group.ragged, () => one(N % width))
    b.set(packedB)
  }
  const shared: Omit<Gemm, 'rows' | 'columns'> = {
    ...{ rung, tile: size, cRow: N * 4, aRow: 4, start: 'zero', add: 'c' },
    k: [{ count: length, a: packsA ? aWidth * 4 : M * 4 }],
    ...(!packsB && { b: { k: N * 4, panel: width * 4 } }),
  }
  const panel = (columns: number) => {
    const one = (rows: number) => gemm(f, { ...shared, rows, columns }, { a, b, c })
    if (!packsA) return one(M)
    f.nest(
      [
        {
          count: Math.floor(M / aWidth),
          bumps: [
            [a, aWidth * length * 4],
            [c, aWidth * N * 4],
          ],
        },
      ],
      () => one(aWidth),
    )
    if (M % aWidth === 0) return
    const [heldA, heldC] = [f.let(a), f.let(c)]
    a.bump(Math.floor(M / aWidth) * aWidth * length * 4)
    c.bump(Math.floor(M / aWidth) * aWidth * N * 4)
    one(M % aWidth)
    a.set(heldA)
    c.set(heldC)
  }
  f.times(group.count, () => panel(width), [
    [b, panelStep],
    [c, width * 4],
  ])
  if (N % width) f.if(group.ragged, () => panel(N % width))
}
