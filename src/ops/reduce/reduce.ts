// Reductions along axes: sums, means, extremes, products and lengths, in the dtype of x; integers wrap.
import { kindOf } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, type Shape } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'

/** Of nothing 0. */
const sums: Reduction = { name: 'sum', element: (_m, x) => x, joins: ['sum'] }

/** Of nothing NaN, 0 for integers, whose mean is cut towards zero. */
const means: Reduction = { name: 'mean', element: (_m, x) => x, joins: ['sum'], finish: (m, sum, n) => m.div(sum, n) }

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
    of: ({ x, y }, dy, spread) => apply(toEqual, [x(0), spread(y(0)), dy])[0],
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
    of: ({ x, y }, dy, spread) => apply(besideOthers, [x(0), spread(y(0)), dy])[0],
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
    of({ x, attrs }, dy) {
      const [beside, zeros] = reduce(productsBeside0, [x(0)], { axes: attrs.axes, keepDims: true })
      return apply(productOfOthers, [x(0), beside, zeros, dy])[0]
    },
  },
}

/** Options of reductions. */
export interface ReduceOptions {
  /** One axis or several; all where left out or null. Negative ones count from the end. */
  readonly axis?: number | readonly number[] | null
  /** Whether reduced axes stay with size 1. */
  readonly keepdims?: boolean
  /** Reduces all axes but those given. */
  readonly exclude?: boolean
}

const reduceOptions: OptionNames<ReduceOptions> = { axis: true, keepdims: true, exclude: true }

/** The axes that options name, ascending; throws where there is no such axis or one comes twice. */
function axesOf(op: string, shape: Shape, { axis = null, exclude = false }: ReduceOptions): number[] {
  const all = [...shape.keys()]
  if (axis === null) return all
  const list = typeof axis === 'number' ? [axis] : axis
  const named = new Set(list.map((a) => checkAxis(op, a, shape.length)))
  if (named.size !== list.length)
    throw new OpError(op, `an axis comes twice: got [${list.join(', ')}], expected each once`)
  return all.filter((a) => named.has(a) !== exclude)
}

function reduced(reduction: Reduction, x: NDArray, options: ReduceOptions): NDArray {
  checkOptions(reduction.name, options, '{ axis: 1 }', reduceOptions)
  const axes = axesOf(reduction.name, x.shape, options)
  return reduce(reduction, [x], { axes, keepDims: options.keepdims ?? false })[0]
}

/** The largest element along the axes. */
export function max(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduced(largest, x, options)
}

/** The mean along the axes. */
export function mean(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduced(means, x, options)
}

/** The smallest element along the axes. */
export function min(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduced(smallest, x, options)
}

/** The largest magnitude, a scale under which no square overflows or vanishes. */
const magnitudes: Reduction = { name: 'norm', element: (m, x) => m.abs(x), joins: ['max'], gradient: 'none' }

/** dy · x ÷ length, 0 where the length is. */
const alongVector: Formula = {
  name: 'normGradient',
  compute: (m, x, length, dy) => m.select(m.equal(length, 0), 0, m.mul(dy, m.div(x, length))),
}

/** scale · √Σ (x ÷ scale)²; a scale of 0 or ∞ says all there is to say. */
const lengths: Reduction = {
  name: 'norm',
  element(m, x, scale) {
    const bare = m.or(m.lessEqual(scale, 0), m.equal(scale, Number.POSITIVE_INFINITY))
    const part = m.select(bare, x, m.div(x, scale))
    return [m.mul(part, part), m.abs(x)]
  },
  joins: ['sum', 'max'],
  finish(m, sum, scale) {
    const bare = m.or(m.lessEqual(scale, 0), m.equal(scale, Number.POSITIVE_INFINITY))
    return m.select(bare, m.sqrt(sum), m.mul(scale, m.sqrt(sum)))
  },
  gradient: {
    saves: { inputs: [0], outputs: [0] },
    of: ({ x, y }, dy, spread) => apply(alongVector, [x(0), spread(y(0)), dy])[0],
  },
}

/** The Euclidean length along the axes, √Σ x², of any magnitude; its gradient is x ÷ length, and 0 at length 0. */
export function norm(x: NDArray, options: ReduceOptions = {}): NDArray {
  checkOptions('norm', options, '{ axis: 1 }', reduceOptions)
  if (kindOf(x.dtype) === 'int') {
    throw new OpError('norm', `cannot take ${x.dtype}, expected float32: use astype('float32')`)
  }
  const axes = axesOf('norm', x.shape, options)
  // of nothing there is no largest magnitude, and its length is 0
  const scale = x.size === 0 ? 0 : reduce(magnitudes, [x], { axes, keepDims: true })[0]
  return reduce(lengths, [x, scale], { axes, keepDims: options.keepdims ?? false })[0]
}

/** The product along the axes. */
export function prod(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduced(products, x, options)
}

/** The sum along the axes. */
export function sum(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduced(sums, x, options)
}
