// Element types: one table of all that the library says of each, and the typed arrays that hold their elements.
import { bytesIn } from './bytes.ts'
import { OpError } from './errors.ts'
import { fromHalf, halfBits } from './float16.ts'
import { sizeOf } from './shape.ts'

/** Element types. float64 exists on the reference engine only; float16 is stored, and computed with as float32. */
export type DType = 'float16' | 'float32' | 'float64' | 'int32' | 'int8' | 'uint8'

/** The typed array that the elements of each type are read as. */
export interface TypedArrays {
  float16: Float32Array
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  int8: Int8Array
  uint8: Uint8Array
}

/** Any of the typed arrays. */
export type TypedArray = TypedArrays[DType]

type Constructor<T> = { readonly BYTES_PER_ELEMENT: number } & {
  new (size: number): T
  new (buffer: ArrayBuffer, offset: number, size: number): T
  from(values: ArrayLike<number>): T
}

/** All that is said of an element type. */
interface ElementType<T> {
  /** Elements as they are read. */
  readonly array: Constructor<T>
  readonly bytes: 1 | 2 | 4 | 8
  /** The arithmetic: floats, or integers modulo 2³². */
  readonly kind: 'float' | 'int'
  /** The smallest and the largest number that an element can be. */
  readonly range: readonly [number, number]
  /** The largest n for which the type holds every integer from 0 to n. */
  readonly counts: number
  /** The type flag of MXNet's `.params` files. */
  readonly params: number
  /** The name in safetensors files. */
  readonly safetensors: 'F16' | 'F32' | 'F64' | 'I32' | 'I8' | 'U8'
  /** How the bits of an element and a number are converted, where no typed array does. */
  readonly codec?: { readonly bits: (x: number) => number; readonly number: (bits: number) => number }
}

const reals = [-Infinity, Infinity] as const

const table: { readonly [D in DType]: ElementType<TypedArrays[D]> } = {
  float32: {
    array: Float32Array,
    bytes: 4,
    kind: 'float',
    range: reals,
    counts: 2 ** 24,
    params: 0,
    safetensors: 'F32',
  },
  float64: {
    array: Float64Array,
    bytes: 8,
    kind: 'float',
    range: reals,
    counts: 2 ** 53,
    params: 1,
    safetensors: 'F64',
  },
  float16: {
    ...{ array: Float32Array, bytes: 2, kind: 'float', range: reals, counts: 2048, params: 2, safetensors: 'F16' },
    codec: { bits: halfBits, number: fromHalf },
  },
  uint8: { array: Uint8Array, bytes: 1, kind: 'int', range: [0, 255], counts: 255, params: 3, safetensors: 'U8' },
  int32: {
    ...{ array: Int32Array, bytes: 4, kind: 'int', range: [-(2 ** 31), 2 ** 31 - 1], counts: 2 ** 31 - 1 },
    ...{ params: 4, safetensors: 'I32' },
  },
  int8: { array: Int8Array, bytes: 1, kind: 'int', range: [-128, 127], counts: 127, params: 5, safetensors: 'I8' },
}

/** The names of all element types. */
export const dtypes = Object.keys(table) as readonly DType[]

/** What the table says of an element type. */
export const typeOf = (dtype: DType): ElementType<TypedArray> => table[dtype]

/** Bytes an element. */
export function bytesPer(dtype: DType): 1 | 2 | 4 | 8 {
  return table[dtype].bytes
}

/** Bytes of the elements of an array. */
export function bytesOf({ shape, dtype }: { readonly shape: readonly number[]; readonly dtype: DType }): number {
  return sizeOf(shape) * bytesPer(dtype)
}

/** Whether the name is an element type. */
export function isDType(name: string): name is DType {
  return typeof name === 'string' && Object.hasOwn(table, name)
}

/** The element type of a typed array. */
export function dtypeOf(values: TypedArray): DType {
  return dtypes.find((dtype) => values instanceof table[dtype].array) ?? 'float32'
}

/** The `size` elements that lie in a buffer: a view of them, of float16 a copy. */
export function elementsIn(dtype: DType, buffer: ArrayBufferLike, offset: number, size: number): TypedArray {
  const { array, codec } = typeOf(dtype)
  if (!codec) return new array(buffer as ArrayBuffer, offset, size)
  return Float32Array.from(new Uint16Array(buffer, offset, size), codec.number)
}

/** Elements as they are stored, rounded or wrapped to the type; values that are of it already share their memory. */
export function storedBytes(dtype: DType, values: ArrayLike<number>): Uint8Array {
  const { array, codec } = typeOf(dtype)
  const same = !codec && values instanceof array
  const stored = same ? values : codec ? Uint16Array.from(values, codec.bits) : array.from(values)
  return bytesIn(stored)
}

/** A typed array of zeros that takes numbers to be stored as the type, which are rounded once. */
export function typedZeros(dtype: DType, size: number): TypedArray {
  const { array, codec } = typeOf(dtype)
  return codec ? new Float64Array(size) : new array(size)
}

/** The arithmetic of an element type: floats, or integers modulo 2³². */
export function kindOf(dtype: DType): 'float' | 'int' {
  // a name that is none of a type is refused where the call is checked
  return isDType(dtype) ? table[dtype].kind : 'float'
}

/** Whether kernels of their own may compute with the type; float16 is only stored. */
export function isFloat(dtype: DType): boolean {
  return kindOf(dtype) === 'float' && !typeOf(dtype).codec
}

/** Throws where a dtype is not a float's that is computed with; `name` is the array's. */
export function checkFloat(op: string, name: string, dtype: DType, hint = "use astype('float32')"): void {
  if (isFloat(dtype)) return
  throw new OpError(op, `${name} must be float32, got ${dtype}: ${hint}`)
}

/** The smallest and the largest number that an element can be. */
export function rangeOf(dtype: DType): readonly [number, number] {
  return table[dtype].range
}

/** The number itself; throws where an element of the type can't be that number, with a hint at what would do. */
export function checkHeld(op: string, x: number, dtype: DType, hint?: string): number {
  if (kindOf(dtype) === 'float') return x
  const [low, high] = rangeOf(dtype)
  if (Number.isInteger(x) && x >= low && x <= high) return x
  throw new OpError(op, `${dtype} can't hold ${x}: ${hint ?? `expected an integer from ${low} to ${high}`}`)
}

/** Whether a value is a typed array of numbers of any kind: not of bigints, and no DataView. */
export function isNumeric(value: unknown): value is TypedArray {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return false
  return !(value instanceof BigInt64Array || value instanceof BigUint64Array)
}
