// A checkpoint: one JSON header and any number of named arrays, with a checksum over everything.
import { bytesPer, type DType, isDType, type TypedArray, typedView } from '../core/dtype.ts'
import { OpError } from '../core/errors.ts'
import { crc32 } from './crc32.ts'

/** What JSON can hold; numbers must be finite. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One array of a checkpoint. */
export interface CheckpointArray {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Row-major. */
  readonly data: TypedArray
}

/** What a checkpoint holds. */
export interface Checkpoint {
  readonly header: Json
  readonly arrays: readonly CheckpointArray[]
}

/** How the arrays stand in the file. */
interface Listed {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
}

// The file: magic (8 bytes), version (u32), bytes of the text (u32), bytes of the file (u64), the text, which is JSON
// `{ header, arrays: [{ name, dtype, shape }] }`, then each array from the next multiple of 64 on, then the CRC-32 of
// all that stands before it (u32). All numbers little-endian. The magic has a byte above 127 and both kinds of line end,
// so that a copy that "mends" text shows at once.
const magic = Uint8Array.of(0x89, 0x47, 0x4c, 0x55, 0x0d, 0x0a, 0x1a, 0x0a)
const version = 1
const fixed = 24

function aligned(at: number): number {
  return Math.ceil(at / 64) * 64
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1)
}

function fail(file: string, message: string): never {
  throw new OpError('checkpoint', `${file} ${message}`)
}

/** The bytes of a checkpoint. Throws on a number in the header that is not finite and on a shape that fits no data. */
export function encodeCheckpoint({ header, arrays }: Checkpoint): Uint8Array<ArrayBuffer> {
  const listed = arrays.map(({ name, dtype, shape }): Listed => ({ name, dtype, shape }))
  const text = new TextEncoder().encode(JSON.stringify({ header, arrays: listed }, refuseNonFinite))
  const starts: number[] = []
  let end = fixed + text.length
  for (const array of arrays) {
    starts.push(aligned(end))
    end = aligned(end) + checkedBytes(array)
  }
  const bytes = new Uint8Array(end + 4)
  const view = new DataView(bytes.buffer)
  bytes.set(magic)
  view.setUint32(8, version, true)
  view.setUint32(12, text.length, true)
  view.setBigUint64(16, BigInt(bytes.length), true)
  bytes.set(text, fixed)
  arrays.forEach(({ data }, i) => {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), starts[i])
  })
  view.setUint32(end, crc32(bytes.subarray(0, end)), true)
  return bytes
}

function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new OpError('checkpoint', `cannot write the header: got ${value} for ${key}, expected a finite number`)
  return value
}

function checkedBytes({ name, dtype, shape, data }: CheckpointArray): number {
  const size = sizeOf(shape)
  if (data.length === size && data.byteLength === size * bytesPer(dtype)) return data.byteLength
  const got = `${data.length} elements of ${data.BYTES_PER_ELEMENT} bytes`
  const what = `cannot write ${name} as ${dtype} of (${shape.join(', ')})`
  throw new OpError('checkpoint', `${what}: got ${got}, expected ${size} of ${bytesPer(dtype)} bytes`)
}

/** Reads a checkpoint. Throws when it is of another kind or version, cut short, or damaged in any byte. */
export function decodeCheckpoint(bytes: Uint8Array, file = 'the checkpoint'): Checkpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const known = bytes.subarray(0, magic.length)
  if (known.some((byte, i) => byte !== magic[i]))
    fail(file, `is not a checkpoint: it begins with ${hex(known)}, expected ${hex(magic)}`)
  if (bytes.length < fixed + 4) fail(file, `is cut short: got ${bytes.length} bytes, expected at least ${fixed + 4}`)
  const got = view.getUint32(8, true)
  if (got !== version) fail(file, `is of another version: got ${got}, expected ${version}`)
  const length = view.getBigUint64(16, true)
  if (length !== BigInt(bytes.length)) {
    const how = length > BigInt(bytes.length) ? 'is cut short' : 'has bytes left over'
    fail(file, `${how}: got ${bytes.length} bytes, expected ${length}`)
  }
  const end = bytes.length - 4
  const sum = crc32(bytes.subarray(0, end))
  const right = view.getUint32(end, true)
  if (sum !== right) fail(file, `is damaged: its checksum is ${sum.toString(16)}, expected ${right.toString(16)}`)
  return decodeBody(bytes, fixed + view.getUint32(12, true), end, file)
}

function decodeBody(bytes: Uint8Array, textEnd: number, end: number, file: string): Checkpoint {
  if (textEnd > end) fail(file, `is damaged: its header ends at ${textEnd}, expected at most ${end}`)
  const text = new TextDecoder().decode(bytes.subarray(fixed, textEnd))
  const { header, arrays: listed } = JSON.parse(text) as { header: Json; arrays: Listed[] }
  let at = textEnd
  const arrays = listed.map(({ name, dtype, shape }) => {
    if (!isDType(dtype)) fail(file, `holds ${name} as ${dtype}, which this Glueball lacks`)
    const start = aligned(at)
    at = start + sizeOf(shape) * bytesPer(dtype)
    if (at > end) fail(file, `is damaged: ${name} ends at ${at}, expected at most ${end}`)
    const { buffer } = bytes.slice(start, at)
    return { name, dtype, shape, data: typedView(dtype, buffer, 0, sizeOf(shape)) }
  })
  if (at !== end) fail(file, `is damaged: its arrays end at ${at}, expected ${end}`)
  return { header, arrays }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
