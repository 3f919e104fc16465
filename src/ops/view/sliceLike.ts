// sliceLike: the first elements along axes, as many as another array has there.
import { checkOptions, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, listOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { slice } from './slice.ts'

/** Options of sliceLike. */
export interface SliceLikeOptions extends OutOption {
  /** The axes that are cut. Default all: then both arrays have as many. */
  readonly axes?: readonly number[]
}

/** The elements of x that are within the sizes of another array, along all axes or some. */
export function sliceLike(x: NDArray, other: NDArray, options: SliceLikeOptions = {}, ...more: []): NDArray {
  for (const array of [x, other]) checkArray('sliceLike', array)
  checkOptions('sliceLike', options, '{ axes: [0, 1] }', { ...outOption, axes: true }, more)
  const { axes } = options
  if (!axes && x.ndim !== other.ndim) {
    const got = `${formatShape(x.shape)} and ${formatShape(other.shape)}`
    throw new OpError(
      'sliceLike',
      `arrays must have the same number of axes, got ${got}: name the axes, as { axes: [0] }`,
    )
  }
  const cut = axes ? listOf('sliceLike', axes).map((axis) => checkAxis('sliceLike', axis, x.ndim)) : [...x.shape.keys()]
  const end: (number | null)[] = x.shape.map(() => null)
  for (const axis of cut) {
    const size = other.shape[axis]
    if (size === undefined || size > x.shape[axis]) {
      const got = `${formatShape(x.shape)} to ${formatShape(other.shape)}`
      throw new OpError('sliceLike', `cannot cut axis ${axis} of ${got}: it must have no more elements there`)
    }
    end[axis] = size
  }
  const begin = x.shape.map(() => null)
  return written('sliceLike', options.out, () => slice(x, begin, end))
}
