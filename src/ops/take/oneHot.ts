// oneHot: a row for each index, with one value at the index and another elsewhere.

import { checkHeld, type DType } from '../../core/dtype.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { shapeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { iota } from '../../kinds/operands.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { checkIndices } from '../places.ts'
import { withShape } from '../view/reshape.ts'

/** On where the index, cut to an integer, is this place, else off. */
const hot: Formula = {
  name: 'oneHot',
  mixed: true,
  compute: (m, index, place, on, off) => m.select(m.equal(m.toInt(index), place), on, off),
}

/** Options of oneHot. */
export interface OneHotOptions extends OutOption {
  /** Default 1. */
  readonly onValue?: number
  /** Default 0. */
  readonly offValue?: number
  /** Default float32. */
  readonly dtype?: DType
}

const oneHotOptions: OptionNames<OneHotOptions> = { ...outOption, onValue: 'number', offValue: 'number', dtype: true }

/** Rows of length `depth` with `onValue` at the indices, of any dtype, and `offValue` elsewhere; out of range all are off. */
export function oneHot(indices: NDArray, depth: number, options: OneHotOptions = {}, ...more: []): NDArray {
  checkArray('oneHot', indices)
  checkOptions('oneHot', options, "{ dtype: 'float32' }", oneHotOptions, more)
  const { onValue = 1, offValue = 0, dtype = 'float32' } = options
  if (!(Number.isInteger(depth) && depth > 0)) {
    throw new OpError('oneHot', `depth must be a positive integer, got ${nameOfKind(depth)}`)
  }
  for (const value of [onValue, offValue]) checkHeld('oneHot', value, dtype)
  checkIndices('oneHot', 'indices', indices, depth)
  const shape = shapeOf([...indices.shape, depth])
  const each = withShape(indices, [...indices.shape, 1])
  const operands = [each, iota(shape, shape.length - 1), onValue, offValue]
  return written('oneHot', options.out, () => apply(hot, operands, { dtypes: [dtype], numbersLike: dtype })[0])
}
