// Pictures of the user's (PNG, JPEG) as the data set's images: 28×28, grey, light on a dark background.
import { convertIndexedToRgb, decode as decodePng, hasPngSignature } from 'fast-png'
import jpeg from 'jpeg-js'

/** Grey values from 0 (black) to 255, row after row. */
export interface Grey {
  readonly width: number
  readonly height: number
  readonly data: Float64Array
}

/** An image as the network was trained on, and what was done to get it. */
export interface Prepared {
  readonly data: Uint8Array<ArrayBuffer>
  readonly done: readonly string[]
}

/** Side of the data set's images. */
export const side = 28

/** Reads a PNG or JPEG. Throws when the bytes are neither, or damaged. */
export function decodeImage(bytes: Uint8Array, file: string): Grey {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8
  if (!isJpeg && !hasPngSignature(bytes)) throw new Error(`[predict] ${file} is neither a PNG nor a JPEG`)
  try {
    return isJpeg ? decodeJpeg(bytes) : decodePngGrey(bytes)
  } catch (error) {
    throw new Error(`[predict] ${file} is a damaged ${isJpeg ? 'JPEG' : 'PNG'}: ${(error as Error).message}`)
  }
}

function decodeJpeg(bytes: Uint8Array): Grey {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 1024 })
  return grey(width, height, data, 4, 255)
}

function decodePngGrey(bytes: Uint8Array): Grey {
  const png = decodePng(bytes, { checkCrc: true })
  const { width, height, channels, depth } = png
  if (png.palette) return grey(width, height, convertIndexedToRgb(png), png.palette[0].length, 255)
  if (depth < 8) return grey(width, height, unpack(png.data, width, height, depth), 1, 2 ** depth - 1)
  return grey(width, height, png.data, channels, depth === 16 ? 65535 : 255)
}

/** Grey PNGs of 1, 2 and 4 bits hold several pixels in a byte, each row from a new byte on. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8)
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)]
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
  })
}

/** Luma of Rec. 601; transparent pixels lie on white. */
function grey(width: number, height: number, data: ArrayLike<number>, channels: number, most: number): Grey {
  const coloured = channels >= 3
  const opaque = channels % 2 === 1
  const out = new Float64Array(width * height)
  for (let i = 0; i < out.length; i++) {
    const at = i * channels
    const luma = coloured ? 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2] : data[at]
    const alpha = opaque ? 1 : data[at + channels - 1] / most
    out[i] = ((luma / most) * alpha + 1 - alpha) * 255
  }
  return { width, height, data: out }
}

/** Brings an image to 28×28, light on dark, and says how. */
export function prepare(image: Grey): Prepared {
  const { width, height } = image
  const done: string[] = []
  const background = backgroundOf(image)
  let square = image
  if (width !== height) {
    square = padded(image, background)
    done.push(`padded from ${width}×${height} to a square`)
  }
  if (square.width !== side) done.push(`resized from ${square.width}×${square.height} to ${side}×${side} by area`)
  const small = square.width === side ? square.data : shrink(square)
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

function padded({ width, height, data }: Grey, background: number): Grey {
  const size = Math.max(width, height)
  const [left, top] = [(size - width) >> 1, (size - height) >> 1]
  const out = new Float64Array(size * size).fill(background)
  for (let y = 0; y < height; y++) out.set(data.subarray(y * width, (y + 1) * width), (y + top) * size + left)
  return { width: size, height: size, data: out }
}

/** Each pixel is the mean of the area that it covers. */
function shrink(square: Grey): Float64Array {
  const size = square.width
  const weights = Array.from({ length: side }, (_, i) => coverage((i * size) / side, ((i + 1) * size) / side))
  const out = new Float64Array(side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0
      for (const [row, b] of weights[y])
        for (const [column, a] of weights[x]) sum += a * b * square.data[row * size + column]
      out[y * side + x] = sum
    }
  }
  return out
}

/** How much of [from, to) each pixel of a row covers, as shares of the whole. */
function coverage(from: number, to: number): [pixel: number, share: number][] {
  const shares: [number, number][] = []
  for (let i = Math.floor(from); i < to - 1e-9; i++) {
    const share = (Math.min(i + 1, to) - Math.max(i, from)) / (to - from)
    if (share > 0) shares.push([i, share])
  }
  return shares
}
