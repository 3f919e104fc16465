// Transposition in tiles: values read along one loop and written along another, by blocks of vectors.
import { type Body, type Expr, i8x16, i32, item, type Local, type Operand, v128 } from './asm.ts'
import { boxWords, rowOffsets } from './box.ts'
import { type ElementBytes, loadElement, storeElement } from './elements.ts'
import { smaller } from './loops.ts'

/** Sides of a tile in elements: rows of four cache lines of words. */
export const tileSide = 64

/** Bytes that a tile takes in scratch: half of a first-level cache of 32 KiB. */
export const tileScratch = tileSide * tileSide * 4

/**
 * Whether `rows` rows, `bytes` apart, drive each other out of a first-level cache of 64 lines in each of 8 ways before
 * their lines are read to the end. Then a tile goes by way of scratch: a third of the time for rows 4 KiB apart, but half
 * as much again for rows that do not meet.
 */
export function crowds(rows: number, bytes: number): boolean {
  return rows > 8 && bytes % 1024 === 0
}

/** to[r · p + q] = from[p + s · q] for a tile of p and q, the two inner loops, in some rows of the outer loops. */
export function tileItem(bytes: ElementBytes, crowded: boolean, outer: number) {
  return item(boxWords(2, outer), (f, { index, args, scratch }) => {
    const { to, from, grouped, rows } = f.lets({ to: args.to, from: args.from, grouped: args.grouped, rows: args.rows })
    const [alongP, alongQ] = args.inner
    const { P, Q, toStep, fromStep } = f.lets({
      ...{ P: alongP.size, Q: alongQ.size },
      ...{ toStep: alongP.to, fromStep: alongQ.from },
    })
    const tilesOf = (size: Expr<'i32'>) => f.let(i32.div_u(i32.add(size, tileSide - 1), tileSide))
    const [tilesP, tilesQ] = [tilesOf(P), tilesOf(Q)]
    const tiles = f.let(i32.mul(tilesP, tilesQ))
    const group = f.let(i32.div_u(index, tiles))
    const tile = f.let(i32.sub(index, i32.mul(group, tiles)))
    // by way of scratch along p first: the rows that are read stay in the same pages
    const along = crowded ? tilesP : tilesQ
    const [least, most] = [i32.rem_u(tile, along), i32.div_u(tile, along)]
    const [p, q] = (crowded ? [least, most] : [most, least]).map((k) => f.let(i32.mul(k, tileSide)))
    const height = smaller(f, i32.sub(P, p), tileSide)
    const width = smaller(f, i32.sub(Q, q), tileSide)
    const first = f.let(i32.mul(group, grouped))
    f.range(first, smaller(f, i32.add(first, grouped), rows), (row) => {
      const offset = rowOffsets(f, args.outer, row)
      const source = f.let(i32.add(i32.add(from, offset.from), i32.add(i32.mul(p, bytes), i32.mul(q, fromStep))))
      const target = f.let(i32.add(i32.add(to, offset.to), i32.add(i32.mul(p, toStep), i32.mul(q, bytes))))
      transposeTile(f, bytes, crowded, { source, target, fromStep, toStep, height, width, scratch })
    })
  })
}

interface Tile {
  readonly scratch: Local<'i32'>
  readonly source: Local<'i32'>
  readonly target: Local<'i32'>
  /** Bytes from one q to the next in the source, and from one p to the next in the target. */
  readonly fromStep: Local<'i32'>
  readonly toStep: Local<'i32'>
  /** Number of p and of q. */
  readonly height: Local<'i32'>
  readonly width: Local<'i32'>
}

/** Whole blocks, and what is beside them one by one, along the longer side. */
function transposeTile(f: Body, bytes: ElementBytes, crowded: boolean, tile: Tile): void {
  const { source, target, fromStep, toStep, height, width } = tile
  const side = 16 / bytes
  const high = f.let(i32.and(height, -side))
  const wide = f.let(i32.and(width, -side))
  const blocks = { ...tile, height: high, width: wide }
  if (crowded) {
    gather(f, bytes, blocks)
    flush(f, bytes, blocks)
  } else moveBlocks(f, bytes, blocks)
  const p: Side = { from: bytes, to: toStep }
  const q: Side = { from: fromStep, to: bytes }
  const right = { from: i32.add(source, i32.mul(wide, fromStep)), to: i32.add(target, i32.mul(wide, bytes)) }
  moveEach(f, bytes, right, [q, i32.sub(width, wide)], [p, height])
  const below = { from: i32.add(source, i32.mul(high, bytes)), to: i32.add(target, i32.mul(high, toStep)) }
  moveEach(f, bytes, below, [p, i32.sub(height, high)], [q, wide])
}

/** Bytes from one element of a side to the next at both ends. */
interface Side {
  readonly from: Operand<'i32'>
  readonly to: Operand<'i32'>
}

type Counted = readonly [side: Side, count: Expr<'i32'>]

function moveEach(
  f: Body,
  bytes: ElementBytes,
  first: { readonly from: Expr<'i32'>; readonly to: Expr<'i32'> },
  [outer, rows]: Counted,
  [inner, count]: Counted,
): void {
  const [x, y, each] = [f.let(first.from), f.let(first.to), f.let(count)]
  const row = () => {
    const [from, to] = [f.let(x), f.let(y)]
    const one = () => storeElement(f, bytes, to, loadElement(bytes, from))
    f.times(each, one, [
      [from, inner.from],
      [to, inner.to],
    ])
  }
  f.times(f.let(rows), row, [
    [x, outer.from],
    [y, outer.to],
  ])
}

/** Transposes blocks, those of one row of the target after each other. */
function moveBlocks(f: Body, bytes: ElementBytes, { source, target, fromStep, toStep, height, width }: Tile): void {
  const side = 16 / bytes
  const blocks = f.let(i32.div_u(width, side))
  const down = f.let(i32.mul(toStep, side))
  const [x, y] = [f.let(source), f.let(target)]
  f.times(f.let(i32.div_u(height, side)), () => {
    const [from, to] = [f.let(x), f.let(y)]
    const block = () => {
      const row = f.let(to)
      for (const value of transposed(f, bytes, from, fromStep)) {
        f.store(row, value)
        row.bump(toStep)
      }
    }
    f.times(blocks, block, [[to, 16]])
  }, [
    [x, 16],
    [y, down],
  ])
}

/** Transposes blocks into scratch, so that each line of the source is read whole and nothing meets what is written. */
function gather(f: Body, bytes: ElementBytes, { source, fromStep, scratch, height, width }: Tile): void {
  const side = 16 / bytes
  const blocks = f.let(i32.div_u(height, side))
  const down = f.let(i32.mul(fromStep, side))
  const [x, y] = [f.let(source), f.let(scratch)]
  f.times(f.let(i32.div_u(width, side)), () => {
    const [from, to] = [f.let(x), f.let(y)]
    const block = () => {
      transposed(f, bytes, f.let(from), fromStep).forEach((value, k) => f.store(to, value, k * tileSide * bytes))
    }
    f.times(blocks, block, [
      [from, 16],
      [to, 16 * tileSide],
    ])
  }, [
    [x, down],
    [y, 16],
  ])
}

/** Copies the rows in scratch to the target, whole lines at a time. */
function flush(f: Body, bytes: ElementBytes, { target, toStep, scratch, height, width }: Tile): void {
  const [x, y] = [f.let(scratch), f.let(target)]
  const vectors = f.let(i32.shr_u(i32.mul(width, bytes), 4))
  f.times(height, () => {
    const [from, to] = [f.let(x), f.let(y)]
    const copy = (count: number) => {
      const values = Array.from({ length: count }, (_, k) => f.let(v128.load(from, 16 * k)))
      values.forEach((value, k) => f.store(to, value, 16 * k))
    }
    const bumps = (by: number) => [from, to].map((pointer) => [pointer, by] as const)
    f.times(f.let(i32.shr_u(vectors, 2)), () => copy(4), bumps(64))
    f.times(f.let(i32.and(vectors, 3)), () => copy(1), bumps(16))
  }, [
    [x, tileSide * bytes],
    [y, toStep],
  ])
}

/** The rows of a transposed block of 4 × 4 words, 8 × 8 halves of words or 16 × 16 bytes; the pointer goes on by as many rows of the source. */
export function transposed(f: Body, bytes: ElementBytes, pointer: Local<'i32'>, step: Local<'i32'>): Local<'v128'>[] {
  const side = 16 / bytes
  let rows = Array.from({ length: side }, () => {
    const row = f.let(v128.load(pointer))
    pointer.bump(step)
    return row
  })
  for (let n = side; n > 1; n /= 2) {
    rows = rows.map((_, i) => f.let(interleave(bytes, rows[i >> 1], rows[(i >> 1) + side / 2], (i & 1) === 1)))
  }
  return rows
}

/** The elements of the lower (or upper) halves of a and b in turns. */
function interleave(bytes: ElementBytes, a: Local<'v128'>, b: Local<'v128'>, upper: boolean): Expr<'v128'> {
  const side = 16 / bytes
  const elements = Array.from({ length: side }, (_, i) => (i >> 1) + (upper ? side / 2 : 0) + (i & 1) * side)
  return i8x16.shuffle(a, b, ...elements.flatMap((k) => Array.from({ length: bytes }, (_, byte) => k * bytes + byte)))
}
