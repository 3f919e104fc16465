// at: one entry of axis 0, or several by their indices.
import { nameOfKind, OpError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { formatShape } from '../core/shape.ts'
import { apply, type Formula } from '../kinds/formula/formula.ts'
import { checkIndices } from '../ops/places.ts'
import { take } from '../ops/take/take.ts'
import { withShape } from '../ops/view/reshape.ts'
import { slice } from '../ops/view/slice.ts'

/** An index as an integer; a negative one counts from the end. */
const fromStart: Formula = {
  name: 'at',
  mixed: true,
  compute(m, index, count) {
    const whole = m.toInt(index)
    return m.select(m.less(whole, 0), m.add(whole, count), whole)
  },
}

/**
 * The entry at a position of axis 0, a view without that axis; a negative position counts from the end. Of an array of
 * positions the entries there, a copy, with its axes in place of axis 0; those out of range become the nearest in range.
 */
export function at(x: NDArray, index: number | NDArray): NDArray {
  if (index instanceof NDArray) return entriesAt(x, index)
  const i = typeof index === 'number' && index < 0 ? index + x.length : index
  if (x.ndim === 0 || !Number.isInteger(i) || i < 0 || i >= x.length) {
    throw new OpError('at', `no entry ${nameOfKind(index)} in axis 0 of ${formatShape(x.shape)}`)
  }
  return within('', 'at has returned', () => withShape(slice(x, [i], [i + 1]), x.shape.slice(1)))
}

function entriesAt(x: NDArray, index: NDArray): NDArray {
  if (x.ndim === 0) throw new OpError('at', 'an array of shape () has no axis 0')
  checkIndices('at', 'indices', index, x.length)
  return within('', 'at has returned', () => {
    const [places] = apply(fromStart, [index, x.length], { dtypes: ['int32'], numbersLike: 'int32' })
    return take(x, places)
  })
}
