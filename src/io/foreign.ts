// Element types of files that Glueball has no arrays of: each is read as one that holds all its values, or those that are
// there: bfloat16 as float32, bool as uint8, int16 and uint16 as int32, and int64, uint32 and uint64 as int32 where they fit.
import type { DType, TypedArray } from '../core/dtype.ts'

/** An element type of a file that Glueball has no arrays of. */
export type ForeignType = 'bfloat16' | 'bool' | 'int16' | 'uint16' | 'uint32' | 'int64' | 'uint64'

/** Refuses a file with the rest of a sentence that starts with its name. */
export type Fail = (message: string) => never

type Reader = (buffer: ArrayBuffer, refuse: (value: number | bigint) => never) => TypedArray

interface ForeignElements {
  /** Bytes an element. */
  readonly bytes: number
  readonly dtype: DType
  readonly read: Reader
}

const bfloat16: Reader = (buffer) => {
  // a bfloat16 is the upper half of a float32
  const bits = Uint32Array.from(new Uint16Array(buffer), (half) => half << 16)
  return new Float32Array(bits.buffer)
}

/** int32 from integers of 64 bits, given as pairs of words, the lower first. */
function narrow(buffer: ArrayBuffer, signed: boolean, refuse: (value: bigint) => never): Int32Array {
  const words = new Int32Array(buffer)
  const out = new Int32Array(words.length / 2)
  // the upper word repeats the sign of the lower one, or is 0
  const mask = signed ? -1 : 0
  for (let i = 0; i < out.length; i++) {
    const low = words[2 * i]
    const sign = low >> 31
    if ((words[2 * i + 1] ^ (sign & mask)) | (sign & ~mask))
      refuse((signed ? new BigInt64Array(buffer) : new BigUint64Array(buffer))[i])
    out[i] = low
  }
  return out
}

const uint32: Reader = (buffer, refuse) => {
  const out = new Int32Array(buffer)
  const beyond = out.findIndex((x) => x < 0)
  return beyond < 0 ? out : refuse(new Uint32Array(buffer)[beyond])
}

const table: { readonly [T in ForeignType]: ForeignElements } = {
  bool: { bytes: 1, dtype: 'uint8', read: (buffer) => new Uint8Array(buffer) },
  bfloat16: { bytes: 2, dtype: 'float32', read: bfloat16 },
  int16: { bytes: 2, dtype: 'int32', read: (buffer) => Int32Array.from(new Int16Array(buffer)) },
  uint16: { bytes: 2, dtype: 'int32', read: (buffer) => Int32Array.from(new Uint16Array(buffer)) },
  uint32: { bytes: 4, dtype: 'int32', read: uint32 },
  int64: { bytes: 8, dtype: 'int32', read: (buffer, refuse) => narrow(buffer, true, refuse) },
  uint64: { bytes: 8, dtype: 'int32', read: (buffer, refuse) => narrow(buffer, false, refuse) },
}

/** Whether a name is such a type's. */
export function isForeign(name: string | undefined): name is ForeignType {
  return name !== undefined && Object.hasOwn(table, name)
}

/** Bytes an element. */
export function foreignBytes(type: ForeignType): number {
  return table[type].bytes
}

/** The elements in a buffer of their own, little-endian. `what` names the array where an integer of it is no int32. */
export function foreignElements(
  type: ForeignType,
  buffer: ArrayBuffer,
  what: string,
  fail: Fail,
): { readonly dtype: DType; readonly data: TypedArray } {
  const { dtype, read } = table[type]
  const refuse = (value: number | bigint) =>
    fail(`holds ${value} in ${what}, of ${type}: it is read as int32, which is -2147483648 to 2147483647`)
  return { dtype, data: read(buffer, refuse) }
}
