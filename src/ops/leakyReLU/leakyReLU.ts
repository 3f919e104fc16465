// Rectifiers with a slope or a curve below zero: leakyReLU in MXNet's six kinds, and swish.
import { call } from '../../arith/graph.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { formatShape, shapeOf } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { activations, expm1 } from '../activations.ts'
import { erf } from '../elementwise/formulas.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { uniform } from '../random/random.ts'
import { withShape } from '../view/reshape.ts'

/** x above 0, else slope · x. */
const leaky: Formula = {
  name: 'leakyReLU',
  floats: true,
  compute: (m, x, slope) => m.select(m.greater(x, 0), x, m.mul(slope, x)),
}

/** scale · x above 0, else scale · slope · (eˣ − 1). */
const exponential: Formula = {
  name: 'leakyReLU',
  floats: true,
  compute: (m, x, slope, scale) => m.mul(scale, m.select(m.greater(x, 0), x, m.mul(slope, call(m, expm1, x)))),
}

/** x · Φ(x), with Φ the normal distribution (D. Hendrycks, K. Gimpel: Gaussian Error Linear Units, 2016). */
const gaussian: Formula = {
  name: 'leakyReLU',
  floats: true,
  compute: (m, x) => m.mul(m.mul(0.5, x), m.add(call(m, erf, m.mul(x, Math.SQRT1_2)), 1)),
}

/** x · σ(β x). */
const swishing: Formula = {
  name: 'swish',
  floats: true,
  compute: (m, x, beta) => m.mul(x, call(m, activations.sigmoid, m.mul(beta, x))),
}

/** The slope and the scale of `selu`, at which activations keep mean 0 and variance 1 (G. Klambauer et al., 2017). */
const selu = { slope: 1.6732632423543772, scale: 1.0507009873554805 }

/** Which curve is below zero. */
export type LeakyReLUKind = 'leaky' | 'prelu' | 'rrelu' | 'elu' | 'selu' | 'gelu'

/** Options of leakyReLU. */
export interface LeakyReLUOptions extends OutOption {
  /** Default 'leaky': slope · x. */
  readonly actType?: LeakyReLUKind
  /** Of 'leaky' the slope, of 'elu' the factor on eˣ − 1. Default 0.25. */
  readonly slope?: number
  /** Of 'prelu' the slope: one, or one for each channel, axis 1. */
  readonly gamma?: NDArray
  /** Of 'rrelu' the smallest slope that training draws. Default 0.125. */
  readonly lowerBound?: number
  /** Of 'rrelu' the bound below which slopes are drawn; prediction takes the mean of both. Default 0.334. */
  readonly upperBound?: number
}

const leakyReLUOptions: OptionNames<LeakyReLUOptions> = {
  ...outOption,
  actType: true,
  slope: 'number',
  gamma: true,
  lowerBound: 'number',
  upperBound: 'number',
}

const kinds: readonly LeakyReLUKind[] = ['leaky', 'prelu', 'rrelu', 'elu', 'selu', 'gelu']

/** x where it is positive; below, by `actType`: a slope, a learned one ('prelu'), a drawn one ('rrelu'), or a curve. */
export function leakyReLU(x: NDArray, options: LeakyReLUOptions = {}, ...more: []): NDArray {
  checkArray('leakyReLU', x)
  checkOptions('leakyReLU', options, "{ actType: 'elu' }", leakyReLUOptions, more)
  const { actType = 'leaky', gamma } = options
  if (gamma !== undefined && actType !== 'prelu') {
    throw new OpError('leakyReLU', `gamma is the slope of 'prelu', got it with ${nameOfKind(actType)}`)
  }
  return written('leakyReLU', options.out, () => curve(x, actType, options))
}

function curve(x: NDArray, actType: LeakyReLUKind, options: LeakyReLUOptions): NDArray {
  const { slope = 0.25, gamma } = options
  switch (actType) {
    case 'leaky':
      return apply(leaky, [x, slope])[0]
    case 'prelu':
      return apply(leaky, [x, learnedSlope(x, gamma)])[0]
    case 'rrelu':
      return apply(leaky, [x, drawnSlope(x, options)])[0]
    case 'elu':
      return apply(exponential, [x, slope, 1])[0]
    case 'selu':
      return apply(exponential, [x, selu.slope, selu.scale])[0]
    case 'gelu':
      return apply(gaussian, [x])[0]
    default:
      throw new OpError('leakyReLU', `actType must be one of ${kinds.join(', ')}, got ${nameOfKind(actType)}`)
  }
}

/** The slopes in a shape that broadcasts to x. */
function learnedSlope(x: NDArray, gamma: NDArray | undefined): NDArray {
  if (!(gamma instanceof NDArray)) {
    throw new OpError('leakyReLU', `'prelu' takes its slope as { gamma }, an array, got ${nameOfKind(gamma)}`)
  }
  if (gamma.size === 1) return withShape(gamma, [1])
  if (gamma.ndim === 1 && gamma.size === x.shape[1]) {
    return withShape(gamma, shapeOf([gamma.size, ...x.shape.slice(2).map(() => 1)]))
  }
  const [got, of] = [gamma.shape, x.shape].map(formatShape)
  throw new OpError('leakyReLU', `gamma must be (1,) or one slope for each channel, axis 1 of ${of}, got ${got}`)
}

function drawnSlope(x: NDArray, { lowerBound: low = 0.125, upperBound: high = 0.334 }: LeakyReLUOptions) {
  if (!(low <= high)) throw new OpError('leakyReLU', `lowerBound must be at most upperBound, got ${low} and ${high}`)
  return mode.training ? uniform(x.shape, { low, high, context: x.context, dtype: x.dtype }) : (low + high) / 2
}

/** x · σ(β x) (P. Ramachandran, B. Zoph, Q. V. Le: Searching for Activation Functions, 2017). */
export function swish(x: NDArray, beta = 1): NDArray {
  return apply(swishing, [x, beta])[0]
}
