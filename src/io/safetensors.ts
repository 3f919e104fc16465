// safetensors files: named tensors in one block of data behind a JSON header; bytes in, bytes out, no checksum.
// The format: https://github.com/huggingface/safetensors. The file is the header's length (u64, little-endian), the
// header, spaces up to a multiple of 8, and the tensors' values, little-endian, row-major, end to end. The header is
// { "__metadata__": { KEY: TEXT }, NAME: { "dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END] } }, with
// offsets from the header's end.
import { type DType, dtypes, elementsIn, storedBytes, type TypedArray, typeOf } from '../core/dtype.ts'
import { OpError } from '../core/errors.ts'
import { type ForeignType, foreignElements } from './foreign.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from './json.ts'

/** Bits an element, by the format's names of element types. */
const bits = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

/** An element type of the format. */
export type SafetensorsDType = keyof typeof bits

/** One tensor of a file, its values as raw bytes: little-endian, row-major. */
export interface Safetensor {
  readonly name: string
  readonly dtype: SafetensorsDType
  /** Empty for a scalar. */
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: readonly Safetensor[]
}

/** The format's name of an element type. */
const nameOf = (dtype: DType): SafetensorsDType => typeOf(dtype).safetensors

/** Bytes of the header at most, as in the reference implementation. */
const mostHeader = 100_000_000
const metadataKey = '__metadata__'

function fail(file: string, message: string): never {
  throw new OpError('safetensors', `${file} ${message}`)
}

/** A tensor of numbers as a file holds it; shares memory with `data`, except for float16. */
export function tensorOf(name: string, dtype: DType, shape: readonly number[], data: TypedArray): Safetensor {
  return { name, dtype: nameOf(dtype), shape, bytes: storedBytes(dtype, data) }
}

/** The format's names of element types that Glueball has no arrays of, but reads. */
const foreign: Partial<Record<SafetensorsDType, ForeignType>> = {
  BOOL: 'bool',
  BF16: 'bfloat16',
  I16: 'int16',
  U16: 'uint16',
  U32: 'uint32',
  I64: 'int64',
  U64: 'uint64',
}

/** A copy of a tensor's numbers, as the nearest of Glueball's element types. Throws where there is none. */
export function numbersOf(
  { name, dtype, bytes }: Safetensor,
  file = 'the safetensors file',
): { readonly dtype: DType; readonly data: TypedArray } {
  const found = dtypes.find((own) => nameOf(own) === dtype)
  const { buffer } = new Uint8Array(bytes) // a Buffer's slice would be no copy
  if (found) return { dtype: found, data: elementsIn(found, buffer, 0, (bytes.length * 8) / bits[dtype]) }
  const other = foreign[dtype]
  const readable = [...dtypes.map(nameOf), ...Object.keys(foreign)].join(', ')
  if (!other) fail(file, `holds ${name} as ${dtype}, which Glueball lacks: expected ${readable}`)
  return foreignElements(other, buffer, name, (message) => fail(file, message))
}

/** Bytes of a tensor by type and shape; undefined where they are no integer or too many to count. */
function bytesOf(dtype: SafetensorsDType, shape: readonly number[]): number | undefined {
  let count: number = bits[dtype]
  for (const side of shape) count *= side
  // a side of 0 may follow others whose product is beyond counting
  return Number.isSafeInteger(count) && count % 8 === 0 ? count / 8 : undefined
}

/**
 * The bytes of a file. Tensors of wide types come first, so that all are aligned; those of equal width keep their order,
 * and so does the metadata. Throws on names that are taken twice, and on bytes that don't fit the shape.
 */
export function encodeSafetensors({ metadata, tensors }: Safetensors): Uint8Array<ArrayBuffer> {
  const ordered = tensors.toSorted((a, b) => bits[b.dtype] - bits[a.dtype])
  const header = new Map<string, Json>()
  if (Object.keys(metadata).length > 0) header.set(metadataKey, metadata)
  let size = 0
  for (const tensor of ordered) {
    const { name, dtype, shape, bytes } = tensor
    checkWritable(tensor, header.has(name))
    header.set(name, { dtype, shape, data_offsets: [size, size + bytes.length] })
    size += bytes.length
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const headerLength = Math.ceil(text.length / 8) * 8
  if (headerLength > mostHeader)
    fail('the file', `would have a header of ${headerLength} bytes, expected at most ${mostHeader}`)
  const file = new Uint8Array(8 + headerLength + size)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true)
  file.fill(0x20, 8, 8 + headerLength).set(text, 8)
  let at = 8 + headerLength
  for (const { bytes } of ordered) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

function checkWritable({ name, dtype, shape, bytes }: Safetensor, taken: boolean): void {
  const what = `cannot write ${name} as ${dtype} of (${shape.join(', ')})`
  if (taken || name === metadataKey) throw new OpError('safetensors', `${what}: the name is taken`)
  if (!name.isWellFormed()) throw new OpError('safetensors', `${what}: the name is no Unicode text`)
  const right = shape.every(isSize) ? bytesOf(dtype, shape) : undefined
  if (bytes.length !== right)
    throw new OpError('safetensors', `${what}: got ${bytes.length} bytes, expected ${right ?? 'a countable shape'}`)
}

function isSize(side: unknown): side is number {
  return Number.isSafeInteger(side) && (side as number) >= 0
}

/** Reads a file; the tensors are views of its bytes, in the order of their offsets. Throws on whatever is not the format. */
export function decodeSafetensors(bytes: Uint8Array, file = 'the safetensors file'): Safetensors {
  if (bytes.length < 8) fail(file, `is cut short: got ${bytes.length} bytes, expected at least 8`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getBigUint64(0, true)
  if (length > mostHeader) fail(file, `says that its header has ${length} bytes, expected at most ${mostHeader}`)
  const end = 8 + Number(length)
  if (end > bytes.length) fail(file, `is cut short: got ${bytes.length} bytes, expected ${end} for the header alone`)
  if (bytes[8] !== 0x7b || end === 8) fail(file, 'is no safetensors file: its header is expected to start with {')
  const header = headerOf(bytes.subarray(8, end), file)
  const data = bytes.subarray(end)
  return { metadata: metadataOf(header[metadataKey] ?? {}, file), tensors: tensorsOf(header, data, file) }
}

/** The header's object: three levels are all that tensors and metadata need. */
function headerOf(bytes: Uint8Array, file: string): JsonObject {
  try {
    const header = parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), 3)
    if (isJsonObject(header)) return header
  } catch (error) {
    fail(file, `has a header that cannot be read: ${(error as Error).message}`)
  }
  return fail(file, 'has a header that is no object')
}

function metadataOf(metadata: Json, file: string): Record<string, string> {
  if (!isJsonObject(metadata)) fail(file, `has a ${metadataKey} that is no object`)
  const wrong = Object.keys(metadata).find((key) => typeof metadata[key] !== 'string')
  if (wrong !== undefined) fail(file, `has a ${metadataKey} whose ${wrong} is no text`)
  return metadata as Record<string, string>
}

interface Entry {
  readonly name: string
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/** The tensors, which must fill the data end to end. */
function tensorsOf(header: JsonObject, data: Uint8Array, file: string): Safetensor[] {
  const names = Object.keys(header).filter((name) => name !== metadataKey)
  const listed = names.map((name) => entryOf(name, header[name], file))
  listed.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = 0
  for (const { name, begin, end } of listed) {
    if (begin !== at) {
      const how = begin < at ? 'overlaps the one before' : 'leaves a hole before itself'
      fail(file, `is damaged: ${name} ${how}: it starts at ${begin}, expected ${at}`)
    }
    at = end
  }
  if (at !== data.length)
    fail(file, `is cut short or damaged: its tensors end at ${at}, and there are ${data.length} bytes for them`)
  return listed.map(({ name, dtype, shape, begin, end }) => ({ name, dtype, shape, bytes: data.subarray(begin, end) }))
}

function entryOf(name: string, entry: Json, file: string): Entry {
  if (!isJsonObject(entry)) fail(file, `has an entry ${name} that is no tensor`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(bits, dtype))
    fail(file, `holds ${name} as ${JSON.stringify(dtype) ?? 'nothing'}, which is no element type of the format`)
  if (!isListOfSizes(shape)) fail(file, `holds ${name} with a shape that is no list of non-negative sizes`)
  if (!isListOfSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    fail(file, `holds ${name} with data_offsets that are no begin and end`)
  const known = dtype as SafetensorsDType
  const [begin, end] = offsets
  const right = bytesOf(known, shape)
  if (right !== end - begin)
    fail(file, `is damaged: ${name} has ${end - begin} bytes, expected ${right ?? 'fewer'} for ${dtype} of its shape`)
  return { name, dtype: known, shape, begin, end }
}

/** Whether a value is a list of non-negative integers, as shapes are. */
export function isListOfSizes(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every(isSize)
}
