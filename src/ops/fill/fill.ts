// fill: a new array with one value everywhere.
import type { DType } from '../../core/dtype.ts'
import type { Context } from '../../core/engine.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkShape, type Shape } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of fill; the value is its scalar. */
export interface FillAttributes {
  readonly shape: Shape
  readonly dtype: DType
}

/** y = value everywhere. */
export const fillOp: OpSpec<FillAttributes> = {
  name: 'fill',
  infer: (_inputs, { shape, dtype }) => [{ shape, dtype }],
}

/** Where a new array lives and of which type it is; or the array that takes the values. */
export interface FillOptions {
  readonly context?: Context | undefined
  readonly dtype?: DType | undefined
  readonly out?: NDArray
}

/** An array of the shape with one value everywhere. */
export function fill(shape: number | readonly number[], value: number, options: FillOptions = {}): NDArray {
  const { context, out } = options
  const attrs = { shape: checkShape('fill', shape), dtype: out?.dtype ?? options.dtype ?? 'float32' }
  return invoke(fillOp, [], attrs, { scalars: [value], ...(context && { context }), ...(out && { out: [out] }) })[0]
}
