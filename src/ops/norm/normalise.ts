// layerNorm, groupNorm and instanceNorm: each row normalised by its own mean and variance; read from memory once each way.
import { type Composite, compose } from '../../core/compose.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, type Shape, sameShape, shapeOf, sizeOf } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { meanAndVariance, moments } from '../reduce/variance.ts'
import { withShape } from '../view/reshape.ts'

/** Attributes of a normalisation. */
interface NormAttributes {
  /** The axes of a row, counted from 0 and ascending. */
  readonly axes: readonly number[]
  readonly epsilon: number
}

/** 1 ÷ √(σ² + ε). */
const inverses: Formula['compute'] = (m, variance, epsilon) => m.div(1, m.sqrt(m.add(variance, epsilon)))

/** The normalisation of rows under a name: y = (x − μ) ÷ √(σ² + ε) · γ + β, with the mean μ and biased variance σ² of a row. */
function normalisation(name: string) {
  const inverse: Formula = { name: `${name}Gradient`, compute: inverses }
  const forward: Reduction = {
    ...moments,
    name,
    element: (_m, x) => x,
    later: [
      {
        element(m, x, _gamma, _beta, _epsilon, sum, n) {
          const distance = m.sub(x, m.div(sum, n))
          return [distance, m.mul(distance, distance)]
        },
        joins: ['sum', 'sum'],
      },
    ],
    map(m, x, gamma, beta, epsilon, mean, variance) {
      const inverse = inverses(m, variance, epsilon) as typeof x
      return m.madd(m.mul(m.sub(x, mean), inverse), gamma, beta)
    },
    gradient: 'none',
  }
  /** The means of g and of g · x̂ over a row, where g = γ dy and x̂ = (x − μ) · s. */
  const means = {
    name: `${name}Gradient`,
    element(m, dy, x, gamma, mean, inverse) {
      const g = m.mul(dy, gamma)
      return [g, m.mul(g, m.mul(m.sub(x, mean), inverse))]
    },
    joins: ['sum', 'sum'],
    finish: (m, sum, product, n) => [m.div(sum, n), m.div(product, n)],
  } satisfies Reduction
  /** dx = s · (g − mean of g − x̂ · mean of g x̂) (J. L. Ba, J. R. Kiros, G. E. Hinton: Layer Normalization, 2016). */
  const ofElements: Formula = {
    name: means.name,
    compute(m, dy, x, gamma, mean, inverse, sum, product) {
      const scaled = m.mul(m.sub(x, mean), inverse)
      return m.mul(inverse, m.sub(m.sub(m.mul(dy, gamma), sum), m.mul(scaled, product)))
    },
  }
  const ofRows: Reduction = { ...means, given: [], map: ofElements.compute, gradient: 'none' }
  /** dγ = Σ dy · x̂ and dβ = Σ dy. */
  const ofFactors: Reduction = {
    name: means.name,
    element: (m, dy, x, mean, inverse) => [m.mul(dy, m.mul(m.sub(x, mean), inverse)), dy],
    joins: ['sum', 'sum'],
  }
  const composite: Composite<NormAttributes> = {
    name,
    visible: 1,
    saves: { inputs: [0, 1], outputs: [1, 2] },
    gradient({ attrs: { axes, epsilon }, inputs, into, needs, x, y }, [dy]) {
      const row = { axes, keepDims: true }
      // what is to be differentiated again is made of ops that have gradients
      const [mean, variance] = mode.recording ? meanAndVariance(x(0), row) : [y(1), y(2)]
      const [scale] = apply(inverse, [variance, epsilon])
      const operands = [dy, x(0), x(1), mean, scale]
      const dx = () => {
        if (mode.recording) return apply(ofElements, [...operands, ...reduce(means, operands, row)])[0]
        const out = into(0)
        return reduce(ofRows, operands, { ...row, ...(out && { out: [out] }) })[0]
      }
      const ones = [...inputs[1].shape.keys()].filter((k) => inputs[1].shape[k] === 1)
      const factors = () => reduce(ofFactors, [dy, x(0), mean, scale], { axes: ones, keepDims: true })
      const [dgamma, dbeta] = needs[1] || needs[2] ? factors() : [null, null]
      return [needs[0] ? dx() : null, needs[1] ? dgamma : null, needs[2] ? dbeta : null]
    },
  }
  return { forward, composite }
}

const layers = normalisation('layerNorm')
const groups = normalisation('groupNorm')
const instances = normalisation('instanceNorm')

/** Normalises rows: gamma and beta have the dimensions of x, and size 1 where they are repeated. */
function normalise(
  { forward, composite }: typeof layers,
  x: NDArray,
  gamma: NDArray,
  beta: NDArray,
  attrs: NormAttributes,
): NDArray {
  return compose(composite, [x, gamma, beta], attrs, () => {
    const { axes, epsilon } = attrs
    const [mean, variance, y] = reduce(forward, [x, gamma, beta, epsilon], { axes, keepDims: true })
    return [y, mean, variance]
  })[0]
}

function checkEpsilon(op: string, eps: number): number {
  if (eps >= 0 && eps < Infinity) return eps
  throw new OpError(op, `eps must be a non-negative number, got ${eps}`)
}

/** Gamma and beta, checked to hold one number for each of `count`, in a shape that broadcasts to what is normalised. */
function factorsOf(
  op: string,
  x: NDArray,
  count: number,
  factors: Readonly<Record<string, NDArray>>,
  shape: Shape,
): NDArray[] {
  const expected = shapeOf([count])
  return Object.entries(factors).map(([name, factor]) => {
    checkArray(op, factor)
    if (sameShape(factor.shape, expected)) return withShape(factor, shape)
    const [got, want, of] = [factor.shape, expected, x.shape].map(formatShape)
    throw new OpError(op, `wrong shape of ${name}: got ${got}, expected ${want} for ${of}`)
  })
}

const alongAxis = (shape: Shape, axis: number) => shapeOf(shape.map((n, k) => (k === axis ? n : 1)))

/** Options of layerNorm. */
export interface LayerNormOptions extends OutOption {
  /** The axis of a row. Default the last. */
  readonly axis?: number
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
}

const layerNormOptions: OptionNames<LayerNormOptions> = { ...outOption, axis: 'number', eps: 'number' }

/** Normalises each row along an axis by its mean and variance, then scales and shifts it: gamma and beta are of a row's size. */
export function layerNorm(
  x: NDArray,
  gamma: NDArray,
  beta: NDArray,
  options: LayerNormOptions = {},
  ...more: []
): NDArray {
  checkArray('layerNorm', x)
  checkOptions('layerNorm', options, '{ axis: -1 }', layerNormOptions, more)
  const axis = checkAxis('layerNorm', options.axis ?? -1, x.ndim)
  const epsilon = checkEpsilon('layerNorm', options.eps ?? 1e-5)
  const [scale, shift] = factorsOf('layerNorm', x, x.shape[axis], { gamma, beta }, alongAxis(x.shape, axis))
  return written('layerNorm', options.out, () => normalise(layers, x, scale, shift, { axes: [axis], epsilon }))
}

/** Options of groupNorm. */
export interface GroupNormOptions extends OutOption {
  /** Into how many groups the channels are cut. Default 1. */
  readonly numGroups?: number
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
}

const groupNormOptions: OptionNames<GroupNormOptions> = { ...outOption, numGroups: 'number', eps: 'number' }

/** Normalises each group of neighbouring channels of each sample of x (N, C, …); gamma and beta are (numGroups,). */
export function groupNorm(
  x: NDArray,
  gamma: NDArray,
  beta: NDArray,
  options: GroupNormOptions = {},
  ...more: []
): NDArray {
  checkArray('groupNorm', x)
  checkOptions('groupNorm', options, '{ numGroups: 2 }', groupNormOptions, more)
  const { numGroups = 1, eps = 1e-5 } = options
  const epsilon = checkEpsilon('groupNorm', eps)
  if (x.ndim < 2) throw new OpError('groupNorm', `x must be (N, C, …), got ${formatShape(x.shape)}`)
  const [samples, channels] = x.shape
  if (!(numGroups > 0 && Number.isInteger(channels / numGroups))) {
    throw new OpError('groupNorm', `${channels} channels can't be cut into ${numGroups} groups`)
  }
  const rows = shapeOf([samples, numGroups, sizeOf(x.shape.slice(1)) / numGroups])
  const [scale, shift] = factorsOf('groupNorm', x, numGroups, { gamma, beta }, shapeOf([1, numGroups, 1]))
  return written('groupNorm', options.out, () =>
    withShape(normalise(groups, withShape(x, rows), scale, shift, { axes: [2], epsilon }), x.shape),
  )
}

/** Options of instanceNorm. */
export interface InstanceNormOptions extends OutOption {
  /** The axis of channels. Default 1. */
  readonly axis?: number
  /** Added to the variance. Default 1e-3. */
  readonly eps?: number
}

const instanceNormOptions: OptionNames<InstanceNormOptions> = { ...outOption, axis: 'number', eps: 'number' }

/** Normalises each channel of each sample of x (N, C, …), which has three axes or more; gamma and beta are (C,). */
export function instanceNorm(
  x: NDArray,
  gamma: NDArray,
  beta: NDArray,
  options: InstanceNormOptions = {},
  ...more: []
): NDArray {
  checkArray('instanceNorm', x)
  checkOptions('instanceNorm', options, '{ eps: 1e-5 }', instanceNormOptions, more)
  const axis = checkAxis('instanceNorm', options.axis ?? 1, x.ndim)
  const epsilon = checkEpsilon('instanceNorm', options.eps ?? 1e-3)
  if (x.ndim < 3 || axis === 0) {
    const got = `${formatShape(x.shape)} with channels along axis ${axis}`
    throw new OpError('instanceNorm', `x must be (N, C, …) with three axes or more, got ${got}`)
  }
  const axes = Array.from(x.shape.keys()).filter((k) => k !== 0 && k !== axis)
  const [scale, shift] = factorsOf('instanceNorm', x, x.shape[axis], { gamma, beta }, alongAxis(x.shape, axis))
  return written('instanceNorm', options.out, () => normalise(instances, x, scale, shift, { axes, epsilon }))
}
