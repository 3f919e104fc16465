// Sizes of register tiles, and how rows are cut into them.
import type { Rung } from './rung.ts'

/** A tile of C held in registers: rows by vectors of four columns. */
export interface Tile {
  readonly rows: number
  readonly vectors: number
}

/**
 * The tile for a rung, by what fills the sixteen registers without spilling. Wide: 6 × 16, that is twelve 256-bit sums,
 * two of B, one of A and V8's own. Relaxed: 6 × 8, the same with 128 bits (59 GFLOP/s a core in L1 on Zen 4, where
 * 6 × 16 has 40). Plain: 3 × 8, which V8 keeps in registers on Node 20 too (43 there; 5 × 8 has 25).
 */
export function tile(rung: Rung): Tile {
  return { rows: rung === 'plain' ? 3 : 6, vectors: rung === 'wide' ? 4 : 2 }
}

/**
 * The tile for panels of which only `columns` columns are there: twice as high where a row of it needs one register. Those of
 * `wide` hold eight columns if these are stored in pairs of vectors, else four.
 */
export function tileFor(rung: Rung, columns: number): Tile {
  const full = tile(rung)
  const held = rung === 'wide' && columns % 8 === 0 ? 8 : 4
  return columns > held ? full : { ...full, rows: full.rows * 2 }
}

/** `count` consecutive tiles of `rows` rows each. */
export interface RowTiles {
  readonly rows: number
  readonly count: number
}

/**
 * Cuts rows into as few tiles of at most `max` rows as can be, with heights that differ by one at most, since a low
 * tile has too few independent sums to hide the latency of the multiply-add: 26 is 6 + 5 + 5 + 5 + 5.
 */
export function tileRows(rows: number, max: number): RowTiles[] {
  const count = Math.ceil(rows / max)
  if (count === 0) return []
  const low = Math.floor(rows / count)
  const higher = rows - low * count
  return [
    { rows: low + 1, count: higher },
    { rows: low, count: count - higher },
  ].filter((tiles) => tiles.count > 0)
}

/** Rows of a tile below which it takes as long as one of four: eight sums hide the latency of the multiply-add. */
const latentRows = 4

/**
 * The height, at most `most`, of the tiles that multiply `rows` rows soonest, where what is left over is cut into tiles of 4,
 * 2 and 1: 25 is five of 5, since four of 6 and one of 1 take as long as 28.
 */
export function tileHeight(rows: number, most: number): number {
  const timeOf = (height: number) => {
    const rest = [4, 2, 1].filter((size) => (rows % height) & size).length
    return Math.floor(rows / height) * Math.max(height, latentRows) + rest * latentRows
  }
  const heights = Array.from({ length: Math.min(rows, most) }, (_, i) => Math.min(rows, most) - i)
  return heights.reduce((best, height) => (timeOf(height) < timeOf(best) ? height : best), heights[0] ?? most)
}
