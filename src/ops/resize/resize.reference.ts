// Bilinear resizing of images (N, H, W, C) by plain loops: on bytes, OpenCV's fixed-point rule to the byte.

import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { ResizeAttributes } from './resize.ts'

/** How many images of what size lie in an array. */
export interface Images {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** For each place of an axis of the result: where it falls in the source, and how far past it. */
export interface Axis {
  readonly first: Int32Array
  readonly fraction: Float32Array
}

/** OpenCV's coordinates: `(d + ½)·source/result − ½` in float64, rounded to float32, then split at its floor. */
export function place(source: number, result: number): Axis {
  const first = new Int32Array(result)
  const fraction = new Float32Array(result)
  const scale = 1 / (result / source)
  for (let d = 0; d < result; d++) {
    const f = Math.fround((d + 0.5) * scale - 0.5)
    first[d] = Math.floor(f)
    fraction[d] = f - first[d]
  }
  return { first, fraction }
}

/** Along a row the fraction is dropped where a neighbour would lie outside. */
export function placeColumns(source: number, result: number): Axis {
  const { first, fraction } = place(source, result)
  for (let d = 0; d < result; d++) {
    if (first[d] >= 0 && first[d] < source - 1) continue
    first[d] = first[d] < 0 ? 0 : source - 1
    fraction[d] = 0
  }
  return { first, fraction }
}

function clamp(i: number, size: number): number {
  return Math.min(Math.max(i, 0), size - 1)
}

/** Rounds to the nearest integer, a half to the even one. */
export function rint(x: number): number {
  const below = Math.floor(x)
  const past = x - below
  return past > 0.5 || (past === 0.5 && below % 2 !== 0) ? below + 1 : below
}

/** One result element from the four neighbours a b (upper row), c d (lower row) and the fractions along x and y. */
type Blend = (a: number, b: number, c: number, d: number, fx: number, fy: number) => number

/** OpenCV on bytes: weights of 11 bits; the row pass keeps all bits, the column pass drops 4, 16 and 2 of them. */
const blendBytes: Blend = (a, b, c, d, fx, fy) => {
  const x0 = rint(Math.fround(1 - fx) * 2048)
  const x1 = rint(fx * 2048)
  const y0 = rint(Math.fround(1 - fy) * 2048)
  const y1 = rint(fy * 2048)
  const upper = a * x0 + b * x1
  const lower = c * x0 + d * x1
  return (((y0 * (upper >> 4)) >> 16) + ((y1 * (lower >> 4)) >> 16) + 2) >> 2
}

/** OpenCV's mean of four bytes, which it takes instead when both sides are halved and there are not 1, 3 or 4 channels. */
const blendHalved: Blend = (a, b, c, d) => rint((a + b + c + d) / 4)

/** OpenCV on floats: each step rounded to float32. */
const blendFloats: Blend = (a, b, c, d, fx, fy) => {
  const { fround } = Math
  const x0 = fround(1 - fx)
  const upper = fround(fround(a * x0) + fround(b * fx))
  const lower = fround(fround(c * x0) + fround(d * fx))
  return fround(fround(upper * fround(1 - fy)) + fround(lower * fy))
}

/** The formula without rounding, for checks in float64. */
const blendDoubles: Blend = (a, b, c, d, fx, fy) => (a * (1 - fx) + b * fx) * (1 - fy) + (c * (1 - fx) + d * fx) * fy

type Pixels = Uint8Array | Float32Array | Float64Array

function blendOf(pixels: Pixels, { height, width, channels }: Images, newHeight: number, newWidth: number): Blend {
  if (pixels instanceof Float64Array) return blendDoubles
  if (pixels instanceof Float32Array) return blendFloats
  const halved = height === 2 * newHeight && width === 2 * newWidth
  return halved && ![1, 3, 4].includes(channels) ? blendHalved : blendBytes
}

/** Resizes every image of `input` into `output`, of `height` × `width`; equal sizes copy. Both have one element type. */
export function resizeBilinear<P extends Pixels>(
  input: P,
  images: Images,
  output: P,
  height: number,
  width: number,
): void {
  const { count, height: rows, width: columns, channels } = images
  if (rows === height && columns === width) {
    output.set(input)
    return
  }
  const blend = blendOf(input, images, height, width)
  const across = placeColumns(columns, width)
  const down = place(rows, height)
  let at = 0
  for (let n = 0; n < count; n++)
    for (let y = 0; y < height; y++) {
      const upper = (n * rows + clamp(down.first[y], rows)) * columns
      const lower = (n * rows + clamp(down.first[y] + 1, rows)) * columns
      for (let x = 0; x < width; x++) {
        const left = across.first[x]
        const right = Math.min(left + 1, columns - 1)
        for (let c = 0; c < channels; c++) {
          const a = input[(upper + left) * channels + c]
          const b = input[(upper + right) * channels + c]
          const p = input[(lower + left) * channels + c]
          const q = input[(lower + right) * channels + c]
          output[at++] = blend(a, b, p, q, across.fraction[x], down.fraction[y])
        }
      }
    }
}

/** Every image brought to the size of the output. */
export const resizeReference: ReferenceKernel<ResizeAttributes> = ([x], { height, width }, [y]) => {
  const [rows, columns, channels] = x.shape.slice(-3)
  const images = { count: x.shape.length === 4 ? x.shape[0] : 1, height: rows, width: columns, channels }
  resizeBilinear(x.data as Uint8Array, images, y.data as Uint8Array, height, width)
}
