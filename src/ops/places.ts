// Numbers of places along an axis: which element types hold them all.
import { type DType, isFloat, kindOf, typeOf } from '../core/dtype.ts'
import type { Spec } from '../core/engine.ts'
import { OpError } from '../core/errors.ts'

/** Whether an element type holds the number of every place of an axis of `count` places. */
export function holdsPlaces(dtype: DType, count: number): boolean {
  return count - 1 <= typeOf(dtype).counts
}

/** Throws where indices are of floats that are only stored, or that do not hold every place of the axis. */
export function checkIndices(op: string, name: string, { dtype }: Spec, count: number): void {
  if (kindOf(dtype) === 'int') return
  if (!isFloat(dtype)) throw new OpError(op, `cannot take ${dtype} ${name}: use astype('int32')`)
  if (holdsPlaces(dtype, count)) return
  throw new OpError(op, `${dtype} does not hold every place of ${count}: got ${dtype} ${name}, expected int32`)
}
