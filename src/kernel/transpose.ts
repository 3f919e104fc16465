// Transposition in tiles: values read along one loop and written along another, by blocks of vectors.
import { type Body, type Expr, type Func, type ItemInput, i8x16, i32, item, type Local, v128 } from './asm.ts'
import { smaller } from './loops.ts'

/** Sides of a tile in elements: rows of four cache lines of words. */
export const tileSide = 64

/** Bytes that a tile takes in scratch: half of a first-level cache of 32 KiB. */
export const tileScratch = tileSide * tileSide * 4

/** Bytes from the beginning of both ends to a row of the outer loops. */
type Offsets = (
  f: Body,
  arg: (k: number) => Expr<'i32'>,
  row: Local<'i32'>,
) => { readonly from: Expr<'i32'>; readonly to: Expr<'i32'> }

/** to[r · p + q] = from[p + s · q] for a tile of p and q, in some rows of the outer loops. */
export function tileItem(bytes: 1 | 4, offsets: Offsets): Func {
  // args: to, from, rows an item, rows, loop p, loop q, outer loops; a loop is size, from, to in bytes
  return item('tiles', (f, { index, arg, scratch }) => {
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
    const height = smaller(f, i32.sub(P, p), tileSide)
    const width = smaller(f, i32.sub(Q, q), tileSide)
    const first = f.let(i32.mul(group, grouped))
    f.range(first, smaller(f, i32.add(first, grouped), rows), (row) => {
      const offset = offsets(f, arg.i32, row)
      const source = f.let(i32.add(i32.add(from, offset.from), i32.add(i32.mul(p, bytes), i32.mul(q, fromStep))))
      const target = f.let(i32.add(i32.add(to, offset.to), i32.add(i32.mul(p, toStep), i32.mul(q, bytes))))
      transposeTile(f, bytes, { source, target, fromStep, toStep, height, width, scratch })
    })
  })
}

interface Tile extends Pick<ItemInput, 'scratch'> {
  readonly source: Local<'i32'>
  readonly target: Local<'i32'>
  /** Bytes from one q to the next in the source, and from one p to the next in the target. */
  readonly fromStep: Local<'i32'>
  readonly toStep: Local<'i32'>
  /** Number of p and of q. */
  readonly height: Local<'i32'>
  readonly width: Local<'i32'>
}

/** Whole blocks by way of scratch, what is beside them one by one. */
function transposeTile(f: Body, bytes: 1 | 4, tile: Tile): void {
  const { source, target, fromStep, toStep, height, width } = tile
  const side = 16 / bytes
  const one = (p: Expr<'i32'>, q: Expr<'i32'>) => {
    const x = i32.add(source, i32.add(i32.mul(p, bytes), i32.mul(q, fromStep)))
    const y = i32.add(target, i32.add(i32.mul(p, toStep), i32.mul(q, bytes)))
    if (bytes === 4) f.store(y, i32.load(x))
    else f.store8(y, i32.load8_u(x))
  }
  const blocks = { height: f.let(i32.and(height, -side)), width: f.let(i32.and(width, -side)) }
  f.if(
    i32.mul(blocks.height, blocks.width),
    () => {
      gather(f, bytes, tile, blocks)
      flush(f, bytes, tile, blocks)
      f.range(0, blocks.height, (p) => f.range(blocks.width, width, (q) => one(p, q)))
      f.range(blocks.height, height, (p) => f.range(0, width, (q) => one(p, q)))
    },
    () => f.range(0, height, (p) => f.range(0, width, (q) => one(p, q))),
  )
}

type Blocks = Pick<Tile, 'height' | 'width'>

/**
 * Transposes the tile's blocks into scratch. Where rows lie a power of two apart, the lines of a tile share few places
 * of the first-level cache; so each line of the source is read whole, and what is written first lies without gaps.
 */
function gather(f: Body, bytes: 1 | 4, { source, fromStep, scratch }: Tile, { height, width }: Blocks): void {
  const side = 16 / bytes
  f.range(
    0,
    width,
    (q) => {
      const x = f.let(i32.add(source, i32.mul(q, fromStep)))
      const y = f.let(i32.add(scratch, i32.mul(q, bytes)))
      f.times(f.let(i32.div_u(height, side)), () => transposeBlock(f, bytes, x, y, fromStep), [
        [x, 16],
        [y, 16 * tileSide],
      ])
    },
    side,
  )
}

/** Copies the rows in scratch to the target, whole lines at a time. */
function flush(f: Body, bytes: 1 | 4, { target, toStep, scratch }: Tile, { height, width }: Blocks): void {
  const y = f.let(target)
  const x = f.let(scratch)
  const vectors = f.let(i32.shr_u(i32.mul(width, bytes), 4))
  f.times(height, () => {
    const [to, from] = [f.let(y), f.let(x)]
    const copy = (count: number) => {
      const values = Array.from({ length: count }, (_, k) => f.let(v128.load(from, 16 * k)))
      values.forEach((value, k) => f.store(to, value, 16 * k))
    }
    const bumps = (by: number) => [to, from].map((pointer) => [pointer, by] as const)
    f.times(f.let(i32.shr_u(vectors, 2)), () => copy(4), bumps(64))
    f.times(f.let(i32.and(vectors, 3)), () => copy(1), bumps(16))
  }, [
    [y, toStep],
    [x, tileSide * bytes],
  ])
}

/** Transposes a block of 4 × 4 words or 16 × 16 bytes from rows that lie `step` bytes apart into a tile's rows. */
function transposeBlock(f: Body, bytes: 1 | 4, x: Local<'i32'>, y: Local<'i32'>, step: Local<'i32'>): void {
  const side = 16 / bytes
  const row = f.let(x)
  let rows = Array.from({ length: side }, () => {
    const value = f.let(v128.load(row))
    row.bump(step)
    return value
  })
  for (let n = side; n > 1; n /= 2) {
    rows = rows.map((_, i) => f.let(interleave(bytes, rows[i >> 1], rows[(i >> 1) + side / 2], (i & 1) === 1)))
  }
  rows.forEach((value, k) => f.store(y, value, k * tileSide * bytes))
}

/** The elements of the lower (or upper) halves of a and b in turns. */
function interleave(bytes: 1 | 4, a: Local<'v128'>, b: Local<'v128'>, upper: boolean): Expr<'v128'> {
  const side = 16 / bytes
  const elements = Array.from({ length: side }, (_, i) => (i >> 1) + (upper ? side / 2 : 0) + (i & 1) * side)
  return i8x16.shuffle(a, b, ...elements.flatMap((k) => Array.from({ length: bytes }, (_, byte) => k * bytes + byte)))
}
