// From a JPEG's samples to pixels: components brought to one size, then to RGB or grey, to the bits of libjpeg.
import type { Component, Frame } from './jpegFrame.ts'
import { type Plane, planeOf } from './jpegInverse.ts'
import type { Picture } from './picture.ts'

/** What the numbers of a JPEG's components mean. */
export type JpegColour = 'grey' | 'YCbCr' | 'RGB' | 'CMYK' | 'YCCK'

/** The pixels of a frame whose scans have all come; of YCbCr in grey only Y, which is the luma of Rec. 601. */
export function pixelsOf(frame: Frame, colour: JpegColour, grey: boolean): Picture {
  const { width, height, components } = frame
  const one = colour === 'grey' || (grey && colour === 'YCbCr')
  const needed = one ? [components[0]] : components
  const rows = needed.map((component) => rowsOf(frame, component, planeOf(frame, component)))
  const channels = one ? 1 : 3
  const data = new Uint8Array(width * height * channels)
  const write = one ? writers.grey : writers[colour]
  for (let y = 0; y < height; y++) {
    const lines = rows.map((row) => row(y))
    write(lines, data, y * width * channels, width)
  }
  return { width, height, channels, data }
}

type Row = (y: number) => Uint8Array

/** Gives the samples of a component at each pixel of a row; the array is used again for the next row. */
function rowsOf(frame: Frame, { h, v }: Component, plane: Plane): Row {
  const { width, height } = frame
  const columns = Math.ceil((width * h) / frame.h)
  const rows = Math.ceil((height * v) / frame.v)
  const { samples, stride } = plane
  const line = (y: number) => samples.subarray(y * stride, y * stride + columns)
  const [across, down] = [frame.h / h, frame.v / v]
  if (across === 1 && down === 1) return line
  // libjpeg smooths halves only, and no rows of one or two samples
  const out = new Uint8Array(Math.max(width, 2 * columns))
  if (across === 2 && down === 1 && columns > 2) return (y) => doubled(line(y), out)
  if (down === 2 && (across === 1 || (across === 2 && columns > 2))) {
    const sums = new Uint16Array(columns)
    return (y) => {
      const near = y >> 1
      const far = Math.max(0, Math.min(rows - 1, near + (y & 1 ? 1 : -1)))
      const [a, b] = [line(near), line(far)]
      for (let x = 0; x < columns; x++) sums[x] = 3 * a[x] + b[x]
      return across === 1 ? quartered(sums, out, 1 + (y & 1)) : doubledSums(sums, out)
    }
  }
  const place = Int32Array.from({ length: width }, (_, x) => Math.floor((x * h) / frame.h))
  return (y) => {
    const near = line(Math.floor((y * v) / frame.v))
    for (let x = 0; x < width; x++) out[x] = near[place[x]]
    return out
  }
}

/** Twice as many samples: three quarters of the nearer one, a quarter of the farther one. */
function doubled(line: Uint8Array, out: Uint8Array): Uint8Array {
  const last = line.length - 1
  for (let x = 0, o = 0; x <= last; x++, o += 2) {
    const value = 3 * line[x]
    out[o] = x === 0 ? line[0] : (value + line[x - 1] + 1) >> 2
    out[o + 1] = x === last ? line[last] : (value + line[x + 1] + 2) >> 2
  }
  return out
}

/** `doubled` of samples that are four times as large. */
function doubledSums(sums: Uint16Array, out: Uint8Array): Uint8Array {
  const last = sums.length - 1
  for (let x = 0, o = 0; x <= last; x++, o += 2) {
    const value = 3 * sums[x]
    out[o] = (value + sums[Math.max(0, x - 1)] + 8) >> 4
    out[o + 1] = (value + sums[Math.min(last, x + 1)] + 7) >> 4
  }
  return out
}

function quartered(sums: Uint16Array, out: Uint8Array, bias: number): Uint8Array {
  for (let x = 0; x < sums.length; x++) out[x] = (sums[x] + bias) >> 2
  return out
}

/** What each value of Cr adds to red and each of Cb to blue, and 2¹⁶ times what they add to green. */
const byte = Array.from({ length: 256 }, (_, i) => i - 128)
const redOf = Int32Array.from(byte, (value) => (91881 * value + 32768) >> 16)
const blueOf = Int32Array.from(byte, (value) => (116130 * value + 32768) >> 16)
const greenOfRed = Int32Array.from(byte, (value) => -46802 * value)
const greenOfBlue = Int32Array.from(byte, (value) => -22554 * value + 32768)

const clamped = (value: number) => Math.max(0, Math.min(255, value))

type Write = (lines: readonly Uint8Array[], data: Uint8Array, at: number, width: number) => void

/** Adobe's inks are inverted: 255 is paper, so that a product gives what is reflected. */
const writers: Readonly<Record<JpegColour, Write>> = {
  grey: ([line], data, at, width) => data.set(line.subarray(0, width), at),
  YCbCr([ys, cbs, crs], data, at, width) {
    for (let x = 0, o = at; x < width; x++, o += 3) {
      const [y, cb, cr] = [ys[x], cbs[x], crs[x]]
      data[o] = clamped(y + redOf[cr])
      data[o + 1] = clamped(y + ((greenOfBlue[cb] + greenOfRed[cr]) >> 16))
      data[o + 2] = clamped(y + blueOf[cb])
    }
  },
  RGB(lines, data, at, width) {
    for (let x = 0, o = at; x < width; x++) for (let k = 0; k < 3; k++) data[o++] = lines[k][x]
  },
  CMYK(lines, data, at, width) {
    for (let x = 0, o = at; x < width; x++)
      for (let k = 0; k < 3; k++) data[o++] = Math.round((lines[k][x] * lines[3][x]) / 255)
  },
  YCCK(lines, data, at, width) {
    writers.YCbCr(lines, data, at, width)
    for (let x = 0, o = at; x < width; x++)
      for (let k = 0; k < 3; k++, o++) data[o] = Math.round(((255 - data[o]) * lines[3][x]) / 255)
  },
}
