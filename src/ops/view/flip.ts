// flip: the elements along some axes in reverse.
import type { NDArray } from '../../core/ndarray.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import { axesOf } from '../axes.ts'
import { type OutOption, outOf, written } from '../out.ts'

const flipping: Movement<readonly number[]> = {
  name: 'flip',
  arrange(axes, [box]) {
    const start = box.map((n, k) => (axes.includes(k) ? n - 1 : 0))
    const steps = box.map((_, k) => (axes.includes(k) ? -1 : 1))
    return { shapes: [box], moves: [{ box, from: { start, steps } }] }
  },
}

/** The array with the elements along one axis, or along several, in reverse. */
export function flip(x: NDArray, axis: number | readonly number[], options?: OutOption, ...more: []): NDArray {
  const out = outOf('flip', options, more)
  checkArray('flip', x)
  const { axes } = axesOf('flip', x.shape, { axis: [axis].flat() })
  return written('flip', out, () => move(flipping, [x], axes)[0])
}
