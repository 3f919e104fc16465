// From a JPEG's coefficients to grey values: the inverse cosine transform, then luma at each pixel.
import { type Grey, luma } from './grey.ts'
import { type Component, damagedJpeg, type Frame } from './jpegFrame.ts'

/** What the numbers of a JPEG's components mean. */
export type JpegColour = 'grey' | 'YCbCr' | 'RGB' | 'CMYK' | 'YCCK'

/** The grey values of a frame whose scans have all come. The components' memory is used for their samples. */
export function greyOfFrame(frame: Frame, colour: JpegColour): Grey {
  const { width, height, components } = frame
  const data = new Uint8Array(width * height)
  // Y is the luma of Rec. 601 already
  const needed = colour === 'grey' || colour === 'YCbCr' ? [components[0]] : components
  for (const component of needed) transform(component)
  const samples = needed.map((component) => sampler(frame, component))
  const value = colours[colour]
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) data[i] = Math.round(value(samples, x, y))
  return { width, height, data }
}

type Sample = (x: number, y: number) => number

/** Adobe's inks are inverted: 255 is paper, so that a product gives what is reflected. */
const colours: Readonly<Record<JpegColour, (samples: readonly Sample[], x: number, y: number) => number>> = {
  grey: ([grey], x, y) => grey(x, y),
  YCbCr: ([Y], x, y) => Y(x, y),
  RGB: ([r, g, b], x, y) => luma(r(x, y), g(x, y), b(x, y)),
  CMYK: ([c, m, yellow, k], x, y) => (luma(c(x, y), m(x, y), yellow(x, y)) * k(x, y)) / 255,
  YCCK: ([Y, , , k], x, y) => ((255 - Y(x, y)) * k(x, y)) / 255,
}

/** The sample of a component that is nearest to a pixel. */
function sampler(frame: Frame, { h, v, stored, values }: Component): Sample {
  const [across, down] = [h / frame.h, v / frame.v]
  return (x, y) => {
    const [column, row] = [Math.floor(x * across), Math.floor(y * down)]
    return values[64 * ((row >> 3) * stored + (column >> 3)) + 8 * (row & 7) + (column & 7)]
  }
}

/** The scale of each row and column of coefficients in the transform of Arai, Agui and Nakajima: cos(k π / 16) √2. */
const scales = Float64Array.from({ length: 8 }, (_, k) => (k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2))

/** Turns a component's coefficients into samples from 0 to 255, in place. */
function transform({ values, quantization, id }: Component): void {
  if (!quantization) damagedJpeg(`component ${id} has no quantization table`)
  const factors = Float64Array.from(quantization, (step, i) => (step * scales[i >> 3] * scales[i & 7]) / 8)
  const block = new Float64Array(64)
  for (let at = 0; at < values.length; at += 64) {
    for (let i = 0; i < 64; i++) block[i] = values[at + i] * factors[i]
    for (let i = 0; i < 8; i++) inverse(block, i, 8)
    for (let i = 0; i < 64; i += 8) inverse(block, i, 1)
    for (let i = 0; i < 64; i++) values[at + i] = Math.max(0, Math.min(255, Math.round(block[i] + 128)))
  }
}

const [root2, cos1, cos2, cos3] = [Math.SQRT2, 1.8477590650225735, 1.0823922002923938, 2.613125929752753]

/** The inverse transform of eight numbers, `step` apart (jidctflt of the Independent JPEG Group). */
function inverse(block: Float64Array, at: number, step: number): void {
  const [i1, i2, i3, i4] = [at + step, at + 2 * step, at + 3 * step, at + 4 * step]
  const [i5, i6, i7] = [at + 5 * step, at + 6 * step, at + 7 * step]
  const sum04 = block[at] + block[i4]
  const difference04 = block[at] - block[i4]
  const sum26 = block[i2] + block[i6]
  const difference26 = (block[i2] - block[i6]) * root2 - sum26
  const [e0, e3] = [sum04 + sum26, sum04 - sum26]
  const [e1, e2] = [difference04 + difference26, difference04 - difference26]
  const z13 = block[i5] + block[i3]
  const z10 = block[i5] - block[i3]
  const z11 = block[i1] + block[i7]
  const z12 = block[i1] - block[i7]
  const z5 = (z10 + z12) * cos1
  const o7 = z11 + z13
  const o6 = z5 - cos3 * z10 - o7
  const o5 = (z11 - z13) * root2 - o6
  const o4 = cos2 * z12 - z5 + o5
  block[at] = e0 + o7
  block[i7] = e0 - o7
  block[i1] = e1 + o6
  block[i6] = e1 - o6
  block[i2] = e2 + o5
  block[i5] = e2 - o5
  block[i4] = e3 + o4
  block[i3] = e3 - o4
}
