// argmax and argmin: where the largest or smallest element along an axis stands.
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, reducedShape, shapeOf, sizeOf } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of argmax. */
export interface ArgmaxAttributes {
  readonly kind: 'argmax' | 'argmin'
  /** Counted from 0; null for the place in the flattened array. */
  readonly axis: number | null
  readonly keepDims: boolean
}

/**
 * y = index of the first largest (smallest) element along the axis, as a number of the dtype of x: float32 in, float32 out,
 * as in MXNet. NaN wins. There is no gradient.
 */
export const argmaxOp: OpSpec<ArgmaxAttributes> = {
  name: 'argmax',
  calledAs: ({ kind }) => kind,
  infer([x], { kind, axis, keepDims }) {
    if (axis === null ? sizeOf(x.shape) === 0 : x.shape[axis] === 0) {
      throw new OpError(kind, `nothing to choose from: got ${formatShape(x.shape)}, expected at least one element`)
    }
    const shape =
      axis === null ? shapeOf(keepDims ? x.shape.map(() => 1) : [1]) : reducedShape(x.shape, [axis], keepDims)
    return [{ shape: shapeOf(shape.length > 0 ? shape : [1]), dtype: x.dtype }]
  },
}

/** Options of argmax and argmin. */
export interface ArgmaxOptions {
  /** The axis; null or left out for the flattened array, with a result of shape (1,). */
  readonly axis?: number | null
  readonly keepdims?: boolean
}

const argmaxOptions: OptionNames<ArgmaxOptions> = { axis: true, keepdims: true }

function place(kind: ArgmaxAttributes['kind'], x: NDArray, options: ArgmaxOptions): NDArray {
  checkOptions(kind, options, '{ axis: 1 }', argmaxOptions)
  const { axis = null, keepdims = false } = options
  const attrs = { kind, axis: axis === null ? null : checkAxis(kind, axis, x.ndim), keepDims: keepdims }
  return invoke(argmaxOp, [x], attrs)[0]
}

/** The index of the first largest element along the axis, in the dtype of x. */
export function argmax(x: NDArray, options: ArgmaxOptions = {}): NDArray {
  return place('argmax', x, options)
}

/** The index of the first smallest element along the axis, in the dtype of x. */
export function argmin(x: NDArray, options: ArgmaxOptions = {}): NDArray {
  return place('argmin', x, options)
}
