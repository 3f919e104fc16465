// Pictures for tests: files of many kinds with the grey values of Pillow, and PNGs put together from chunks.
import { readFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'

/** A file and what Pillow reads from it. */
export interface GoldenPicture {
  readonly kind: 'JPEG' | 'PNG'
  readonly name: string
  readonly width: number
  readonly height: number
  readonly file: Uint8Array
  /** Grey values, row after row. */
  readonly grey: Uint8Array
}

/** The pictures of test/golden/pictures.py. */
export const goldenPictures: readonly GoldenPicture[] = JSON.parse(
  readFileSync(new URL('golden/pictures.json', import.meta.url), 'utf8'),
  (key, value) => (key === 'file' || key === 'grey' ? new Uint8Array(Buffer.from(value, 'base64')) : value),
)

/** The file of the picture of that name. */
export function fileOf(name: string): Uint8Array {
  return goldenPictures.find((one) => one.name === name)!.file
}

/** A chunk of a PNG with its right checksum. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** The start of a PNG: signature and header. */
export function pngStart(width: number, height: number, { depth = 8, colour = 0, interlace = 0 } = {}): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colour, 0, 0, interlace], 8)
  return Buffer.concat([Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), chunk('IHDR', header)])
}

/** A PNG of the unpacked rows given, each behind the byte of its filter. */
export function pngOf(start: Uint8Array, rows: Uint8Array, ...more: readonly Uint8Array[]): Buffer {
  return Buffer.concat([start, ...more, chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}
