// Reductions along axes: sums, means, extremes, products and lengths, in the dtype of x; integers wrap.

import type { Arith } from '../../arith/arith.ts'
import { checkOptions } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { axesOf, type ReduceOptions, reduceOptions } from '../axes.ts'
import { written } from '../out.ts'

export type { ReduceOptions }

/** Of nothing 0. */
const sums: Reduction = { name: 'sum', element: (_m, x) => x, joins: ['sum'] }

/** Means: of nothing NaN, 0 for integers, whose mean is cut towards zero. */
export const means: Reduction = {
  name: 'mean',
  element: (_m, x) => x,
  joins: ['sum'],
  finish: (m, sum, n) => m.div(sum, n),
}

/** dy to every element that equals the result, as in MXNet. */
const toEqual: Formula = {
  name: 'extremeGradient',
  compute: (m, x, y, dy) => m.mul(m.select(m.equal(x, y), 1, 0), dy),
}

/** NaN wins; of nothing there is none. */
const extremes = (name: 'max' | 'min'): Reduction => ({
  name,
  element: (_m, x) => x,
  joins: [name],
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of: ({ x, y }, [dy], spread) => apply(toEqual, [x(0), spread(y(0)), spread(dy)]),
  },
})
const [largest, smallest] = [extremes('max'), extremes('min')]

/** The gradient of a product that leaves out the zeros. */
const besideOthers: Formula = {
  name: 'prodGradient',
  compute: (m, x, beside, dy) => m.select(m.equal(x, 0), 0, m.mul(dy, m.div(beside, x))),
}

/** The product of all others than 0, and how many are 0. */
const productsBeside0: Reduction = {
  name: 'prodGradient',
  floats: true,
  element: (m, x) => [m.select(m.equal(x, 0), 1, x), m.select(m.equal(x, 0), 1, 0)],
  joins: ['prod', 'sum'],
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of: ({ x, y }, [dy], spread) => apply(besideOthers, [x(0), spread(y(0)), spread(dy)]),
  },
}

/** The product of all others times dy, where the product `beside` leaves out the zeros. */
const productOfOthers: Formula = {
  name: 'prodGradient',
  compute(m, x, beside, zeros, dy) {
    const others = m.select(m.equal(zeros, 0), m.div(beside, x), 0)
    const alone = m.and(m.equal(zeros, 1), m.equal(x, 0))
    return m.mul(m.select(alone, beside, others), dy)
  },
}

/** Of nothing 1. */
const products: Reduction = {
  name: 'prod',
  element: (_m, x) => x,
  joins: ['prod'],
  gradient: {
    saves: { inputs: [0] },
    of: ({ x, attrs }, [dy], spread) => [productGradient(x(0), spread(dy), attrs.axes)],
  },
}

/** The gradient of a product along axes, from that of the result. */
export function productGradient(x: NDArray, dy: NDArray, axes: readonly number[]): NDArray {
  const [beside, zeros] = reduce(productsBeside0, [x], { axes, keepDims: true })
  return apply(productOfOthers, [x, beside, zeros, dy])[0]
}

/** Reduces an array along the axes that options name. */
export function reduced(
  reduction: Reduction,
  x: NDArray,
  options: ReduceOptions,
  more: readonly unknown[] = [],
): NDArray {
  checkArray(reduction.name, x)
  checkOptions(reduction.name, options, '{ axis: 1 }', reduceOptions, more)
  const run = () => reduce(reduction, [x], axesOf(reduction.name, x.shape, options))[0]
  return written(reduction.name, options.out, run)
}

/** The largest element along the axes. */
export function max(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(largest, x, options, more)
}

/** The mean along the axes. */
export function mean(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(means, x, options, more)
}

/** The smallest element along the axes. */
export function min(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(smallest, x, options, more)
}

/** dy · x ÷ length, 0 where the length is. */
const alongVector: Formula = {
  name: 'normGradient',
  compute: (m, x, length, dy) => m.select(m.equal(length, 0), 0, m.mul(dy, m.div(x, length))),
}

/** A scale of 0 or ∞ says all there is to say. */
const bare = <V, M>(m: Arith<V, M>, scale: V): M =>
  m.or(m.lessEqual(scale, 0), m.equal(scale, Number.POSITIVE_INFINITY))

/** scale · √Σ (x ÷ scale)², the scale being the largest magnitude, under which no square overflows or vanishes. */
const lengths: Reduction = {
  name: 'norm',
  floats: true,
  element: (m, x) => m.abs(x),
  joins: ['max'],
  later: [
    {
      element(m, x, scale) {
        const part = m.select(bare(m, scale), x, m.div(x, scale))
        return m.mul(part, part)
      },
      joins: ['sum'],
    },
  ],
  merge(m, scale, sum, otherScale, otherSum) {
    const both = m.max(scale, otherScale)
    const scaled = (own: typeof scale, of: typeof sum) => {
      const share = m.div(own, both)
      return m.select(m.equal(own, both), of, m.mul(of, m.mul(share, share)))
    }
    return [both, m.add(scaled(scale, sum), scaled(otherScale, otherSum))]
  },
  finish: (m, scale, sum) => m.select(bare(m, scale), m.sqrt(sum), m.mul(scale, m.sqrt(sum))),
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of: ({ x, y }, [dy], spread) => apply(alongVector, [x(0), spread(y(0)), spread(dy)]),
  },
}

/** The Euclidean length along the axes, √Σ x², of any magnitude; its gradient is x ÷ length, and 0 at length 0. */
export function norm(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(lengths, x, options, more)
}

/** The product along the axes. */
export function prod(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(products, x, options, more)
}

/** The sum along the axes. */
export function sum(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  return reduced(sums, x, options, more)
}
