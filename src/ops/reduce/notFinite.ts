// How many elements of an array are NaN or infinite, for the search for the first such value.
import type { NDArray } from '../../core/ndarray.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'

const infinity = Number.POSITIVE_INFINITY

/** All that are not finite, and the infinite ones among them. */
const counts: Reduction = {
  name: 'notFinite',
  floats: true,
  element: (m, x) => {
    const size = m.abs(x)
    return [m.select(m.less(size, infinity), 0, 1), m.select(m.equal(size, infinity), 1, 0)]
  },
  joins: ['sum', 'sum'],
  gradient: 'none',
}

/** Counts of the elements that are NaN or infinite, and of the infinite ones, each of shape (1,). */
export function countNotFinite(x: NDArray): readonly [notFinite: NDArray, infinite: NDArray] {
  const [notFinite, infinite] = reduce(counts, [x], { axes: [...x.shape.keys()] })
  return [notFinite, infinite]
}
