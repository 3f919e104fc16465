// Which pixels of an image row meet which taps in which outputs of a row: tiles of outputs, alike ones in one run.
import { tileRows } from '../../../../kernel/wasm/tiles.ts'

/** A correlation along the columns: output x at tap j reads pixel (x · stride − before + j · dilation) / spread. */
export interface Columns {
  readonly outputs: number
  readonly pixels: number
  readonly taps: number
  readonly stride: number
  readonly dilation: number
  readonly before: number
  /** Distance of the pixels; places between them are zeros. */
  readonly spread: number
}

/** A pixel that a tile reads, and what it is multiplied by: the output within the tile, and the tap. */
export interface Read {
  readonly pixel: number
  readonly meets: readonly (readonly [output: number, tap: number])[]
}

/** `count` tiles of `width` outputs that meet the same taps; what is read is said of the first. */
export interface Tiles {
  readonly first: number
  readonly width: number
  readonly count: number
  readonly reads: readonly Read[]
  /** Pixels from the first pixel of a tile to that of the next. */
  readonly step: number
}

/** The tiles of a row, at most `most` outputs wide: at the borders fewer taps meet, inside all tiles are alike. */
export function tilesOf(c: Columns, most: number): Tiles[] {
  const unit = Math.max(1, c.spread)
  const widths = tileRows(Math.ceil(c.outputs / unit), Math.max(1, Math.floor(most / unit))).flatMap(
    ({ rows, count }) => Array<number>(count).fill(rows * unit),
  )
  const tiles: Tiles[] = []
  let first = 0
  for (const full of widths) {
    const width = Math.min(full, c.outputs - first)
    const step = (width * c.stride) / c.spread
    const tile = { first, width, count: 1, reads: readsOf(c, first, width), step }
    const last = tiles.at(-1)
    if (last && continues(last, tile)) tiles[tiles.length - 1] = { ...last, count: last.count + 1 }
    else tiles.push(tile)
    first += width
  }
  return tiles
}

/** The pixels that a tile reads, in their order. */
function readsOf(c: Columns, first: number, width: number): Read[] {
  const meets = new Map<number, [number, number][]>()
  for (let output = 0; output < width; output++) {
    for (let tap = 0; tap < c.taps; tap++) {
      const place = (first + output) * c.stride - c.before + tap * c.dilation
      const pixel = place / c.spread
      if (!Number.isInteger(pixel) || pixel < 0 || pixel >= c.pixels) continue
      meets.set(pixel, [...(meets.get(pixel) ?? []), [output, tap]])
    }
  }
  return [...meets].sort(([a], [b]) => a - b).map(([pixel, meets]) => ({ pixel, meets }))
}

/** Whether a tile meets what the run's tiles do, as far on as it stands. */
function continues(run: Tiles, tile: Tiles): boolean {
  const moved = run.count * run.step
  return (
    run.width === tile.width &&
    Number.isInteger(run.step) &&
    run.reads.length === tile.reads.length &&
    run.reads.every(({ pixel, meets }, i) => {
      const other = tile.reads[i]
      return pixel + moved === other.pixel && `${meets}` === `${other.meets}`
    })
  )
}
