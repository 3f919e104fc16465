// broadcastTo: an array repeated along axes of size 1 and along new axes in front.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { broadcastShapes, checkShape, formatShape, type Shape, sameShape } from '../../core/shape.ts'
import { type Movement, move } from '../../kinds/movement/movement.ts'
import { type OutOption, outOf, written } from '../out.ts'

const repeating: Movement<Shape> = {
  name: 'broadcastTo',
  arrange(box, [x]) {
    if (x.length > box.length || !sameShape(broadcastShapes('broadcastTo', [x, box]), box)) {
      throw new OpError('broadcastTo', `cannot repeat ${formatShape(x)} to ${formatShape(box)}`)
    }
    const pad = box.length - x.length
    const axes = box.map((_, k) => Math.max(0, k - pad))
    const steps = box.map((_, k) => (k < pad || x[k - pad] === 1 ? 0 : 1))
    return { shapes: [box], moves: [{ box, from: { axes, steps } }] }
  },
}

/** The array repeated to a shape, by NumPy's rules: y[i…] = x[i…], where an axis of size 1 of x stands for any index. */
export function broadcastTo(x: NDArray, shape: readonly number[], options?: OutOption, ...more: []): NDArray {
  const out = outOf('broadcastTo', options, more)
  return written('broadcastTo', out, () => move(repeating, [x], checkShape('broadcastTo', shape))[0])
}
