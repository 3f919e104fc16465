// Spatial axes: sequences (N, C, W) as images of one row, and the sizes that windows have along one axis or two.
import { nameOfKind, OpError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { formatGiven, formatShape, type Pair } from '../core/shape.ts'
import { withShape } from './view/reshape.ts'

/** One number for all spatial axes, or one for each. */
export type Sizes = number | readonly number[]

/** A number for each of `axes` spatial axes; throws where one is below `least`. */
export function sizesOf(op: string, name: string, value: Sizes, axes: number, least: number): readonly number[] {
  const sizes: unknown = typeof value === 'number' ? Array(axes).fill(value) : value
  if (Array.isArray(sizes) && sizes.length === axes && sizes.every((n) => Number.isInteger(n) && n >= least)) {
    return sizes
  }
  const kind = least > 0 ? 'positive' : 'non-negative'
  const got = formatGiven(value)
  throw new OpError(
    op,
    `${name} must be a ${kind} integer, or ${axes === 1 ? 'a list of one' : 'two of them'}, got ${got}`,
  )
}

/** Checks that an array is (N, C, W) or (N, C, H, W); returns the number of its spatial axes. */
export function checkSpatial(op: string, name: string, x: NDArray): 1 | 2 {
  if (!(x instanceof NDArray)) throw new OpError(op, `${name} must be an array, got ${nameOfKind(x)}`)
  if (x.ndim === 3) return 1
  if (x.ndim === 4) return 2
  throw new OpError(op, `${name} must be (N, C, W) or (N, C, H, W), got ${formatShape(x.shape)}`)
}

/** Checks that no axis of an input is empty but that of the batch. */
export function checkFilled(op: string, name: string, { shape }: NDArray): void {
  if (!shape.includes(0, 1)) return
  throw new OpError(op, `wrong shape of ${name}: got ${formatShape(shape)}, expected no axis empty but the batch`)
}

/** A sequence, or a filter of one, as an image of one row: (N, C, W) as (N, C, 1, W). An image stays. */
export function asImages(x: NDArray): NDArray {
  return x.ndim === 3 ? withShape(x, [x.shape[0], x.shape[1], 1, x.shape[2]]) : x
}

/** Images, or the sequences that they stand for: (N, C, 1, W) as (N, C, W) for one spatial axis. */
export function fromImages(y: NDArray, axes: number): NDArray {
  return axes === 1 ? withShape(y, [y.shape[0], y.shape[1], y.shape[3]]) : y
}

/** Numbers for height and width; `row` is that of the height for sequences. */
export function pairOf(sizes: readonly number[], row: number): Pair {
  return sizes.length === 1 ? [row, sizes[0]] : [sizes[0], sizes[1]]
}
