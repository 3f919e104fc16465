// softmax, its logarithm and the logarithm of its denominator: one reading finds the maximum, the next sums exponentials.

import type { Arith } from '../../arith/arith.ts'
import type { Compute } from '../../arith/graph.ts'
import { checkOptions, named, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { within } from '../../core/ownership.ts'
import { checkAxis } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { axesOf, type ReduceOptions, reduceOptions } from '../axes.ts'
import { negative } from '../elementwise/elementwise.ts'
import { type OutOption, outOption, written } from '../out.ts'

/** Σ eˣ⁻ᵐ of two parts: each sum is scaled to the larger maximum. A part of −∞ alone, whose sum may be NaN, adds nothing. */
export const mergeExponentials: Compute = (m, max, sum, otherMax, otherSum) => {
  const both = m.max(max, otherMax)
  const scaled = (own: typeof max, of: typeof sum) => {
    const share = m.select(m.equal(own, Number.NEGATIVE_INFINITY), 0, m.mul(of, m.exp(m.sub(own, both))))
    return m.select(m.equal(own, both), of, share)
  }
  return [both, m.add(scaled(max, sum), scaled(otherMax, otherSum))]
}

/** The maximum, and Σ eˣ⁻ᵐ. */
const exponentials = {
  floats: true,
  element: (_m, x) => x,
  joins: ['max'],
  later: [{ element: (m, x, max) => m.exp(m.sub(x, max)), joins: ['sum'] }],
  merge: mergeExponentials,
} satisfies Omit<Reduction, 'name'>

/** y · (dy − Σ y · dy). */
const softmaxGradient: Reduction = {
  name: 'softmaxGradient',
  element: (m, y, dy) => m.mul(y, dy),
  joins: ['sum'],
  given: [],
  map: (m, y, dy, sum) => m.mul(y, m.sub(dy, sum)),
  gradient: 'none',
}

/** dy − eʸ · Σ dy. */
const logSoftmaxGradient: Reduction = {
  name: 'logSoftmaxGradient',
  element: (_m, _y, dy) => dy,
  joins: ['sum'],
  given: [],
  map: (m, y, dy, sum) => m.sub(dy, m.mul(m.exp(y), sum)),
  gradient: 'none',
}

/** A gradient in one pass; what is to be differentiated again is made of a sum and a formula, which have gradients. */
function inOnePass(reduction: Reduction, y: NDArray, dy: NDArray, axes: readonly number[]): NDArray {
  if (!mode.recording) return reduce(reduction, [y, dy], { axes, keepDims: true })[0]
  const { name, element, map } = reduction
  const [sum] = reduce({ name, element, joins: ['sum'] }, [y, dy], { axes, keepDims: true })
  return apply({ name, compute: map as Compute }, [y, dy, sum])[0]
}

/** y = eˣ⁻ᵐ ÷ Σ eˣ⁻ᵐ along the axis, m the maximum there. */
const softmaxes: Reduction = {
  name: 'softmax',
  ...exponentials,
  given: [],
  map: (m, x, max, sum) => m.div(m.exp(m.sub(x, max)), sum),
  gradient: {
    saves: { outputs: [0] },
    of: ({ attrs, y }, [dy]) => [inOnePass(softmaxGradient, y(0), dy, attrs.axes)],
  },
}

/** y = x − m − ln Σ eˣ⁻ᵐ. */
const logSoftmaxes: Reduction = {
  name: 'logSoftmax',
  ...exponentials,
  given: [],
  map: (m, x, max, sum) => m.sub(m.sub(x, max), m.log(sum)),
  gradient: {
    saves: { outputs: [0] },
    of: ({ attrs, y }, [dy]) => [inOnePass(logSoftmaxGradient, y(0), dy, attrs.axes)],
  },
}

/** The maximum, or 0 where there is nothing finite to measure from. */
const origin = <V, M>(m: Arith<V, M>, max: V): V =>
  m.select(m.equal(m.abs(max), Number.POSITIVE_INFINITY), m.constant(0), max)

/** dy · softmax(x), and 0 where the result y is −∞. */
const logsumexpGradient: Formula = {
  name: 'logsumexpGradient',
  compute: (m, p, y, dy) => m.select(m.equal(y, Number.NEGATIVE_INFINITY), 0, m.mul(dy, p)),
}

/** m + ln Σ eˣ⁻ᵐ. */
const logsumexps: Reduction = {
  name: 'logsumexp',
  ...exponentials,
  later: [{ element: (m, x, max) => m.exp(m.sub(x, origin(m, max))), joins: ['sum'] }],
  finish: (m, max, sum) => m.add(origin(m, max), m.log(sum)),
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of({ attrs: { axes }, x, y }, [dy], spread) {
      const [p] = reduce(softmaxes, [x(0)], { axes, keepDims: true })
      return apply(logsumexpGradient, [p, spread(y(0)), spread(dy)])
    },
  },
}

/** Which axis. */
export interface SoftmaxOptions extends OutOption {
  /** Default the last. */
  readonly axis?: number
}

const softmaxOptions: OptionNames<SoftmaxOptions> = { ...outOption, axis: 'number' }

function alongAxis(reduction: Reduction, x: NDArray, options: SoftmaxOptions, more: readonly unknown[]): NDArray {
  checkArray(reduction.name, x)
  checkOptions(reduction.name, options, '{ axis: 1 }', softmaxOptions, more)
  const axis = checkAxis(reduction.name, options.axis ?? -1, x.ndim)
  return written(reduction.name, options.out, () => reduce(reduction, [x], { axes: [axis], keepDims: true })[0])
}

/** Probabilities along an axis: positive, of sum 1. */
export function softmax(x: NDArray, options: SoftmaxOptions = {}, ...more: []): NDArray {
  return alongAxis(softmaxes, x, options, more)
}

/** The logarithm of the softmax along an axis, exact where the softmax is too small for a float. */
export function logSoftmax(x: NDArray, options: SoftmaxOptions = {}, ...more: []): NDArray {
  return alongAxis(logSoftmaxes, x, options, more)
}

/** Probabilities along an axis, the larger the smaller an element is: the softmax of −x. */
export function softmin(x: NDArray, options: SoftmaxOptions = {}, ...more: []): NDArray {
  checkArray('softmin', x)
  return within('', 'softmin has returned', () => named('softmin', () => softmax(negative(x), options, ...more)))
}

/** ln Σ eˣ along the axes, of any magnitude; −Infinity of nothing. */
export function logsumexp(x: NDArray, options: ReduceOptions = {}, ...more: []): NDArray {
  checkArray('logsumexp', x)
  checkOptions('logsumexp', options, '{ axis: 1 }', reduceOptions, more)
  const { axes, keepDims } = axesOf('logsumexp', x.shape, options)
  return written('logsumexp', options.out, () => reduce(logsumexps, [x], { axes, keepDims })[0])
}
