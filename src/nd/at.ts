// at: one entry of axis 0.
import { OpError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { formatShape } from '../core/shape.ts'
import { withShape } from '../ops/view/reshape.ts'
import { slice } from '../ops/view/slice.ts'

/** The entry at a position of axis 0, a view without that axis; a negative position counts from the end. */
export function at(x: NDArray, index: number): NDArray {
  const i = index < 0 ? index + x.length : index
  if (x.ndim === 0 || !Number.isInteger(i) || i < 0 || i >= x.length) {
    throw new OpError('at', `no entry ${index} in axis 0 of ${formatShape(x.shape)}`)
  }
  return within('', 'at has returned', () => withShape(slice(x, [i], [i + 1]), x.shape.slice(1)))
}
