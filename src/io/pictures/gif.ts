// GIF files (GIF89a): the first picture on its screen; what can be known of damage is refused.
import { checkPixels, type Picture, PictureError } from './picture.ts'

/** Whether bytes start as a GIF does. */
export function isGif(bytes: Uint8Array): boolean {
  return ['GIF87a', 'GIF89a'].includes(String.fromCharCode(...bytes.subarray(0, 6)))
}

function damagedGif(what: string): never {
  throw new PictureError(`is a damaged GIF: ${what}`)
}

interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly interlaced: boolean
  readonly palette: Uint8Array
  /** The colour that is transparent. */
  readonly clear: number | undefined
  /** Indices of colours, row after row as they lie in the file. */
  readonly indices: Uint8Array
}

/** Reads the first picture of a GIF whose start was found; RGB and alpha where the screen is not covered. */
export function decodeGif(bytes: Uint8Array): Picture {
  if (bytes.length < 13) damagedGif('it is cut short in its header')
  const [width, height] = [bytes[6] + 256 * bytes[7], bytes[8] + 256 * bytes[9]]
  checkPixels(width, height)
  const frame = readFrame(bytes)
  const whole = frame.width === width && frame.height === height
  const channels = whole && frame.clear === undefined ? 3 : 4
  const data = new Uint8Array(width * height * channels)
  const { palette, indices, clear } = frame
  rowsOf(frame).forEach((row, line) => {
    for (let x = 0; x < frame.width; x++) {
      const index = indices[line * frame.width + x]
      const to = ((frame.top + row) * width + frame.left + x) * channels
      if (index === clear) continue
      if (3 * index + 2 >= palette.length) damagedGif('a pixel has a colour that its palette lacks')
      data.set(palette.subarray(3 * index, 3 * index + 3), to)
      if (channels === 4) data[to + 3] = 255
    }
  })
  return { width, height, channels, data }
}

/** The rows of a frame in the order of the file. */
function rowsOf({ height, interlaced }: Frame): number[] {
  const all = Array.from({ length: height }, (_, y) => y)
  if (!interlaced) return all
  const every = (start: number, step: number) => all.filter((y) => y >= start && (y - start) % step === 0)
  return [...every(0, 8), ...every(4, 8), ...every(2, 4), ...every(1, 2)]
}

/** Goes through the blocks to the first picture. */
function readFrame(bytes: Uint8Array): Frame {
  const common = tableAt(bytes, 13, bytes[10])
  let clear: number | undefined
  for (let at = common.end; ; ) {
    const kind = bytes[at]
    if (kind === 0x2c) return readPicture(bytes, at + 1, common.table, clear)
    if (kind !== 0x21) damagedGif(`got ${kind ?? 'nothing'} at byte ${at}, expected a block with a picture`)
    if (bytes[at + 1] === 0xf9 && bytes[at + 2] === 4) clear = bytes[at + 3] & 1 ? bytes[at + 6] : undefined
    at = joined(bytes, at + 2).end
  }
}

function readPicture(bytes: Uint8Array, at: number, common: Uint8Array | undefined, clear: number | undefined): Frame {
  if (at + 10 > bytes.length) damagedGif('it is cut short before its picture')
  const [left, top, width, height] = [0, 2, 4, 6].map((k) => bytes[at + k] + 256 * bytes[at + k + 1])
  const [screenWidth, screenHeight] = [bytes[6] + 256 * bytes[7], bytes[8] + 256 * bytes[9]]
  if (left + width > screenWidth || top + height > screenHeight || width * height === 0)
    damagedGif(
      `its picture of ${width}×${height} at ${left}, ${top} does not lie on its ${screenWidth}×${screenHeight}`,
    )
  const own = tableAt(bytes, at + 9, bytes[at + 8])
  const palette = own.table ?? common ?? damagedGif('it has no palette')
  const { data, end } = joined(bytes, own.end + 1)
  if (bytes[end] === undefined) damagedGif(`it is cut short after ${bytes.length} bytes, expected another block`)
  const indices = unpack(data, bytes[own.end], width * height)
  return { left, top, width, height, interlaced: (bytes[at + 8] & 64) > 0, palette, clear, indices }
}

/** The colour table that may lie at a place. */
function tableAt(bytes: Uint8Array, at: number, flags: number): { readonly table?: Uint8Array; readonly end: number } {
  if (!(flags & 128)) return { end: at }
  const end = at + 3 * 2 ** ((flags & 7) + 1)
  if (end > bytes.length) damagedGif('it is cut short in a palette')
  return { table: bytes.subarray(at, end), end }
}

/** The content of sub-blocks up to the empty one. */
function joined(bytes: Uint8Array, start: number): { readonly data: Uint8Array; readonly end: number } {
  const data = new Uint8Array(Math.max(0, bytes.length - start))
  let length = 0
  for (let at = start; ; ) {
    const size = bytes[at]
    if (size === undefined || at + 1 + size > bytes.length)
      damagedGif(`it is cut short after ${bytes.length} bytes, in the midst of a block`)
    if (size === 0) return { data: data.subarray(0, length), end: at + 1 }
    data.set(bytes.subarray(at + 1, at + 1 + size), length)
    length += size
    at += 1 + size
  }
}

/** Undoes LZW (GIF89a, appendix F): each code is a string, known by its last byte and the code of what is before it. */
function unpack(data: Uint8Array, bits: number, count: number): Uint8Array {
  if (!(bits >= 1 && bits <= 8)) damagedGif(`its codes start with ${bits} bits`)
  const out = new Uint8Array(count)
  const before = new Uint16Array(4096)
  const last = new Uint8Array(4096)
  const string = new Uint8Array(4097)
  const [clear, stop] = [1 << bits, (1 << bits) + 1]
  let [size, next, previous, first] = [bits + 1, stop + 1, -1, 0]
  let [buffer, left, at, done] = [0, 0, 0, 0]
  while (done < count) {
    for (; left < size; left += 8) {
      if (at >= data.length) damagedGif(`its data give ${done} pixels, expected ${count}`)
      buffer |= data[at++] << left
    }
    const code = buffer & ((1 << size) - 1)
    buffer >>>= size
    left -= size
    if (code === stop) damagedGif(`its data give ${done} pixels, expected ${count}`)
    if (code === clear) {
      ;[size, next, previous] = [bits + 1, stop + 1, -1]
      continue
    }
    if (code > next || (code === next && previous < 0) || (previous < 0 && code > clear))
      damagedGif('its data have a code before its string')
    let length = 0
    let one = code
    if (code === next) {
      string[length++] = first
      one = previous
    }
    for (; one > clear; one = before[one]) string[length++] = last[one]
    first = one
    string[length++] = first
    while (length > 0 && done < count) out[done++] = string[--length]
    if (previous >= 0 && next < 4096) {
      before[next] = previous
      last[next++] = first
      if (next === 1 << size && size < 12) size++
    }
    previous = code
  }
  return out
}
