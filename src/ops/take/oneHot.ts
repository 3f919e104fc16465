// oneHot: a row for each index, with one value at the index and another elsewhere.
import { checkHeld, type DType } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { shapeOf } from '../../core/shape.ts'
import { checkIndices } from '../places.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of oneHot; its scalars are the values on and off. */
export interface OneHotAttributes {
  readonly depth: number
  readonly dtype: DType
}

/** y[…, k] = on where k is the index, cut to a whole number, else off; out of range all are off. No gradient. */
export const oneHotOp: OpSpec<OneHotAttributes> = {
  name: 'oneHot',
  infer([indices], { depth, dtype }) {
    if (!(Number.isInteger(depth) && depth > 0)) {
      throw new OpError('oneHot', `depth must be a whole number from 1 on, got ${depth}`)
    }
    checkIndices('oneHot', 'indices', indices, depth)
    return [{ shape: shapeOf([...indices.shape, depth]), dtype }]
  },
}

/** Options of oneHot. */
export interface OneHotOptions {
  /** 1 where left out. */
  readonly onValue?: number
  /** 0 where left out. */
  readonly offValue?: number
  /** float32 where left out. */
  readonly dtype?: DType
}

const oneHotOptions: OptionNames<OneHotOptions> = { onValue: true, offValue: true, dtype: true }

/** Rows of length `depth` with `onValue` at the indices, of any dtype, and `offValue` elsewhere. */
export function oneHot(indices: NDArray, depth: number, options: OneHotOptions = {}): NDArray {
  checkOptions('oneHot', options, "{ dtype: 'float32' }", oneHotOptions)
  const { onValue = 1, offValue = 0, dtype = 'float32' } = options
  for (const value of [onValue, offValue]) checkHeld('oneHot', value, dtype)
  return invoke(oneHotOp, [indices], { depth, dtype }, { scalars: [onValue, offValue] })[0]
}
