// cumprod: the product of all elements of an axis up to each one.

import { isRecorded } from '../../core/compose.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { running, type Scan, type Way } from '../../kinds/scan/scan.ts'
import { add, multiply } from '../elementwise/elementwise.ts'
import { pad } from '../view/pad.ts'
import { sliceAxis } from '../view/slice.ts'
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
 * behind the first zero is 0, so that only the gradient of that zero needs the products without it. A gradient that is
 * recorded has its own gradient, and so divides by nothing.
 */
const products: Scan = {
  name: 'cumprod',
  join: 'prod',
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of({ attrs: { axis, reverse, exclusive }, x, y }, dy) {
      if (isRecorded([x(0), dy])) return withoutDivision(x(0), dy, { axis, reverse, exclusive })
      const zeros = running(sums, apply(isZero, [x(0)])[0], { axis, reverse })
      const beside = running(products, apply(besideZero, [x(0), zeros])[0], { axis, reverse, exclusive })
      const [sum, sumBeside] = [y(0), beside].map((product) => {
        return running(sums, multiply(dy, product), { axis, reverse: !reverse, exclusive })
      })
      return apply(slopes, [x(0), zeros, sum, sumBeside])[0]
    },
  },
}

/** The elements `by` places further along the way of a scan, and 0 where there are none. */
function further(x: NDArray, by: number, { axis, reverse }: Required<Way>): NDArray {
  const count = x.shape[axis]
  const widths = x.shape.flatMap((_, k) => (k !== axis ? [0, 0] : reverse ? [by, 0] : [0, by]))
  return pad(reverse ? sliceAxis(x, axis, 0, count - by) : sliceAxis(x, axis, by, null), 'constant', widths)
}

/**
 * The gradient as a polynomial of x: the product of the elements before each one, times r, where r = dy + x⁺ r⁺ and ⁺ is
 * the next element. The recurrence is joined in log₂ n steps (P. Kogge and H. Stone 1973).
 */
function withoutDivision(x: NDArray, dy: NDArray, way: Required<Way>): NDArray {
  const count = x.shape[way.axis]
  if (count === 0) return dy
  let factor = further(x, 1, way)
  let sum = way.exclusive ? further(dy, 1, way) : dy
  for (let by = 1; by < count; by *= 2) {
    sum = add(sum, multiply(factor, further(sum, by, way)))
    factor = multiply(factor, further(factor, by, way))
  }
  return multiply(running(products, x, { ...way, exclusive: true }), sum)
}

/** The product of the elements up to each one along the axis, in the dtype of x; integers wrap. */
export function cumprod(x: NDArray, options: CumsumOptions = {}, ...more: []): NDArray {
  return accumulated(products, x, options, more)
}
