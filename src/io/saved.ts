// What a state holds, so that JSON keeps each bit: JSON knows no typed arrays, and turns NaN, Infinity and −0 into others.
import { bytesIn } from '../core/bytes.ts'
import { bytesPer, type DType, dtypeOf, elementsIn, isDType, type TypedArray } from '../core/dtype.ts'
import { nameOfKind, OpError } from '../core/errors.ts'
import { formatShape, shapeOf, sizeOf } from '../core/shape.ts'
import type { CheckpointArray } from './checkpoint.ts'

/** Bytes that become one piece of text: a multiple of 3, so that the pieces can be joined. */
const piece = 3 * 2 ** 12

function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += piece) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + piece))))
  }
  return pieces.join('')
}

function fromBase64(op: string, name: string, text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    throw new OpError(op, `the state is damaged: the data of ${name} are no base64 text`)
  }
}

/** A named array of a state; in JSON its data are base64 text of their bytes, little-endian. */
export class SavedArray implements CheckpointArray {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TypedArray

  constructor(name: string, shape: readonly number[], data: TypedArray) {
    this.name = name
    this.dtype = dtypeOf(data)
    this.shape = shape
    this.data = data
  }

  toJSON(): object {
    const { name, dtype, shape, data } = this
    return { name, dtype, shape, data: toBase64(bytesIn(data)) }
  }
}

const kinds = [Float32Array, Float64Array, Int32Array, Int8Array, Uint8Array]

/** An array of a state, as it was or as JSON gives it back. Throws where it is neither. */
export function savedArray(op: string, saved: unknown): SavedArray {
  const { name, dtype, shape, data } = (saved ?? {}) as Partial<Record<keyof SavedArray, unknown>>
  if (typeof name !== 'string' || !isSizes(shape)) {
    throw new OpError(op, `the state is damaged: an array needs a name and a shape, got ${nameOfKind(saved)}`)
  }
  const values = typeof data === 'string' ? decoded(op, name, dtype, data) : data
  if (!kinds.some((kind) => values instanceof kind)) {
    const got = nameOfKind(values)
    throw new OpError(op, `the state is damaged: the data of ${name} must be a typed array or its text, got ${got}`)
  }
  const typed = values as TypedArray
  if (typed.length !== sizeOf(shapeOf(shape))) {
    const got = `${typed.length} numbers for ${formatShape(shape)}`
    throw new OpError(op, `the state is damaged: the data of ${name} don't fill its shape, got ${got}`)
  }
  return new SavedArray(name, shape, typed)
}

function decoded(op: string, name: string, dtype: unknown, text: string): TypedArray {
  if (typeof dtype !== 'string' || !isDType(dtype)) {
    throw new OpError(op, `the state is damaged: no element type is named ${nameOfKind(dtype)}, as ${name} says`)
  }
  const { buffer, byteLength } = fromBase64(op, name, text)
  const size = byteLength / bytesPer(dtype)
  if (!Number.isInteger(size)) throw new OpError(op, `the state is damaged: the data of ${name} end within a number`)
  return elementsIn(dtype, buffer, 0, size)
}

/** Whether it is a shape: a list of non-negative integers. */
export function isSizes(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0)
}

/** A number of a state as JSON can hold it: NaN, the infinities and −0 by name. */
export function numberToJson(value: number): number | string {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}

/** The number that `numberToJson` was given, from what it gave; undefined for anything else. */
export function numberFromJson(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return ['NaN', 'Infinity', '-Infinity', '-0'].includes(value as string) ? Number(value) : undefined
}
