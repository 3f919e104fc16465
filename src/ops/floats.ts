// The check that an op's operands are floats of one type.
import { checkFloat } from '../core/dtype.ts'
import type { Spec } from '../core/engine.ts'
import { OpError } from '../core/errors.ts'

/** Checks that the arrays, whose names are given, are of one floating-point type. */
export function checkFloats(op: string, names: readonly string[], arrays: readonly Spec[]): void {
  const { dtype } = arrays[0]
  arrays.forEach((array, i) => {
    if (array.dtype === dtype) return
    throw new OpError(
      op,
      `${names[0]} and ${names[i]} differ in dtype: got ${dtype} and ${array.dtype}, expected one dtype`,
    )
  })
  checkFloat(op, names[0], dtype)
}
