// broadcastTo: an array repeated along axes of size 1 and along new axes in front.
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { broadcastShapes, checkShape, formatShape, type Shape, sameShape } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of broadcastTo. */
export interface BroadcastAttributes {
  readonly shape: Shape
}

/** y[i…] = x[i…], where an axis of size 1 of x stands for any index. */
export const broadcastToOp: OpSpec<BroadcastAttributes> = {
  name: 'broadcastTo',
  infer([x], { shape }) {
    const fits = x.shape.length <= shape.length && sameShape(broadcastShapes('broadcastTo', [x.shape, shape]), shape)
    if (fits) return [{ shape, dtype: x.dtype }]
    throw new OpError('broadcastTo', `cannot repeat ${formatShape(x.shape)} to ${formatShape(shape)}`)
  },
  gradient({ inputs: [x] }, [dy], { sum, withShape }) {
    const pad = dy.ndim - x.shape.length
    const axis = Array.from(dy.shape.keys()).filter((k) => k < pad || x.shape[k - pad] !== dy.shape[k])
    return [axis.length > 0 ? withShape(sum(dy, { axis, keepdims: true }), x.shape) : dy]
  },
}

/** The array repeated to a shape, by NumPy's rules. */
export function broadcastTo(x: NDArray, shape: readonly number[]): NDArray {
  return invoke(broadcastToOp, [x], { shape: checkShape('broadcastTo', shape) })[0]
}
