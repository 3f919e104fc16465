// Pictures of the user's (PNG, JPEG) as the data set's images: 28×28, grey, light on a dark background.
import { readFile } from '#platform'
import { reasonOf } from '../core/errors.ts'
import { type Grey, PictureError } from './pictures/grey.ts'
import { decodeJpeg, isJpeg } from './pictures/jpeg.ts'
import { decodePng } from './pictures/png.ts'
import { isPng } from './pictures/pngChunks.ts'

/** An image as the network was trained on, and what was done to get it. */
export interface Prepared {
  readonly data: Uint8Array<ArrayBuffer>
  readonly done: readonly string[]
}

/** Side of the data set's images. */
export const side = 28

/** Bytes of a picture's file: what 50 megapixels of 16 bits and four channels take. */
const mostBytes = 400e6

/** Reads the file of a PNG or JPEG. Throws when it is no file, neither of the two, damaged or too large. */
export async function readImage(file: string): Promise<Grey> {
  const bytes = await readFile(file, mostBytes).catch((error) => {
    throw new Error(`[predict] cannot read ${file}: got ${reasonOf(error)}, expected a PNG or JPEG`)
  })
  return decodeImage(bytes, file)
}

/** Reads a PNG or JPEG. Throws when the bytes are neither, damaged, or a picture of no or too many pixels. */
export async function decodeImage(bytes: Uint8Array, file: string): Promise<Grey> {
  if (!isJpeg(bytes) && !isPng(bytes)) throw new Error(`[predict] ${file} is neither a PNG nor a JPEG`)
  try {
    return isJpeg(bytes) ? decodeJpeg(bytes) : await decodePng(bytes)
  } catch (error) {
    throw error instanceof PictureError ? new Error(`[predict] ${file} ${error.message}`) : error
  }
}

/** Brings an image to 28×28, light on dark, and says how. */
export function prepare(image: Grey): Prepared {
  const { width, height } = image
  const done: string[] = []
  const background = backgroundOf(image)
  const size = Math.max(width, height)
  if (width !== height) done.push(`padded from ${width}×${height} to a square`)
  if (size !== side) done.push(`resized from ${size}×${size} to ${side}×${side} by area`)
  const small = shrink(image, background)
  const light = background > 127
  if (light) done.push('inverted, since its background is light and the training images are light on dark')
  const data = Uint8Array.from(small, (value) => Math.round(Math.min(255, Math.max(0, light ? 255 - value : value))))
  return { data, done }
}

/** The median of the border. */
export function backgroundOf({ width, height, data }: Grey): number {
  const border: number[] = []
  for (let x = 0; x < width; x++) border.push(data[x], data[(height - 1) * width + x])
  for (let y = 0; y < height; y++) border.push(data[y * width], data[y * width + width - 1])
  border.sort((a, b) => a - b)
  return border[border.length >> 1]
}

/**
 * The square around the image, resized: each pixel is the mean of the area that it covers. The square itself is not
 * made: that around a line of 65,535 pixels would take gigabytes.
 */
function shrink({ width, height, data }: Grey, background: number): Float64Array {
  const size = Math.max(width, height)
  const columns = cells(size, width)
  const rows = cells(size, height)
  const out = new Float64Array(side * side)
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      let sum = row.outside * background
      for (const [j, b] of row.inside) {
        let line = column.outside * background
        for (const [i, a] of column.inside) line += a * data[j * width + i]
        sum += b * line
      }
      out[y * side + x] = sum
    })
  })
  return out
}

/** What one of 28 pixels covers along an axis, as shares of its whole. */
interface Cell {
  readonly inside: readonly (readonly [pixel: number, share: number])[]
  /** The share of the padding. */
  readonly outside: number
}

/** The cells of a square of `size` pixels, in whose middle `length` are the image's. */
function cells(size: number, length: number): Cell[] {
  const start = (size - length) >> 1
  return Array.from({ length: side }, (_, cell) => {
    const from = (cell * size) / side
    const to = ((cell + 1) * size) / side
    const inside: [number, number][] = []
    let outside = 0
    for (let i = Math.floor(from); i < to - 1e-9; i++) {
      const share = (Math.min(i + 1, to) - Math.max(i, from)) / (to - from)
      if (i < start || i >= start + length) outside += share
      else if (share > 0) inside.push([i - start, share])
    }
    return { inside, outside }
  })
}
