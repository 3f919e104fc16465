// Checkpoints as Glueball 0.1 wrote them, which are read for good: a header and arrays in a container of its own.
import { bytesPer, elementsIn, isDType } from '../core/dtype.ts'
import { OpError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import type { Checkpoint } from './checkpoint.ts'
import { crc32 } from './crc32.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from './json.ts'
import { isListOfSizes } from './safetensors.ts'

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

function fail(file: string, message: string): never {
  throw new OpError('checkpoint', `${file} ${message}`)
}

/** Whether a file starts as a checkpoint of this container. */
export function isVersion1(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => byte === bytes[i])
}

/** Reads a checkpoint. Throws when it is of another version, cut short, or damaged in any byte. */
export function decodeVersion1(bytes: Uint8Array, file: string): Checkpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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
  const { header, arrays: listed } = textOf(bytes.subarray(fixed, textEnd), file)
  if (header === undefined || !Array.isArray(listed)) fail(file, 'has no header or no list of arrays')
  let at = textEnd
  const arrays = listed.map((entry: Json) => {
    const { name, dtype, shape } = isJsonObject(entry) ? entry : {}
    if (typeof name !== 'string' || typeof dtype !== 'string' || !isListOfSizes(shape))
      fail(file, 'lists an array without name, element type or shape')
    if (!isDType(dtype)) fail(file, `holds ${name} as ${dtype}, which this Glueball lacks`)
    const start = aligned(at)
    const size = sizeOf(shape)
    at = start + size * bytesPer(dtype)
    if (!(at <= end)) fail(file, `is damaged: ${name} ends at ${at}, expected at most ${end}`)
    const { buffer } = new Uint8Array(bytes.subarray(start, at)) // a Buffer's slice would be no copy
    return { name, dtype, shape, data: elementsIn(dtype, buffer, 0, size) }
  })
  if (at !== end) fail(file, `is damaged: its arrays end at ${at}, expected ${end}`)
  return { header, arrays }
}

function textOf(bytes: Uint8Array, file: string): JsonObject {
  try {
    const text = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), 32)
    return isJsonObject(text) ? text : {}
  } catch (error) {
    return fail(file, `has a header that cannot be read: ${(error as Error).message}`)
  }
}
