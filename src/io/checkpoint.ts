// A checkpoint: JSON and any number of named arrays, as a safetensors file with a checksum over every byte of it.
import type { DType, TypedArray } from '../core/dtype.ts'
import { OpError } from '../core/errors.ts'
import { decodeVersion1, isVersion1 } from './checkpointVersion1.ts'
import { crc32 } from './crc32.ts'
import { type Json, parseJson } from './json.ts'
import { decodeSafetensors, encodeSafetensors, numbersOf, tensorOf } from './safetensors.ts'

export type { Json } from './json.ts'

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

// The metadata: `crc32`, `format` and `header`, the JSON. The checksum comes first of all, so that its eight digits
// have a fixed place in the file; it is that of the whole file with zeros for its digits. So no byte of header, spaces
// or tensors can change unseen, and it is checked before anything is parsed.
const format = 'glueball checkpoint 2'
const head = '{"__metadata__":{"crc32":"'
const digitsAt = 8 + head.length
const noDigits = '00000000'
/** Levels of lists and objects in the JSON at most. */
const depth = 32

const encoded = (text: string) => new TextEncoder().encode(text)

function fail(file: string, message: string): never {
  throw new OpError('checkpoint', `${file} ${message}`)
}

/** The checksum of a file as its eight digits say it. */
function digitsOf(bytes: Uint8Array): string {
  const before = crc32(encoded(noDigits), crc32(bytes.subarray(0, digitsAt)))
  const sum = crc32(bytes.subarray(digitsAt + noDigits.length), before)
  return sum.toString(16).padStart(noDigits.length, '0')
}

/** The bytes of a checkpoint. Throws on a number in the header that is not finite and on a shape that fits no data. */
export function encodeCheckpoint({ header, arrays }: Checkpoint): Uint8Array<ArrayBuffer> {
  const metadata = { crc32: noDigits, format, header: JSON.stringify(header, refuseNonFinite) }
  const tensors = arrays.map(({ name, dtype, shape, data }) => tensorOf(name, dtype, shape, data))
  const bytes = encodeSafetensors({ metadata, tensors })
  bytes.set(encoded(digitsOf(bytes)), digitsAt)
  return bytes
}

function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new OpError('checkpoint', `cannot write the header: got ${value} for ${key}, expected a finite number`)
  return value
}

/** Reads a checkpoint of any version. Throws when it is of another kind, cut short, or damaged in any byte. */
export function decodeCheckpoint(bytes: Uint8Array, file = 'the checkpoint'): Checkpoint {
  if (isVersion1(bytes)) return decodeVersion1(bytes, file)
  checkSum(bytes, file)
  const { metadata, tensors } = decodeSafetensors(bytes, file)
  if (metadata['format'] !== format)
    fail(file, `is of another version: got ${JSON.stringify(metadata['format']) ?? 'nothing'}, expected ${format}`)
  const arrays = tensors.map((tensor): CheckpointArray => {
    const { name, shape } = tensor
    return { name, shape, ...numbersOf(tensor, file) }
  })
  return { header: headerOf(metadata['header'] ?? '', file), arrays }
}

/** Whether bytes start as a checkpoint of any version does. */
export function isCheckpoint(bytes: Uint8Array): boolean {
  return isVersion1(bytes) || startOf(bytes).startsWith(head)
}

const startOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes.subarray(8, digitsAt + noDigits.length))

function checkSum(bytes: Uint8Array, file: string): void {
  const text = startOf(bytes)
  if (!text.startsWith(head))
    fail(file, `is not a checkpoint, or damaged: got ${JSON.stringify(text)} at byte 8, expected ${head}`)
  const right = text.slice(head.length)
  const sum = digitsOf(bytes)
  if (sum !== right) fail(file, `is damaged or cut short: its checksum is ${sum}, expected ${right}`)
}

function headerOf(text: string, file: string): Json {
  try {
    return parseJson(text, depth)
  } catch (error) {
    return fail(file, `has a header that cannot be read: ${(error as Error).message}`)
  }
}
