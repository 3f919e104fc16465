// cumsum: the sum of all elements of an axis up to each one.
import { checkOptions, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { running, type Scan } from '../../kinds/scan/scan.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { withShape } from '../view/reshape.ts'

const sums: Scan = { name: 'cumsum', join: 'sum' }

/** Options of cumsum and cumprod. */
export interface CumsumOptions extends OutOption {
  /** The axis. Default null, for the flattened array, with a result of one axis. */
  readonly axis?: number | null
}

const cumsumOptions: OptionNames<CumsumOptions> = { ...outOption, axis: 'number' }

/** A scan along the axis that the options name, or of the flattened array. */
export function accumulated(scan: Scan, x: NDArray, options: CumsumOptions, more: readonly unknown[]): NDArray {
  checkArray(scan.name, x)
  checkOptions(scan.name, options, '{ axis: 1 }', cumsumOptions, more)
  const { axis = null } = options
  const [along, at] = axis === null ? [withShape(x, [x.size]), 0] : [x, checkAxis(scan.name, axis, x.ndim)]
  return written(scan.name, options.out, () => running(scan, along, { axis: at }))
}

/** The sum of the elements up to each one along the axis, in the dtype of x; integers wrap. */
export function cumsum(x: NDArray, options: CumsumOptions = {}, ...more: []): NDArray {
  return accumulated(sums, x, options, more)
}
