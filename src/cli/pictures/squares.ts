// A picture brought to a square of a given side: padded around with its background, each pixel the mean of what it covers.
import type { Picture } from '../../io/pictures/picture.ts'

/** The median of the border, one number a channel. */
export function backgroundOf({ width, height, channels, data }: Picture): number[] {
  return Array.from({ length: channels }, (_, k) => {
    const counts = new Uint32Array(256)
    const count = (x: number, y: number) => counts[data[(y * width + x) * channels + k]]++
    for (let x = 0; x < width; x++) for (const y of [0, height - 1]) count(x, y)
    for (let y = 0; y < height; y++) for (const x of [0, width - 1]) count(x, y)
    for (let value = 0, left = width + height; ; value++) if ((left -= counts[value]) < 0) return value
  })
}

/**
 * The square around the picture, resized to `side`, rounded. The square itself is not made: that around a line of 65,535
 * pixels would take gigabytes.
 */
export function squared(picture: Picture, side: number, background: readonly number[]): Picture {
  const { width, height, channels } = picture
  const size = Math.max(width, height)
  if (width === height && size === side) return picture
  const columns = cellsOf(size, width, side)
  const rows = cellsOf(size, height, side)
  const beyond = Float64Array.from({ length: side * channels }, (_, i) => background[i % channels])
  const line = lines(picture, columns, beyond)
  const sum = new Float64Array(side * channels)
  const out = new Uint8Array(side * side * channels)
  for (let y = 0; y < side; y++) {
    for (let i = 0; i < sum.length; i++) sum[i] = rows.outside[y] * beyond[i]
    for (let j = rows.first[y], s = rows.start[y]; s < rows.start[y + 1]; j++, s++) {
      const share = rows.shares[s]
      const means = line(j)
      for (let i = 0; i < sum.length; i++) sum[i] += share * means[i]
    }
    for (let i = 0; i < sum.length; i++) out[y * sum.length + i] = Math.round(sum[i])
  }
  return { width: side, height: side, channels, data: out }
}

/** Gives a row of the picture with its columns joined to cells; the row asked for before is kept. */
function lines({ width, channels, data }: Picture, columns: Cells, beyond: Float64Array): (y: number) => Float64Array {
  const sum = new Float64Array(beyond.length)
  const { first, start, shares, outside } = columns
  let kept = -1
  return (y) => {
    if (kept === y) return sum
    kept = y
    for (let x = 0, o = 0; x < first.length; x++) {
      for (let k = 0; k < channels; k++, o++) {
        let value = outside[x] * beyond[o]
        for (let s = start[x], at = (y * width + first[x]) * channels + k; s < start[x + 1]; s++, at += channels)
          value += shares[s] * data[at]
        sum[o] = value
      }
    }
    return sum
  }
}

/** What the cells of an axis cover, as shares of a cell. */
interface Cells {
  /** The first pixel of each cell. */
  readonly first: Int32Array
  /** Where the shares of each cell's pixels start; one more than there are cells. */
  readonly start: Int32Array
  readonly shares: Float64Array
  /** The share of the padding. */
  readonly outside: Float64Array
}

/** The cells of a square of `size` pixels, in whose middle `length` are the picture's. */
function cellsOf(size: number, length: number, side: number): Cells {
  const begin = (size - length) >> 1
  const first = new Int32Array(side)
  const start = new Int32Array(side + 1)
  const shares: number[] = []
  const outside = new Float64Array(side)
  for (let cell = 0; cell < side; cell++) {
    const [from, to] = [(cell * size) / side, ((cell + 1) * size) / side]
    first[cell] = Math.max(0, Math.floor(from) - begin)
    for (let i = Math.floor(from); i < to - 1e-9; i++) {
      const share = (Math.min(i + 1, to) - Math.max(i, from)) / (to - from)
      if (i < begin || i >= begin + length) outside[cell] += share
      else shares.push(share)
    }
    start[cell + 1] = shares.length
  }
  return { first, start, shares: Float64Array.from(shares), outside }
}
