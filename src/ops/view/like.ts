// Shapes taken from another array: broadcastLike, reshapeLike, and broadcastAxis, which names axes and sizes.

import { checkOptions, named, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, sizeOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { broadcastTo } from './broadcastTo.ts'
import { withShape } from './reshape.ts'

/** Axes: one, or several. */
type Axes = number | readonly number[]

/** Options of broadcastLike. */
export interface BroadcastLikeOptions extends OutOption {
  /** Axes of `x` to repeat. Default all. */
  readonly lhsAxes?: Axes | null
  /** Axes of `like` whose sizes they get, in the same order. Default all. */
  readonly rhsAxes?: Axes | null
}

const likeOptions: OptionNames<BroadcastLikeOptions> = { ...outOption, lhsAxes: true, rhsAxes: true }

/** x repeated along axes of size 1 to the shape of another array, or along some axes to sizes of it. */
export function broadcastLike(x: NDArray, like: NDArray, options: BroadcastLikeOptions = {}, ...more: []): NDArray {
  for (const array of [x, like]) checkArray('broadcastLike', array)
  checkOptions('broadcastLike', options, '{ lhsAxes: [0], rhsAxes: [0] }', likeOptions, more)
  const { lhsAxes = null, rhsAxes = null, out } = options
  if (lhsAxes === null && rhsAxes === null) return named('broadcastLike', () => broadcastTo(x, like.shape, { out }))
  if (lhsAxes === null || rhsAxes === null) {
    throw new OpError('broadcastLike', 'lhsAxes and rhsAxes go together: give both, or neither')
  }
  const sizes = [rhsAxes].flat().map((axis) => like.shape[checkAxis('broadcastLike', axis, like.ndim)])
  return repeated('broadcastLike', x, [lhsAxes].flat(), sizes, out)
}

/** Options of broadcastAxis. */
export interface BroadcastAxisOptions extends OutOption {
  /** Axes of size 1. */
  readonly axis: Axes
  /** Their new sizes, in the same order. */
  readonly size: Axes
}

const axisOptions: OptionNames<BroadcastAxisOptions> = { ...outOption, axis: true, size: true }

/** x repeated along axes of size 1: `broadcastAxis(x, { axis: [0, 2], size: [4, 5] })`. */
export function broadcastAxis(x: NDArray, options: BroadcastAxisOptions, ...more: []): NDArray {
  checkArray('broadcastAxis', x)
  checkOptions('broadcastAxis', options, '{ axis: 0, size: 4 }', axisOptions, more)
  return repeated('broadcastAxis', x, [options.axis].flat(), [options.size].flat(), options.out)
}

function repeated(
  op: string,
  x: NDArray,
  axes: readonly number[],
  sizes: readonly number[],
  out: NDArray | undefined,
): NDArray {
  if (axes.length !== sizes.length) {
    throw new OpError(op, `each axis needs one size, got ${axes.length} axes and ${sizes.length} sizes`)
  }
  const shape: number[] = [...x.shape]
  axes.forEach((axis, i) => {
    shape[checkAxis(op, axis, x.ndim)] = sizes[i]
  })
  return named(op, () => broadcastTo(x, shape, { out }))
}

/** Options of reshapeLike: bounds of axes by Python's rules, where null is an end of the shape. */
export interface ReshapeLikeOptions extends OutOption {
  /** First axis of `x` to replace. Default 0. */
  readonly lhsBegin?: number | null
  /** The axis of `x` behind the last to replace. Default all that follow. */
  readonly lhsEnd?: number | null
  /** First axis of `like` to take. Default 0. */
  readonly rhsBegin?: number | null
  /** The axis of `like` behind the last to take. Default all that follow. */
  readonly rhsEnd?: number | null
}

const reshapeOptions: OptionNames<ReshapeLikeOptions> = {
  ...outOption,
  lhsBegin: 'number',
  lhsEnd: 'number',
  rhsBegin: 'number',
  rhsEnd: 'number',
}

/** The elements of x under the shape of another array; with bounds, some axes of x become some axes of that array. */
export function reshapeLike(x: NDArray, like: NDArray, options: ReshapeLikeOptions = {}, ...more: []): NDArray {
  for (const array of [x, like]) checkArray('reshapeLike', array)
  checkOptions('reshapeLike', options, '{ lhsBegin: 1, rhsBegin: 1 }', reshapeOptions, more)
  const [from, to] = boundsOf(options.lhsBegin, options.lhsEnd, x)
  const [first, end] = boundsOf(options.rhsBegin, options.rhsEnd, like)
  const shape = [...x.shape.slice(0, from), ...like.shape.slice(first, end), ...x.shape.slice(to)]
  if (sizeOf(shape) === x.size) return written('reshapeLike', options.out, () => withShape(x, shape))
  const wanted = `${formatShape(shape)}, of ${sizeOf(shape)} elements`
  throw new OpError('reshapeLike', `cannot give ${formatShape(x.shape)} of ${x.size} elements the shape ${wanted}`)
}

/** Bounds of axes from 0 to ndim. */
function boundsOf(begin: number | null | undefined, end: number | null | undefined, { ndim }: NDArray) {
  const at = (bound: number | null | undefined, otherwise: number) => {
    if (bound === null || bound === undefined) return otherwise
    const place = bound < 0 ? bound + ndim : bound
    if (Number.isInteger(place) && place >= 0 && place <= ndim) return place
    throw new OpError('reshapeLike', `axis ${bound} is out of range for ${ndim} axes: expected -${ndim} to ${ndim}`)
  }
  const [from, to] = [at(begin, 0), at(end, ndim)]
  return [from, Math.max(from, to)] as const
}
