// RecordIO, the container of MXNet's `.rec` files: records behind a magic number, and labels in front of pictures (dmlc-core).
import { joinBytes } from '../core/bytes.ts'
import { OpError } from '../core/errors.ts'

const magic = 0xced7230a

/** What the upper three bits of a length say: a whole record, or the first, a middle or the last part of one. */
const [whole, first, last] = [0, 1, 3]

function fail(file: string, message: string): never {
  throw new OpError('recordIO', `${file} ${message}`)
}

/** A part of a record, and where the next one starts. */
interface Part {
  readonly kind: number
  readonly data: Uint8Array
  readonly end: number
}

function partAt(bytes: Uint8Array, at: number, file: string): Part {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (at + 8 > bytes.length) fail(file, `is cut short: got ${bytes.length} bytes, expected a record at ${at}`)
  if (view.getUint32(at, true) !== magic)
    fail(file, `has no record at byte ${at}: got ${view.getUint32(at, true).toString(16)}, expected ced7230a`)
  const word = view.getUint32(at + 4, true)
  const length = word & 0x1fffffff
  const start = at + 8
  if (start + length > bytes.length)
    fail(file, `is cut short: got ${bytes.length} bytes, expected ${start + length} for the record at ${at}`)
  return { kind: word >>> 29, data: bytes.subarray(start, start + length), end: start + Math.ceil(length / 4) * 4 }
}

/** The record at a place. Parts are joined by the magic number at which the writer has cut them. */
export function recordAt(
  bytes: Uint8Array,
  at: number,
  file: string,
): { readonly data: Uint8Array; readonly end: number } {
  let part = partAt(bytes, at, file)
  if (part.kind === whole) return part
  if (part.kind !== first) fail(file, `has the rest of a record at byte ${at}, expected the start of one`)
  const parts = [part.data]
  while (part.kind !== last) {
    part = partAt(bytes, part.end, file)
    parts.push(Uint8Array.of(0x0a, 0x23, 0xd7, 0xce), part.data)
  }
  return { data: joinBytes(parts), end: part.end }
}

/** Where all records start. */
export function recordPlaces(bytes: Uint8Array, file: string): number[] {
  const places: number[] = []
  for (let at = 0; at < bytes.length; at = recordAt(bytes, at, file).end) places.push(at)
  return places
}

/** Where records start by an `.idx` file: lines of a key and a place, in their order. */
export function indexedPlaces(text: string, size: number, file: string): number[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      const place = Number(line.split('\t')[1])
      if (Number.isInteger(place) && place >= 0 && place < size) return place
      return fail(file, `line ${i + 1} is no key and place in ${size} bytes: got ${JSON.stringify(line.slice(0, 40))}`)
    })
}

/** What stands in front of a picture in a record. */
export interface ImageRecord {
  /** One label, or several. */
  readonly label: number | readonly number[]
  readonly id: bigint
  /** The file of the picture. */
  readonly image: Uint8Array
}

/** Takes a record apart: flag, label and two ids, then, where the flag counts them, more labels. */
export function imageRecord(data: Uint8Array, file: string): ImageRecord {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (data.length < 24) fail(file, `has a record of ${data.length} bytes, expected a header of 24`)
  const flag = view.getUint32(0, true)
  const start = 24 + 4 * flag
  if (start > data.length) fail(file, `has a record of ${data.length} bytes, expected ${flag} labels in it`)
  const labels = Array.from({ length: flag }, (_, i) => view.getFloat32(24 + 4 * i, true))
  const label = flag > 0 ? labels : view.getFloat32(4, true)
  return { label, id: view.getBigUint64(8, true), image: data.subarray(start) }
}
