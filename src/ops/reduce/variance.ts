// var and std: the mean square distance from the mean and its root, in one pass over memory.
import type { Arith } from '../../arith/arith.ts'
import type { Spec } from '../../core/engine.ts'
import { checkOptions, named } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { sizeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { axesOf, type ReduceOptions, reduceOptions } from '../axes.ts'
import { type OutsOption, outOption, written } from '../out.ts'

/** (2 · (x − mean) · dvar + dmean) ÷ n. */
const momentsGradient: Formula = {
  name: 'momentsGradient',
  compute: (m, x, mean, dmean, dvar, n) => m.div(m.add(m.mul(m.mul(2, m.sub(x, mean)), dvar), dmean), n),
}

/** Elements of x that a result is made of. */
const termsOf = (x: Spec, result: Spec) => sizeOf(x.shape) / sizeOf(result.shape)

/** Whether a mean is infinite: the distances from it say nothing. */
const isInfinite = <V, M>(m: Arith<V, M>, mean: V): M => m.equal(m.abs(mean), Number.POSITIVE_INFINITY)

/**
 * Mean and variance. Squares are taken of distances from the mean of a part, and parts are merged by their means, so that
 * nothing cancels (T. F. Chan, G. H. Golub, R. J. LeVeque: Updating Formulae and a Pairwise Algorithm for Computing Sample
 * Variances, 1979).
 */
export const moments = {
  name: 'var',
  floats: true,
  element: (_m, x) => x,
  joins: ['sum'],
  later: [
    {
      element(m, x, sum, n) {
        const distance = m.sub(x, m.div(sum, n))
        return [distance, m.mul(distance, distance)]
      },
      joins: ['sum', 'sum'],
    },
  ],
  // a mean is kept as a number and what rounding has left out of it, which is the mean of the distances
  state(m, sum, distances, squares, n) {
    const mean = m.div(sum, n)
    const left = m.div(distances, n)
    return [n, mean, m.select(isInfinite(m, mean), 0, left), m.sub(squares, m.mul(left, distances))]
  },
  merge(m, n, mean, left, squares, otherN, otherMean, otherLeft, otherSquares) {
    const all = m.add(n, otherN)
    const share = m.div(otherN, all)
    const apart = m.add(m.sub(otherMean, mean), m.sub(otherLeft, left))
    const moved = m.add(m.mul(apart, share), left)
    const infinite = m.or(isInfinite(m, mean), isInfinite(m, otherMean))
    const next = m.add(mean, m.select(infinite, otherMean, moved))
    const nextLeft = m.select(infinite, 0, m.sub(moved, m.sub(next, mean)))
    const between = m.mul(m.mul(apart, apart), m.mul(n, share))
    return [all, next, nextLeft, m.add(m.add(squares, otherSquares), between)]
  },
  finish: (m, _n, mean, left, squares, count) => [m.add(mean, left), m.div(squares, count)],
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of({ x, y, inputs, outputs }, dys, spread) {
      const [mean, dmean, dvar] = [y(0), ...dys].map(spread)
      return apply(momentsGradient, [x(0), mean, dmean, dvar, termsOf(inputs[0], outputs[0])])
    },
  },
} satisfies Reduction

/** Mean and variance along axes, counted from 0 and ascending, of arrays of floats. */
export function meanAndVariance(
  x: NDArray,
  options: { readonly axes: readonly number[]; readonly keepDims?: boolean },
): readonly [mean: NDArray, variance: NDArray] {
  const [mean, variance] = reduce(moments, [x], options)
  return [mean, variance]
}

/** dstd · (x − mean) ÷ (n · std) + dmean ÷ n, without the first where std is 0. */
const deviationGradient: Formula = {
  name: 'stdGradient',
  compute(m, x, mean, std, dmean, dstd, n) {
    const share = m.select(m.equal(std, 0), 0, m.div(m.sub(x, mean), std))
    return m.div(m.add(m.mul(share, dstd), dmean), n)
  },
}

/** Mean and standard deviation. What rounding leaves below 0 has no root. */
const deviations: Reduction = {
  ...moments,
  name: 'std',
  finish: (m, _n, mean, left, squares, count) => [m.add(mean, left), m.sqrt(m.max(m.div(squares, count), 0))],
  gradient: {
    saves: { inputs: [0], outputs: [0, 1] },
    of({ x, y, inputs, outputs }, dys, spread) {
      const [mean, std, dmean, dstd] = [y(0), y(1), ...dys].map(spread)
      return apply(deviationGradient, [x(0), mean, std, dmean, dstd, termsOf(inputs[0], outputs[0])])
    },
  },
}

/** The mean square distance from the mean along the axes: NaN of nothing. */
export function variance(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  checkArray('var', x)
  checkOptions('var', options, '{ axis: 1 }', reduceOptions, more)
  return written('var', options.out, () => meanAndVariance(x, axesOf('var', x.shape, options))[1])
}

/** The root of the mean square distance from the mean along the axes: NaN of nothing; its gradient is 0 where it is 0. */
export function std(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  checkArray('std', x)
  checkOptions('std', options, '{ axis: 1 }', reduceOptions, more)
  return written('std', options.out, () => reduce(deviations, [x], axesOf('std', x.shape, options))[1])
}

/** Options of moments. */
export interface MomentsOptions extends OutsOption {
  /** One axis or several. Default null, for all. */
  readonly axes?: number | readonly number[] | null
  /** Whether these axes stay with size 1. */
  readonly keepdims?: boolean
}

/** The mean and the mean square distance from it along the axes, in one pass over memory. */
export function momentsOf(
  x: NDArray,
  options: MomentsOptions = {},
  ...more: []
): readonly [mean: NDArray, variance: NDArray] {
  checkArray('moments', x)
  checkOptions('moments', options, '{ axes: [0] }', { ...outOption, axes: true, keepdims: 'boolean' }, more)
  const { axes = null, keepdims = false } = options
  return written('moments', options.out, () =>
    named('moments', () => meanAndVariance(x, axesOf('moments', x.shape, { axis: axes, keepdims }))),
  )
}
