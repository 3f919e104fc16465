// fill: a new array with one value everywhere.
import { checkHeld, type DType } from '../../core/dtype.ts'
import type { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkShape } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'

const constant: Formula = { name: 'fill', compute: (_m, value) => value }

/** Where a new array lives and of which type it is; or the array that takes the values. */
export interface FillOptions {
  readonly context?: Context | undefined
  readonly dtype?: DType | undefined
  readonly out?: NDArray
}

/** An array of the shape with one value everywhere. */
export function fill(shape: number | readonly number[], value: number, options: FillOptions = {}): NDArray {
  const { context, out } = options
  const dtype = out?.dtype ?? options.dtype ?? 'float32'
  const target = out ? { out: [out] } : { ...(context && { context }) }
  return apply(constant, [checkHeld('fill', value, dtype)], {
    dtypes: [dtype],
    shape: checkShape('fill', shape),
    ...target,
  })[0]
}
