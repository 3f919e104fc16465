// MXNet's `.params` files as `nd.save` and `save_parameters` write them: little-endian, no checksum. Versions 0 to 3 are
// read (MXNet 1.9.1, src/ndarray/ndarray.cc), version 2 is written.
import {
  bytesPer,
  type DType,
  dtypes,
  elementsIn,
  isDType,
  storedBytes,
  type TypedArray,
  typeOf,
} from '../core/dtype.ts'
import { OpError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import { type ForeignType, foreignBytes, foreignElements } from './foreign.ts'

/** One array of a `.params` file. */
export interface ParamsEntry {
  /** Empty in a file that holds a list without names. */
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: DType
  /** Row-major. */
  readonly data: TypedArray
}

const fileMagic = 0x112n
/** Versions by the word that an array starts with; in version 0 (MXNet before 0.12) that word is the number of dimensions. */
const versions: ReadonlyMap<number, 1 | 2 | 3> = new Map([
  [0xf993fac8, 1],
  [0xf993fac9, 2],
  [0xf993faca, 3],
])
const version2 = 0xf993fac9
/** MXNet's element types that Glueball has no arrays of, by their flags. */
const foreign: Readonly<Record<number, ForeignType>> = {
  ...{ 6: 'int64', 7: 'bool', 8: 'int16', 9: 'uint16', 10: 'uint32', 11: 'uint64', 12: 'bfloat16' },
}
const storageTypes: Readonly<Record<number, string>> = { 1: 'row_sparse', 2: 'csr' }

/** Takes numbers from bytes one after the other and knows where the bytes end. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #file: string
  #at = 0

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#file = file
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  fail(message: string): never {
    throw new OpError('params', `${this.#file} ${message}`)
  }

  #take(count: number, what: string): number {
    if (count > this.left)
      this.fail(`is cut short: got ${this.#bytes.length} bytes, expected ${this.#at + count} or more (${what})`)
    this.#at += count
    return this.#at - count
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true)
  }

  u64(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), true)
  }

  /** A count, refused when it is more than the bytes left could hold. */
  count(what: string, bytesEach: number): number {
    const count = this.u64(what)
    if (count * BigInt(bytesEach) > BigInt(this.left))
      this.fail(
        `is cut short or damaged: got ${count} for ${what}, expected at most ${Math.floor(this.left / bytesEach)}`,
      )
    return Number(count)
  }

  copy(count: number, what: string): Uint8Array<ArrayBuffer> {
    const at = this.#take(count, what)
    return new Uint8Array(this.#bytes.subarray(at, at + count)) // a Buffer's slice would be no copy
  }
}

/** Reads a `.params` file. Throws on damage, on sparse arrays, and on integers of 64 bits that int32 does not hold. */
export function decodeParams(bytes: Uint8Array, file = 'the .params file'): ParamsEntry[] {
  const reader = new Reader(bytes, file)
  const magic = reader.u64('the magic number')
  if (magic !== fileMagic)
    reader.fail(`is not a .params file: got magic 0x${magic.toString(16)}, expected 0x${fileMagic.toString(16)}`)
  reader.u64('a reserved word')
  const count = reader.count('the number of arrays', 16)
  const arrays = Array.from({ length: count }, (_, i) => readArray(reader, `array ${i} of ${count}`))
  const named = Number(reader.u64('the number of names'))
  if (named !== 0 && named !== count) reader.fail(`is damaged: got ${named} names, expected ${count} (or none)`)
  const decoder = new TextDecoder()
  const names = Array.from({ length: named }, (_, i) =>
    decoder.decode(reader.copy(reader.count(`the length of name ${i}`, 1), `name ${i}`)),
  )
  if (reader.left > 0) reader.fail(`has bytes left over: got ${reader.left} after the last name, expected none`)
  return arrays.map((array, i) => ({ name: names[i] ?? '', ...array }))
}

function readArray(reader: Reader, which: string): Omit<ParamsEntry, 'name'> {
  const shape = readShape(reader, which)
  const size = sizeOf(shape)
  if (shape.some((side) => !(side >= 0 && Number.isSafeInteger(side))) || !Number.isSafeInteger(size))
    reader.fail(`is damaged: ${which} has shape (${shape.join(', ')}), expected non-negative sides`)
  reader.u32(which)
  reader.u32(which)
  const dtype = readType(reader, which)
  const isOurs = isDType(dtype)
  const what = `${which}, ${dtype} of (${shape.join(', ')})`
  const { buffer } = reader.copy(size * (isOurs ? bytesPer(dtype) : foreignBytes(dtype)), what)
  if (isOurs) return { shape, dtype, data: elementsIn(dtype, buffer, 0, size) }
  return { shape, ...foreignElements(dtype, buffer, which, (message) => reader.fail(message)) }
}

/** The sizes of an array, of 32 bits in version 0 and of 64 in later ones; its version and storage stand before them. */
function readShape(reader: Reader, which: string): number[] {
  const first = reader.u32(which)
  const version = first <= 32 ? 0 : versions.get(first)
  if (version === undefined)
    reader.fail(`is damaged: ${which} got magic 0x${first.toString(16)}, expected 0x${version2.toString(16)}`)
  const storageType = version >= 2 ? reader.u32(which) : 0
  if (storageType !== 0)
    reader.fail(`holds a sparse array: ${which} is ${storageTypes[storageType] ?? storageType}, expected a dense one`)
  const dimensions = version === 0 ? first : reader.u32(which)
  // version 3 has arrays of shape (), and -1 dimensions where others have 0
  if (version === 3 ? dimensions === 0xffffffff : dimensions === 0)
    reader.fail(`holds an array without a value: ${which} has no dimensions`)
  if (dimensions > 32) reader.fail(`is damaged: ${which} has ${dimensions} dimensions, expected at most 32`)
  const side = () => (version === 0 ? reader.u32(which) : Number(BigInt.asIntN(64, reader.u64(which))))
  return Array.from({ length: dimensions }, side)
}

function readType(reader: Reader, which: string): DType | ForeignType {
  const flag = reader.u32(which)
  const type = dtypes.find((name) => typeOf(name).params === flag) ?? foreign[flag]
  return type ?? reader.fail(`is damaged: ${which} got type flag ${flag}, expected 0 to 12`)
}

/**
 * Writes a `.params` file of 32 bytes, 24 + 8 a dimension for each array, 8 for each name, and the data and names.
 * Names are written when every entry has one; an entry without a name among named ones throws.
 */
export function encodeParams(entries: readonly ParamsEntry[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const names = entries.map(({ name }) => encoder.encode(name)).filter((name) => name.length > 0)
  if (names.length !== 0 && names.length !== entries.length)
    throw new OpError(
      'params',
      `cannot write ${entries.length} arrays: got ${names.length} names, expected all or none`,
    )
  const arrays = entries.reduce((sum, entry) => sum + 24 + 8 * entry.shape.length + checkedBytes(entry), 0)
  const bytes = new Uint8Array(32 + arrays + names.reduce((sum, name) => sum + 8 + name.length, 0))
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, fileMagic, true)
  view.setBigUint64(16, BigInt(entries.length), true)
  let at = 24
  for (const entry of entries) at = writeArray(view, at, entry)
  view.setBigUint64(at, BigInt(names.length), true)
  at += 8
  for (const name of names) {
    view.setBigUint64(at, BigInt(name.length), true)
    bytes.set(name, at + 8)
    at += 8 + name.length
  }
  return bytes
}

function checkedBytes({ name, shape, dtype, data }: ParamsEntry): number {
  const size = sizeOf(shape)
  const { array } = typeOf(dtype)
  const fits = shape.length > 0 && data.length === size && data instanceof array
  if (fits) return size * bytesPer(dtype)
  const got = `${data.length} elements of ${data.BYTES_PER_ELEMENT} bytes`
  const right = shape.length > 0 ? `${size} of ${array.BYTES_PER_ELEMENT} bytes` : 'at least one dimension'
  throw new OpError(
    'params',
    `cannot write ${name} as ${dtype} of (${shape.join(', ')}): got ${got}, expected ${right}`,
  )
}

function writeArray(view: DataView, at: number, { shape, dtype, data }: ParamsEntry): number {
  const words = [version2, 0, shape.length]
  for (const word of words) {
    view.setUint32(at, word, true)
    at += 4
  }
  for (const side of shape) {
    view.setBigInt64(at, BigInt(side), true)
    at += 8
  }
  const cpu = [1, 0]
  for (const word of [...cpu, typeOf(dtype).params]) {
    view.setUint32(at, word, true)
    at += 4
  }
  const bytes = storedBytes(dtype, data)
  new Uint8Array(view.buffer).set(bytes, at)
  return at + bytes.length
}
