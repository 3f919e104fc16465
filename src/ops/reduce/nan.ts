// Sums and products that leave out NaN, whose gradient is 0.
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import type { Reduction } from '../../kinds/reduction/reduction.ts'
import { productGradient, type ReduceOptions, reduced } from './reduce.ts'

/** Of nothing, and of NaN alone, 0. */
const sums: Reduction = { name: 'nansum', element: (m, x) => m.select(m.equal(x, x), x, 0), joins: ['sum'] }

/** A number in place of NaN. */
const oneForNaN: Formula = { name: 'nanprodGradient', compute: (m, x) => m.select(m.equal(x, x), x, 1) }
const noneForNaN: Formula = { name: 'nanprodGradient', compute: (m, x, dx) => m.select(m.equal(x, x), dx, 0) }

/** Of nothing, and of NaN alone, 1. */
const products: Reduction = {
  name: 'nanprod',
  element: (m, x) => m.select(m.equal(x, x), x, 1),
  joins: ['prod'],
  gradient: {
    saves: { inputs: [0] },
    of({ x, attrs }, [dy], spread) {
      const [numbers] = apply(oneForNaN, [x(0)])
      return apply(noneForNaN, [x(0), productGradient(numbers, spread(dy), attrs.axes)])
    },
  },
}

/** The product along the axes of all elements but NaN, which count as 1. */
export function nanprod(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(products, x, options, more)
}

/** The sum along the axes of all elements but NaN, which count as 0. */
export function nansum(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(sums, x, options, more)
}
