// broadcastTo: an array repeated along axes of size 1 and along new axes in front.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { broadcastShapes, checkShape, formatShape, sameShape } from '../../core/shape.ts'
import { checkArray, move } from '../../kinds/movement/movement.ts'

/** The array repeated to a shape, by NumPy's rules: y[i…] = x[i…], where an axis of size 1 of x stands for any index. */
export function broadcastTo(x: NDArray, shape: readonly number[]): NDArray {
  checkArray('broadcastTo', x)
  const box = checkShape('broadcastTo', shape)
  if (x.ndim > box.length || !sameShape(broadcastShapes('broadcastTo', [x.shape, box]), box)) {
    throw new OpError('broadcastTo', `cannot repeat ${formatShape(x.shape)} to ${formatShape(box)}`)
  }
  const pad = box.length - x.ndim
  const axes = box.map((_, k) => Math.max(0, k - pad))
  const steps = box.map((_, k) => (k < pad || x.shape[k - pad] === 1 ? 0 : 1))
  return move('broadcastTo', [x], [box], [{ box, from: { axes, steps } }])[0]
}
