// batchNorm: images normalised by the mean and variance of each channel over a batch, and an activation of that; forward
// and backward read twice.

import type { Arith } from '../../arith/arith.ts'
import { type Composite, compose } from '../../core/compose.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, type Shape, sameShape, shapeOf, sizeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { type ActivationName, activationGradientOf, activationOf, checkActivation } from '../activations.ts'
import { multiply } from '../elementwise/elementwise.ts'
import { meanAndVariance } from '../reduce/variance.ts'
import { withShape } from '../view/reshape.ts'

/** Attributes of batchNorm. */
interface BatchNormAttributes {
  /** The axis of channels, counted from 0. */
  readonly axis: number
  readonly epsilon: number
}

/** The same with an activation behind it. */
interface ActivatedAttributes extends BatchNormAttributes {
  /** Applied to the normalised values. */
  readonly activation?: ActivationName
}

/** γ ÷ √(σ² + ε). */
const scales: Formula = {
  name: 'batchNorm',
  compute: (m, variance, gamma, epsilon) => m.div(gamma, m.sqrt(m.add(variance, epsilon))),
}

/** (x − μ) · scale + β. */
const normalised: Formula = {
  name: 'batchNorm',
  compute: (m, x, mean, scale, beta) => normalise(m, x, mean, scale, beta),
}

/** (x − μ) · scale + β. */
const normalise = <V, M>(m: Arith<V, M>, x: V, mean: V, scale: V, beta: V): V => m.madd(m.sub(x, mean), scale, beta)

/** Σ dy and Σ dy · (x − μ). */
const sums: Reduction = {
  name: 'batchNormGradient',
  element: (m, dy, x, mean) => [dy, m.mul(dy, m.sub(x, mean))],
  joins: ['sum', 'sum'],
}

/**
 * What dx is made of, and dγ. With s = 1 ÷ √(σ² + ε): dx = γ s dy + (2 dσ² − γ s³ Σ dy (x − μ)) ÷ n · (x − μ) +
 * (dμ − γ s Σ dy) ÷ n (S. Ioffe, C. Szegedy: Batch Normalization, 2015; dμ and dσ² come from whatever else reads them).
 */
const coefficients: Formula = {
  name: 'batchNormGradient',
  compute(m, gamma, variance, sum, product, dmean, dvariance, epsilon, n) {
    const root = m.sqrt(m.add(variance, epsilon))
    const inverse = m.div(1, root)
    // the bits of the forward pass, in which the activation's operand is computed again
    const scale = m.div(gamma, root)
    const slope = m.mul(m.mul(scale, m.mul(inverse, inverse)), product)
    return [
      scale,
      m.div(m.sub(m.mul(2, dvariance), slope), n),
      m.div(m.sub(dmean, m.mul(scale, sum)), n),
      m.mul(product, inverse),
    ]
  },
}

const gradients: Formula = {
  name: 'batchNormGradient',
  compute: (m, dy, x, mean, scale, slope, shift) => m.madd(scale, dy, m.madd(slope, m.sub(x, mean), shift)),
}

/** The formulas of the images with an activation of the normalised values, which backward computes again from x. */
interface Activated {
  readonly forward: Formula
  readonly sums: Reduction
  readonly gradients: Formula
}

const activated = new Map<ActivationName, Activated>()

function activatedBy(activation: ActivationName): Activated {
  const known = activated.get(activation)
  if (known) return known
  const { formula } = activationOf(activation)
  const before = <V, M>(m: Arith<V, M>, dy: V, x: V, mean: V, scale: V, beta: V) =>
    activationGradientOf(m, activation, dy, formula(m, normalise(m, x, mean, scale, beta)))
  const name = 'batchNormGradient'
  const made: Activated = {
    forward: {
      name: 'batchNorm',
      compute: (m, x, mean, scale, beta) => formula(m, normalise(m, x, mean, scale, beta)),
    },
    sums: {
      ...{ name, joins: sums.joins },
      element: (m, dy, x, mean, scale, beta) => sums.element(m, before(m, dy, x, mean, scale, beta), x, mean),
    },
    gradients: {
      name,
      compute: (m, dy, x, mean, scale, beta, slope, shift) =>
        gradients.compute(m, before(m, dy, x, mean, scale, beta), x, mean, scale, slope, shift),
    },
  }
  activated.set(activation, made)
  return made
}

/** All axes but that of channels. */
const others = (ndim: number, axis: number) => Array.from({ length: ndim }, (_, k) => k).filter((k) => k !== axis)

/** The shape of a value for each channel, which broadcasts to that of x. */
const alongChannels = (shape: Shape, axis: number) => shapeOf(shape.map((n, k) => (k === axis ? n : 1)))

/** y = (x − μ) ÷ √(σ² + ε) · γ + β, with the mean μ and the biased variance σ² of each channel, and its activation. */
const batchNormComposite: Composite<ActivatedAttributes> = {
  name: 'batchNorm',
  saves: ({ activation }) => ({ inputs: activation ? [0, 1, 2] : [0, 1], outputs: [1, 2] }),
  gradient({ attrs: { axis, epsilon, activation }, inputs, into, x, y, needs }, dys) {
    const [{ shape }] = inputs
    const channels = alongChannels(shape, axis)
    const each = (array: NDArray) => withShape(array, channels)
    const [dy, dmean, dvariance] = dys
    const [mean, variance] = [each(y(1)), each(y(2))]
    const formulas = activation ? activatedBy(activation) : { sums, gradients }
    const centred = activation
      ? [x(0), mean, apply(scales, [variance, each(x(1)), epsilon])[0], each(x(2))]
      : [x(0), mean]
    const [sum, product] = reduce(formulas.sums, [dy, ...centred], { axes: others(shape.length, axis), keepDims: true })
    const n = sizeOf(shape) / shape[axis]
    const [scale, slope, shift, dgamma] = apply(coefficients, [
      ...[each(x(1)), variance, sum, product, each(dmean), each(dvariance)],
      ...[epsilon, n],
    ])
    const dx = () => {
      const out = into(0)
      const shifted = activation ? [...centred.slice(0, 2), scale, centred[3]] : [...centred, scale]
      const [made] = apply(formulas.gradients, [dy, ...shifted, slope, shift], out && { out: [out] })
      return out ?? made
    }
    const ofChannels = (array: NDArray) => withShape(array, [shape[axis]])
    return [needs[0] ? dx() : null, needs[1] ? ofChannels(dgamma) : null, needs[2] ? ofChannels(sum) : null]
  },
}

/** Options of batchNorm. */
export interface BatchNormOptions {
  /** The axis of channels. Default 1. */
  readonly axis?: number
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
}

/** The same with an activation behind it. */
export interface ActivatedOptions extends BatchNormOptions {
  /** Applied to the normalised values. Default nothing. */
  readonly activation?: ActivationName
}

const batchNormOptions: OptionNames<BatchNormOptions> = { axis: 'number', eps: 'number' }

function checked(
  x: NDArray,
  channels: Readonly<Record<string, NDArray>>,
  options: BatchNormOptions,
  more: readonly unknown[] = [],
) {
  for (const array of [x, ...Object.values(channels)]) checkArray('batchNorm', array)
  checkOptions('batchNorm', options, '{ axis: 1 }', batchNormOptions, more)
  const { eps: epsilon = 1e-5 } = options
  const axis = checkAxis('batchNorm', options.axis ?? 1, x.ndim)
  if (!(epsilon >= 0 && epsilon < Infinity)) {
    throw new OpError('batchNorm', `eps must be a non-negative number, got ${nameOfKind(epsilon)}`)
  }
  const expected = shapeOf([x.shape[axis]])
  for (const [name, { shape }] of Object.entries(channels)) {
    if (sameShape(shape, expected)) continue
    const [got, want] = [shape, expected].map(formatShape)
    throw new OpError('batchNorm', `wrong shape of ${name}: got ${got}, expected ${want} for ${formatShape(x.shape)}`)
  }
  return { axis, epsilon }
}

/**
 * Normalises each channel by the mean and variance of the batch, for training: x (N, C, …), gamma and beta (C,). Returns
 * y, the mean and the biased variance, the last two (C,).
 */
export function batchNorm(
  x: NDArray,
  gamma: NDArray,
  beta: NDArray,
  { activation, ...options }: ActivatedOptions = {},
  ...more: []
): readonly [y: NDArray, mean: NDArray, variance: NDArray] {
  const formula = activation ? activatedBy(checkActivation('batchNorm', activation)).forward : normalised
  const attrs = { ...checked(x, { gamma, beta }, options, more), ...(activation && { activation }) }
  const { axis, epsilon } = attrs
  const channels = alongChannels(x.shape, axis)
  const each = (array: NDArray) => withShape(array, channels)
  const [y, mean, variance] = compose(batchNormComposite, [x, gamma, beta], attrs, () => {
    const [mean, variance] = meanAndVariance(x, { axes: others(x.ndim, axis), keepDims: true })
    const [scale] = apply(scales, [variance, each(gamma), epsilon])
    const [y] = apply(formula, [x, mean, scale, each(beta)])
    return [y, withShape(mean, [x.shape[axis]]), withShape(variance, [x.shape[axis]])]
  })
  return [y, mean, variance]
}

/**
 * The weight (O, …) and bias (O,) of a convolution that gives what another one gives behind `normaliseChannels`: weight ·
 * s and (bias − μ) · s + β, with s = γ ÷ √(σ² + ε). A null bias is 0, a null gamma 1.
 */
export function foldChannels(
  weight: NDArray,
  bias: NDArray | null,
  gamma: NDArray | null,
  beta: NDArray,
  mean: NDArray,
  variance: NDArray,
  epsilon: number,
): readonly [weight: NDArray, bias: NDArray] {
  const [scale] = apply(scales, [variance, gamma ?? 1, epsilon])
  const [shift] = apply(normalised, [bias ?? 0, mean, scale, beta])
  return [multiply(weight, withShape(scale, alongChannels(weight.shape, 0))), shift]
}

/** y = (x − μ) ÷ √(σ² + ε) · γ + β with given μ and σ². Its gradient is that of its formulas. */
const normaliseComposite: Composite<ActivatedAttributes> = { name: 'normaliseChannels' }

/**
 * Normalises each channel by a given mean and variance, for inference: x (N, C, …), the others (C,). An activation is for
 * calls that are not recorded.
 */
export function normaliseChannels(
  x: NDArray,
  gamma: NDArray,
  beta: NDArray,
  mean: NDArray,
  variance: NDArray,
  { activation, ...options }: ActivatedOptions = {},
): NDArray {
  const formula = activation ? activatedBy(activation).forward : normalised
  const attrs = { ...checked(x, { gamma, beta, mean, variance }, options), ...(activation && { activation }) }
  const { axis, epsilon } = attrs
  const each = (array: NDArray) => withShape(array, alongChannels(x.shape, axis))
  const [y] = compose(normaliseComposite, [x, gamma, beta, mean, variance], attrs, () => {
    const [scale] = apply(scales, [each(variance), each(gamma), epsilon])
    return apply(formula, [x, each(mean), scale, each(beta)])
  })
  return y
}
