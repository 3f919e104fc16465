// Numbers of places along an axis: which element types hold them all.
import type { DType } from '../core/dtype.ts'
import type { Spec } from '../core/engine.ts'
import { OpError } from '../core/errors.ts'

/** The largest n for which an element type holds every integer from 0 to n. */
const largest: Record<DType, number> = {
  float32: 2 ** 24,
  float64: Number.MAX_SAFE_INTEGER,
  int32: 2 ** 31 - 1,
  uint8: 255,
}

/** Whether an element type holds the number of every place of an axis of `count` places. */
export function holdsPlaces(dtype: DType, count: number): boolean {
  return count - 1 <= largest[dtype]
}

/** Throws where indices are float32 and float32 does not hold every place of the axis, whatever their values. */
export function checkIndices(op: string, name: string, { dtype }: Spec, count: number): void {
  if (dtype !== 'float32' || holdsPlaces(dtype, count)) return
  throw new OpError(op, `float32 does not hold every place of ${count}: got float32 ${name}, expected int32`)
}
