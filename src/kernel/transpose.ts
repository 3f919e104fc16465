// Transposition in tiles: values read along one loop and written along another, 4 × 4 words at a time.
import { type Body, type Expr, type Func, i8x16, i32, item, type Local, select, v128 } from './asm.ts'

/** Sides of a tile in elements: 64 rows of 256 bytes on either side stay in the first cache. */
export const tileSide = 64

/** Bytes from the beginning of both ends to a row of the outer loops. */
type Offsets = (
  f: Body,
  arg: (k: number) => Expr<'i32'>,
  row: Local<'i32'>,
) => { readonly from: Expr<'i32'>; readonly to: Expr<'i32'> }

/** to[r · p + q] = from[p + s · q] for a tile of p and q, in some rows of the outer loops. */
export function tileItem(bytes: 1 | 4, offsets: Offsets): Func {
  // args: to, from, rows an item, rows, loop p, loop q, outer loops; a loop is size, from, to in bytes
  return item('tiles', (f, { index, arg }) => {
    const [to, from, grouped, rows, P, Q] = [0, 1, 2, 3, 4, 7].map((k) => f.let(arg.i32(k)))
    const toStep = f.let(arg.i32(6))
    const fromStep = f.let(arg.i32(8))
    const tilesOf = (size: Expr<'i32'>) => f.let(i32.div_u(i32.add(size, tileSide - 1), tileSide))
    const tilesQ = tilesOf(Q)
    const tiles = f.let(i32.mul(tilesOf(P), tilesQ))
    const group = f.let(i32.div_u(index, tiles))
    const tile = f.let(i32.sub(index, i32.mul(group, tiles)))
    const p = f.let(i32.mul(i32.div_u(tile, tilesQ), tileSide))
    const q = f.let(i32.mul(i32.rem_u(tile, tilesQ), tileSide))
    const [height, width] = [f.let(least(i32.sub(P, p), tileSide)), f.let(least(i32.sub(Q, q), tileSide))]
    const first = f.let(i32.mul(group, grouped))
    const last = f.let(i32.add(first, grouped))
    f.range(first, select(i32.lt_u(last, rows), last, rows), (row) => {
      const offset = offsets(f, arg.i32, row)
      const source = f.let(i32.add(i32.add(from, offset.from), i32.add(i32.mul(p, bytes), i32.mul(q, fromStep))))
      const target = f.let(i32.add(i32.add(to, offset.to), i32.add(i32.mul(p, toStep), i32.mul(q, bytes))))
      transposeTile(f, bytes, { source, target, fromStep, toStep, height, width })
    })
  })
}

const least = (a: Expr<'i32'>, b: number) => select(i32.lt_u(a, b), a, i32.const(b))

interface Tile {
  readonly source: Local<'i32'>
  readonly target: Local<'i32'>
  /** Bytes from one q to the next in the source, and from one p to the next in the target. */
  readonly fromStep: Local<'i32'>
  readonly toStep: Local<'i32'>
  /** Number of p and of q. */
  readonly height: Local<'i32'>
  readonly width: Local<'i32'>
}

function transposeTile(f: Body, bytes: 1 | 4, tile: Tile): void {
  const { source, target, fromStep, toStep, height, width } = tile
  const one = (p: Expr<'i32'>, q: Expr<'i32'>) => {
    const x = i32.add(source, i32.add(i32.mul(p, bytes), i32.mul(q, fromStep)))
    const y = i32.add(target, i32.add(i32.mul(p, toStep), i32.mul(q, bytes)))
    if (bytes === 4) f.store(y, i32.load(x))
    else f.store8(y, i32.load8_u(x))
  }
  if (bytes === 1) {
    f.range(0, height, (p) => f.range(0, width, (q) => one(p, q)))
    return
  }
  const [height4, width4] = [f.let(i32.and(height, ~3)), f.let(i32.and(width, ~3))]
  const block = (p: Local<'i32'>) => {
    const y = f.let(i32.add(target, i32.mul(p, toStep)))
    const x = f.let(i32.add(source, i32.shl(p, 2)))
    f.times(i32.shr_u(width, 2), () => transposeBlock(f, x, y, fromStep, toStep), [[y, 16]])
    f.range(width4, width, (q) => [0, 1, 2, 3].forEach((k) => one(i32.add(p, k), q)))
  }
  f.range(0, height4, block, 4)
  f.range(height4, height, (p) => f.range(0, width, (q) => one(p, q)))
}

/** Transposes 4 × 4 words and moves the source on by four q. */
function transposeBlock(f: Body, x: Local<'i32'>, y: Local<'i32'>, fromStep: Local<'i32'>, toStep: Local<'i32'>): void {
  const rows = [0, 1, 2, 3].map(() => {
    const row = f.let(v128.load(x))
    x.bump(fromStep)
    return row
  })
  const mixed = [
    [0, 2],
    [1, 3],
  ].map(([a, b]) => [false, true].map((high) => f.let(interleave(rows[a], rows[b], high))))
  const target = f.local('i32', y)
  for (const half of [0, 1]) {
    for (const high of [false, true]) {
      f.store(target, interleave(mixed[0][half], mixed[1][half], high))
      target.bump(toStep)
    }
  }
}

/** Words 0 and 1 (or 2 and 3) of a and b in turns. */
function interleave(a: Local<'v128'>, b: Local<'v128'>, high: boolean): Expr<'v128'> {
  const lanes = high ? [2, 6, 3, 7] : [0, 4, 1, 5]
  return i8x16.shuffle(a, b, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)))
}
