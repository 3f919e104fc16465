// flip: the elements along some axes in reverse.
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis } from '../../core/shape.ts'
import { checkArray, move } from '../../kinds/movement/movement.ts'

/** The array with the elements along one axis, or along several, in reverse. */
export function flip(x: NDArray, axis: number | readonly number[]): NDArray {
  checkArray('flip', x)
  const flipped = [axis].flat().map((k) => checkAxis('flip', k, x.ndim))
  const start = x.shape.map((n, k) => (flipped.includes(k) ? n - 1 : 0))
  const steps = x.shape.map((_, k) => (flipped.includes(k) ? -1 : 1))
  return move('flip', [x], [x.shape], [{ box: x.shape, from: { start, steps } }])[0]
}
