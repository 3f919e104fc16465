// Transforms the tiles of images, panel by panel of channels, for the products point by point.
import type { Pair } from '../../../../core/shape.ts'
import { type Body, i32, type Local, v128 } from '../../../../kernel/wasm/asm.ts'
import type { Matrix } from '../../../../kernel/wasm/cookToom.ts'
import { kept, smaller, touch } from '../../../../kernel/wasm/loops.ts'
import type { Rung } from '../../../../kernel/wasm/rung.ts'
import { storePair, tileTransform, transformBytes } from '../../../../kernel/wasm/tileTransform.ts'
import { padPanel } from '../pad.ts'
import { eachImage, type Phased, phasesOf, rowBytes } from './phases.ts'
import { type Block, type Place, pointBytes, tileWidth } from './sizes.ts'

/** Dense images, and what is done to their tiles: left · tile · rightᵀ. */
export interface Tiles extends Phased {
  readonly rung: Rung
  /** Zeros above and to the left. */
  readonly before: Pair
  /** Tiles across, and the distance of their corners. */
  readonly across: number
  readonly m: number
  readonly left: Matrix
  readonly right: Matrix
  readonly block: Block
  /** Columns of the results' panels, 8 or 16: they lie as [point][panel][tile][column]. */
  readonly columns: number
}

/** Rows or columns of the padded image that `tiles` tiles read. */
const reach = ({ m, left }: Tiles, tiles: number) => tiles * m + left[0].length - m

/** Bytes of scratch: a panel of a padded image, and the transform's own. */
export const tilesScratch = (t: Tiles) =>
  reach(t, t.block.rows) * reach(t, t.across) * tileWidth * 4 + transformBytes(t.left, t.right)

/** Bytes from one point to the next, if `channels` channels are transformed. */
export const tilesPoint = ({ block }: Pick<Tiles, 'block'>, channels: number) => pointBytes(channels * block.tiles)

/** Bytes of the transformed tiles of `channels` channels. */
export const tilesBytes = (t: Tiles, channels: number) => t.left.length * t.right.length * tilesPoint(t, channels)

type L = Local<'i32'>

/** Where a panel's images begin, where its transformed tiles go, and memory to work in. */
interface Places {
  readonly from: L
  readonly to: L
  readonly scratch: L
}

/** Emits the transform of panels of 16 channels, starting at `from`, an address in the first image of the batch. */
export function transformTiles(
  f: Body,
  t: Tiles,
  { from, to, scratch }: Places,
  place: Place,
  panels: L | number,
  point: number,
): void {
  const out = f.let(to)
  const oneImage = (source: L) => {
    // the panels' lines are far apart, and wait for memory one by one if they don't come in order first
    if (panels !== 1) touchRows(f, t, source, place)
    kept(f, [source, out], () =>
      f.times(panels, () => onePanel(f, t, { from: source, to: out, scratch }, place, point), [
        [source, tileWidth * 4],
        [out, t.block.tiles * tileWidth * 4],
      ]),
    )
  }
  eachImage(f, t, { first: place.image, count: place.images }, from, oneImage, [
    [out, i32.mul(i32.const(t.across * t.columns * 4), place.rows)],
  ])
}

/** Reads the rows of an image that a block needs, in order. */
function touchRows(f: Body, t: Tiles, image: L, place: Place): void {
  const row = rowBytes(t)
  if (t.block.bands === 1) return touchSome(f, t, image, t.H)
  const first = smaller(f, i32.mul(i32.const(t.m), place.row), t.H)
  const rows = smaller(f, i32.mul(i32.const(t.m), place.rows), i32.sub(t.H, first))
  touchSome(f, t, f.let(i32.add(image, i32.mul(first, row))), rows)
}

/** Reads `rows` rows, starting at `from`: as one run where no others lie between them. */
function touchSome(f: Body, t: Tiles, from: L, rows: L | number): void {
  const row = rowBytes(t)
  if (phasesOf(t) === 1) return touch(f, from, typeof rows === 'number' ? rows * row : i32.mul(rows, row))
  const line = f.let(from)
  f.times(rows, () => touch(f, line, (t.apart[1] * (t.W - 1) + 1) * t.C * 4), [[line, row]])
}

/** The tiles of one panel of one image. */
function onePanel(f: Body, t: Tiles, { from, to, scratch }: Places, place: Place, point: number): void {
  const width = reach(t, t.across)
  const pixel = tileWidth * 4
  const padded = f.let(i32.add(scratch, transformBytes(t.left, t.right)))
  const [out, line, at] = [f.let(to), f.let(padded), f.local('i32')]
  const first = f.let(i32.mul(i32.const(t.m), place.row))
  const rows = f.let(i32.add(i32.mul(i32.const(t.m), place.rows), t.left[0].length - t.m))
  const { H, W, C, before, apart } = t
  padPanel(f, { H, W, C, before, apart, columns: width, channels: tileWidth }, from, padded, first, rows)
  const oneLine = () => {
    at.set(line)
    f.times(t.across, () => oneTile(f, t, at, out, width, scratch, point), [
      [at, t.m * pixel],
      [out, t.columns * 4],
    ])
  }
  f.times(place.rows, oneLine, [[line, t.m * width * pixel]])
}

/** The sixteen channels of a tile, eight at a time. */
function oneTile(f: Body, t: Tiles, at: L, to: L, width: number, scratch: L, point: number): void {
  const [from, out] = [f.let(at), f.let(to)]
  const { rung, left, right } = t
  const one = () =>
    tileTransform(f, {
      ...{ rung, left, right, scratch },
      load: (i, j, h) => v128.load(from, (i * width + j) * tileWidth * 4 + h * 16),
      store: (i, j, value) => storePair(f, out, value, (i * right.length + j) * point),
    })
  f.times(2, one, [
    [from, 32],
    [out, t.columns === tileWidth ? 32 : t.block.tiles * t.columns * 4],
  ])
}
