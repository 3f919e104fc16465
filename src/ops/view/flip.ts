// flip: the elements along some axes in reverse.
import { refuseMore } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import { axesOf } from '../axes.ts'

const flipping: Movement<readonly number[]> = {
  name: 'flip',
  arrange(axes, [box]) {
    const start = box.map((n, k) => (axes.includes(k) ? n - 1 : 0))
    const steps = box.map((_, k) => (axes.includes(k) ? -1 : 1))
    return { shapes: [box], moves: [{ box, from: { start, steps } }] }
  },
}

/** The array with the elements along one axis, or along several, in reverse. */
export function flip(x: NDArray, axis: number | readonly number[], ...more: []): NDArray {
  refuseMore('flip', more)
  checkArray('flip', x)
  return move(flipping, [x], axesOf('flip', x.shape, { axis: [axis].flat() }).axes)[0]
}
