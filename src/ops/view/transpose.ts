// transpose, swapaxes and moveaxis: an array with its axes in another order.
import { named, OpError, refuseMore } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, listOf, shapeOf } from '../../core/shape.ts'
import { checkArray, type Movement, move } from '../../kinds/movement/movement.ts'
import { type OutOption, outOf, written } from '../out.ts'

const transposing: Movement<readonly number[]> = {
  name: 'transpose',
  arrange(axes, [x]) {
    const box = shapeOf(axes.map((axis) => x[axis]))
    return { shapes: [box], moves: [{ box, from: { axes } }] }
  },
}

/** The array with its axes in the given order, in reverse where none is given. */
export function transpose(x: NDArray, axes?: readonly number[], options?: OutOption, ...more: []): NDArray {
  const out = outOf('transpose', options, more)
  checkArray('transpose', x)
  const all = Array.from(x.shape.keys())
  const order = axes ? listOf('transpose', axes).map((axis) => checkAxis('transpose', axis, x.ndim)) : all.reverse()
  if (order.length === x.ndim && new Set(order).size === x.ndim) {
    return written('transpose', out, () => move(transposing, [x], order)[0])
  }
  throw new OpError('transpose', `axes must name each of ${x.ndim} axes once, got ${formatShape(axes ?? [])}`)
}

/** The array with two axes exchanged. */
export function swapaxes(x: NDArray, a: number, b: number, options?: OutOption, ...more: []): NDArray {
  const out = outOf('swapaxes', options, more)
  checkArray('swapaxes', x)
  const axes = Array.from(x.shape.keys())
  const [first, second] = [a, b].map((axis) => checkAxis('swapaxes', axis, x.ndim))
  axes[first] = second
  axes[second] = first
  return named('swapaxes', () => transpose(x, axes, { out }))
}

/** The array with axes moved to other positions; the others stay in their order. */
export function moveaxis(
  x: NDArray,
  source: number | readonly number[],
  destination: number | readonly number[],
  ...more: []
): NDArray {
  refuseMore('moveaxis', more)
  checkArray('moveaxis', x)
  const [from, to] = [source, destination].map((axes) => [axes].flat().map((k) => checkAxis('moveaxis', k, x.ndim)))
  if (from.length !== to.length || new Set(from).size < from.length || new Set(to).size < to.length) {
    const got = `${formatShape([source].flat())} and ${formatShape([destination].flat())}`
    throw new OpError(
      'moveaxis',
      `source and destination must have the same length and name each axis once, got ${got}`,
    )
  }
  const order: number[] = []
  to.forEach((place, i) => {
    order[place] = from[i]
  })
  const others = Array.from(x.shape.keys()).filter((axis) => !from.includes(axis))
  return transpose(
    x,
    Array.from(x.shape.keys(), (place) => order[place] ?? (others.shift() as number)),
  )
}
