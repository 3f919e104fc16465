// cumprod: the product of all elements of an axis up to each one.
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { running, type Scan } from '../../kinds/scan/scan.ts'
import { multiply } from '../elementwise/elementwise.ts'
import { accumulated, type CumsumOptions } from './cumsum.ts'

const name = 'cumprodGradient'

const isZero: Formula = { name, compute: (m, x) => m.select(m.equal(x, 0), 1, 0) }

/** The elements, with a 1 in place of the first zero. */
const besideZero: Formula = {
  name,
  compute: (m, x, zeros) => m.select(m.and(m.equal(x, 0), m.equal(zeros, 1)), 1, x),
}

/** Σ dy · y ÷ x; at the first zero the sum of the products without it, and 0 at others. */
const slopes: Formula = {
  name,
  compute(m, x, zeros, sum, beside) {
    return m.select(m.equal(x, 0), m.select(m.equal(zeros, 1), beside, 0), m.div(sum, x))
  },
}

const sums: Scan = { name, join: 'sum' }

/**
 * x is a factor of all products from its place on: its gradient is the sum of these times dy, divided by x. A product
 * behind the first zero is 0, so that only the gradient of that zero needs the products without it.
 * Gradients of gradients are right beside one zero of a row, not beside several.
 */
const products: Scan = {
  name: 'cumprod',
  join: 'prod',
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of({ attrs: { axis, reverse, exclusive }, x, y }, dy) {
      const zeros = running(sums, apply(isZero, [x(0)])[0], { axis, reverse })
      const beside = running(products, apply(besideZero, [x(0), zeros])[0], { axis, reverse, exclusive })
      const [sum, sumBeside] = [y(0), beside].map((product) => {
        return running(sums, multiply(dy, product), { axis, reverse: !reverse, exclusive })
      })
      return apply(slopes, [x(0), zeros, sum, sumBeside])[0]
    },
  },
}

/** The product of the elements up to each one along the axis, in the dtype of x; integers wrap. */
export function cumprod(x: NDArray, options: CumsumOptions = {}): NDArray {
  return accumulated(products, x, options)
}
