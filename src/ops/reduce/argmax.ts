// argmax and argmin: where the largest or smallest element along an axis stands.
import { type DType, isDType } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, reducedShape, shapeOf, sizeOf } from '../../core/shape.ts'
import { holdsPlaces } from '../places.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of argmax. */
export interface ArgmaxAttributes {
  readonly kind: 'argmax' | 'argmin'
  /** Counted from 0; null for the place in the flattened array. */
  readonly axis: number | null
  readonly keepDims: boolean
  /** Element type of the result, where it is not that of x. */
  readonly dtype?: DType
}

/**
 * y = index of the first largest (smallest) element along the axis. NaN wins. There is no gradient. Throws where the
 * result's dtype does not hold every place of the axis, whatever the values.
 */
export const argmaxOp: OpSpec<ArgmaxAttributes> = {
  name: 'argmax',
  calledAs: ({ kind }) => kind,
  infer([x], { kind, axis, keepDims, dtype = x.dtype }) {
    if (axis === null ? sizeOf(x.shape) === 0 : x.shape[axis] === 0) {
      throw new OpError(kind, `nothing to choose from: got ${formatShape(x.shape)}, expected at least one element`)
    }
    const count = axis === null ? sizeOf(x.shape) : x.shape[axis]
    if (isDType(dtype) && !holdsPlaces(dtype, count)) {
      throw new OpError(
        kind,
        `${dtype} does not hold every place of ${count}: got ${formatShape(x.shape)}, expected { dtype: 'int32' }`,
      )
    }
    const shape =
      axis === null ? shapeOf(keepDims ? x.shape.map(() => 1) : [1]) : reducedShape(x.shape, [axis], keepDims)
    return [{ shape, dtype }]
  },
}

/** Options of argmax and argmin. */
export interface ArgmaxOptions {
  /** The axis; null or left out for the flattened array, with a result of shape (1,). */
  readonly axis?: number | null
  readonly keepdims?: boolean
  /** Element type of the result; default that of the array, as in Gluon. float32 holds places up to 2²⁴, int32 all. */
  readonly dtype?: DType
}

const argmaxOptions: OptionNames<ArgmaxOptions> = { axis: true, keepdims: true, dtype: true }

function place(kind: ArgmaxAttributes['kind'], x: NDArray, options: ArgmaxOptions): NDArray {
  checkOptions(kind, options, '{ axis: 1 }', argmaxOptions)
  const { axis = null, keepdims = false, dtype } = options
  const attrs = { kind, axis: axis === null ? null : checkAxis(kind, axis, x.ndim), keepDims: keepdims }
  return invoke(argmaxOp, [x], { ...attrs, ...(dtype !== undefined && { dtype }) })[0]
}

/** The index of the first largest element along the axis, in the dtype of x unless options name another. */
export function argmax(x: NDArray, options: ArgmaxOptions = {}): NDArray {
  return place('argmax', x, options)
}

/** The index of the first smallest element along the axis, in the dtype of x unless options name another. */
export function argmin(x: NDArray, options: ArgmaxOptions = {}): NDArray {
  return place('argmin', x, options)
}
