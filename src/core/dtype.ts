// Element types and the typed arrays that hold them.
import { OpError } from './errors.ts'

/** Element types. float64 exists on the reference engine only. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint8'

/** The typed array of each element type. */
export interface TypedArrays {
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  uint8: Uint8Array
}

/** Any of the typed arrays. */
export type TypedArray = TypedArrays[DType]

const constructors = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array }

/** Bytes an element. */
export function bytesPer(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT
}

/** Whether the name is an element type. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(constructors, name)
}

/** The element type of a typed array. */
export function dtypeOf(values: TypedArray): DType {
  if (values instanceof Int32Array) return 'int32'
  if (values instanceof Uint8Array) return 'uint8'
  return values instanceof Float64Array ? 'float64' : 'float32'
}

/** A view of `size` elements over a buffer. */
export function typedView(dtype: DType, buffer: ArrayBufferLike, offset: number, size: number): TypedArray {
  return new constructors[dtype](buffer as ArrayBuffer, offset, size)
}

/** A typed array of zeros. */
export function typedZeros(dtype: DType, size: number): TypedArray {
  return new constructors[dtype](size)
}

/** A typed array with the given numbers, converted as a store into it converts them. */
export function typedFrom(dtype: DType, values: ArrayLike<number>): TypedArray {
  return constructors[dtype].from(values)
}

/** The arithmetic of an element type: floats, or integers modulo 2³². */
export function kindOf(dtype: DType): 'float' | 'int' {
  return dtype === 'float32' || dtype === 'float64' ? 'float' : 'int'
}

/** Throws where a dtype is not a float's; `name` is the array's. */
export function checkFloat(op: string, name: string, dtype: DType, hint = "use astype('float32')"): void {
  if (kindOf(dtype) === 'float') return
  throw new OpError(op, `${name} must be float32, got ${dtype}: ${hint}`)
}

const ranges = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255] } as const

/** The smallest and the largest number that an element can be. */
export function rangeOf(dtype: DType): readonly [number, number] {
  return dtype in ranges ? ranges[dtype as keyof typeof ranges] : [-Infinity, Infinity]
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
