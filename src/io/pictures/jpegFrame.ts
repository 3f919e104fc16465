// What a JPEG's segments declare before its picture data: frame, tables, scans (ITU-T T.81, annex B).
import { checkPixels, PictureError } from './picture.ts'

/** One of a frame's components. */
export interface Component {
  readonly id: number
  /** Sampling factors, 1 to 4. */
  readonly h: number
  readonly v: number
  /** Blocks of 8×8 in a row and in a column. */
  readonly across: number
  readonly down: number
  /** Blocks in a row as stored: whole units of all components. */
  readonly stored: number
  /** 64 numbers a block, row after row. */
  readonly values: Int16Array
  /** For each of 64 coefficients in zigzag order the lowest bit that has come, or `unseen`. */
  readonly lowest: Int8Array
  /** Number of the quantization table. */
  readonly table: number
  /** That table, once the first scan has come. */
  quantization: Uint16Array | undefined
}

/** A frame: the one picture of a JPEG. */
export interface Frame {
  readonly progressive: boolean
  readonly width: number
  readonly height: number
  readonly components: readonly Component[]
  /** The largest sampling factors. */
  readonly h: number
  readonly v: number
  /** Units (one `h` × `v` blocks of each component) in a row and in a column. */
  readonly across: number
  readonly down: number
}

/** A Huffman table in the canonical form: codes of each length follow one another. */
export interface Huffman {
  /** By length: the first code, how many there are, and the place of the first one's symbol. */
  readonly first: readonly number[]
  readonly counts: readonly number[]
  readonly places: readonly number[]
  readonly symbols: Uint8Array
  /** By the next `quickBits` bits: 256 times the length of the code that they start with, and its symbol; else 0. */
  readonly quick: Uint16Array
}

/** Bits of codes that are found by one look. */
export const quickBits = 9

/** A coefficient of which nothing has come. */
export const unseen = 127

/** From zigzag order to place in a block. */
export const zigzag = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15],
  ...[23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
)

/** Throws that the file is damaged, and where. */
export function damagedJpeg(what: string): never {
  throw new PictureError(`is a damaged JPEG: ${what}`)
}

/** Reads a frame header; `fileBytes` bounds how many blocks there can be, since each takes a bit at least. */
export function readFrame(body: Uint8Array, progressive: boolean, fileBytes: number): Frame {
  const [precision, , , , , count] = body
  if (body.length !== 6 + 3 * count) damagedJpeg(`its frame header has ${body.length} bytes for ${count} components`)
  const [height, width] = [body[1] * 256 + body[2], body[3] * 256 + body[4]]
  if (precision !== 8) throw new PictureError(`is a JPEG of ${precision} bits a sample, expected 8`)
  if (![1, 3, 4].includes(count)) throw new PictureError(`is a JPEG of ${count} components, expected 1, 3 or 4`)
  checkPixels(width, height)
  const listed = Array.from({ length: count }, (_, i) => {
    const [id, sampling, table] = body.subarray(6 + 3 * i)
    return { id, h: count === 1 ? 1 : sampling >> 4, v: count === 1 ? 1 : sampling & 15, table, sampling }
  })
  for (const { h, v, sampling } of listed)
    if (!(h >= 1 && h <= 4 && v >= 1 && v <= 4)) damagedJpeg(`its frame has sampling factors ${sampling.toString(16)}`)
  if (new Set(listed.map(({ id }) => id)).size < count) damagedJpeg('its frame names a component twice')
  const [h, v] = [Math.max(...listed.map((one) => one.h)), Math.max(...listed.map((one) => one.v))]
  const [across, down] = [Math.ceil(width / 8 / h), Math.ceil(height / 8 / v)]
  const sizes = listed.map((one) => {
    return { ...one, across: Math.ceil((width * one.h) / h / 8), down: Math.ceil((height * one.v) / v / 8) }
  })
  const blocks = sizes.reduce((sum, one) => sum + one.across * one.down, 0)
  if (blocks > 8 * fileBytes)
    damagedJpeg(`its ${fileBytes} bytes cannot hold the ${blocks} blocks of ${width}×${height}`)
  const components = sizes.map(({ sampling: _, ...one }): Component => {
    const values = new Int16Array(across * one.h * down * one.v * 64)
    return { ...one, stored: across * one.h, values, lowest: new Int8Array(64).fill(unseen), quantization: undefined }
  })
  return { progressive, width, height, components, h, v, across, down }
}

/** Reads quantization tables into their places, each in a block's order. */
export function readQuantization(body: Uint8Array, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at < body.length; ) {
    const [wide, place] = [body[at] >> 4, body[at] & 15]
    const end = at + 1 + (wide ? 128 : 64)
    if (wide > 1 || place > 3 || end > body.length) damagedJpeg('a quantization table is not of its size')
    const table = new Uint16Array(64)
    for (let k = 0; k < 64; k++)
      table[zigzag[k]] = wide ? body[at + 1 + 2 * k] * 256 + body[at + 2 + 2 * k] : body[at + 1 + k]
    tables.set(place, table)
    at = end
  }
}

/** Reads Huffman tables into their places: 0 to 3 for DC, 16 to 19 for AC. */
export function readHuffman(body: Uint8Array, tables: Map<number, Huffman>): void {
  for (let at = 0; at < body.length; ) {
    const place = body[at]
    const counts = [0, ...body.subarray(at + 1, at + 17)]
    const size = counts.reduce((sum, count) => sum + count, 0)
    const symbols = body.slice(at + 17, at + 17 + size)
    if (counts.length < 17 || symbols.length < size || size > 256 || (place & ~16) > 3)
      damagedJpeg('a Huffman table is not of its size')
    const first = [0]
    const places = [0]
    for (let length = 1; length <= 16; length++) {
      first.push((first[length - 1] + counts[length - 1]) << 1)
      places.push(places[length - 1] + counts[length - 1])
      if (first[length] + counts[length] > 2 ** length)
        damagedJpeg(`a Huffman table has too many codes of ${length} bits`)
    }
    tables.set(place, { first, counts, places, symbols, quick: quickTable(first, counts, places, symbols) })
    at += 17 + size
  }
}

function quickTable(
  first: readonly number[],
  counts: readonly number[],
  places: readonly number[],
  symbols: Uint8Array,
): Uint16Array {
  const quick = new Uint16Array(1 << quickBits)
  for (let length = 1; length <= quickBits; length++) {
    const same = 1 << (quickBits - length)
    for (let i = 0; i < counts[length]; i++)
      quick.fill(length * 256 + symbols[places[length] + i], (first[length] + i) * same, (first[length] + i + 1) * same)
  }
  return quick
}
