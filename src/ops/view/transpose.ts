// transpose: an array with its axes in another order.
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, listOf, shapeOf } from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of transpose. */
export interface TransposeAttributes {
  /** Axis k of y is axis axes[k] of x. */
  readonly axes: readonly number[]
}

/** y[i…] = x[j…] with j[axes[k]] = i[k]. */
export const transposeOp: OpSpec<TransposeAttributes> = {
  name: 'transpose',
  infer: ([x], { axes }) => [{ shape: shapeOf(axes.map((axis) => x.shape[axis])), dtype: x.dtype }],
  gradient: ({ attrs: { axes } }, [dy], f) => [
    f.transpose(
      dy,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
}

/** The array with its axes in the given order, in reverse where none is given. */
export function transpose(x: NDArray, axes?: readonly number[]): NDArray {
  const all = Array.from(x.shape.keys())
  const order = axes ? listOf('transpose', axes).map((axis) => checkAxis('transpose', axis, x.ndim)) : all.reverse()
  if (order.length === x.ndim && new Set(order).size === x.ndim) return invoke(transposeOp, [x], { axes: order })[0]
  throw new OpError('transpose', `axes must name each of ${x.ndim} axes once, got ${formatShape(axes ?? [])}`)
}

/** The array with two axes exchanged. */
export function swapaxes(x: NDArray, a: number, b: number): NDArray {
  const axes = Array.from(x.shape.keys())
  const [first, second] = [a, b].map((axis) => checkAxis('swapaxes', axis, x.ndim))
  axes[first] = second
  axes[second] = first
  return transpose(x, axes)
}
