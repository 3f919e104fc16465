// stack: arrays of one shape along a new axis.
import { OpError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { checkAxis, formatShape, sameShape } from '../core/shape.ts'
import { concat, withOptions } from '../ops/concat/concat.ts'
import { expandDims } from '../ops/view/reshape.ts'

/** Options of stack. */
export interface StackOptions {
  /** Where the new axis stands; 0 where left out. */
  readonly axis?: number
}

/** The arrays along a new axis: `stack(a, b, { axis: 1 })`. */
export function stack(...arrays: readonly NDArray[] | readonly [...NDArray[], StackOptions]): NDArray {
  const { inputs, options } = withOptions<StackOptions>('stack', arrays, '{ axis: 1 }', { axis: true })
  const [first] = inputs
  const other = inputs.find((array) => !sameShape(array.shape, first.shape))
  if (other) {
    const got = `${formatShape(first.shape)} and ${formatShape(other.shape)}`
    throw new OpError('stack', `arrays must have one shape, got ${got}`)
  }
  const { axis = 0 } = options
  const dim = checkAxis('stack', axis, first.ndim + 1)
  return within('', 'stack has returned', () => {
    const rows = inputs.map((array) => expandDims(array, dim))
    return concat(...rows, { dim })
  })
}
