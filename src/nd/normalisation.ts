// l2Normalization and lrn: elements divided by the length of their row, or by the squares of neighbouring channels.
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape } from '../core/shape.ts'
import { apply, type Formula } from '../kinds/formula/formula.ts'
import { checkArray } from '../kinds/movement/movement.ts'
import { addN } from '../ops/elementwise/addN.ts'
import { square } from '../ops/elementwise/elementwise.ts'
import { made, type OutOption, outOption } from '../ops/out.ts'
import { sum } from '../ops/reduce/reduce.ts'
import { pad } from '../ops/view/pad.ts'
import { sliceAxis } from '../ops/view/slice.ts'
import { checkCount } from './arguments.ts'

/** Options of l2Normalization. */
export interface L2NormalizationOptions extends OutOption {
  /** Added to each sum of squares. Default 1e-10. */
  readonly eps?: number
  /** What a row is: all of a sample ('instance'), the channels of a place, or the places of a channel. Default 'instance'. */
  readonly mode?: 'instance' | 'channel' | 'spatial'
}

const l2Options: OptionNames<L2NormalizationOptions> = { ...outOption, eps: 'number', mode: true }

/** x ÷ √(Σ x² + ε). */
const scaled: Formula = {
  name: 'l2Normalization',
  floats: true,
  compute: (m, x, sum, epsilon) => m.div(x, m.sqrt(m.add(sum, epsilon))),
}

/** The axes of a row of an array with `ndim` axes. */
const rows: Readonly<Record<string, (ndim: number) => readonly number[]>> = {
  instance: (ndim) => Array.from({ length: ndim - 1 }, (_, k) => k + 1),
  channel: () => [1],
  spatial: (ndim) => Array.from({ length: ndim - 2 }, (_, k) => k + 2),
}

/** Divides each row of x (N, C, …) by its Euclidean length. */
export function l2Normalization(x: NDArray, options: L2NormalizationOptions = {}, ...more: []): NDArray {
  checkArray('l2Normalization', x)
  checkOptions('l2Normalization', options, "{ mode: 'channel' }", l2Options, more)
  const { eps = 1e-10, mode = 'instance' } = options
  if (!(eps >= 0 && eps < Infinity)) {
    throw new OpError('l2Normalization', `eps must be a non-negative number, got ${eps}`)
  }
  if (!Object.hasOwn(rows, mode)) {
    const got = nameOfKind(mode)
    throw new OpError('l2Normalization', `mode must be 'instance', 'channel' or 'spatial', got ${got}`)
  }
  const least = mode === 'spatial' ? 3 : 2
  if (x.ndim < least) {
    throw new OpError('l2Normalization', `x must have at least ${least} axes, got ${formatShape(x.shape)}`)
  }
  return made('l2Normalization', options.out, () => {
    const lengths = sum(square(x), { axis: rows[mode](x.ndim), keepdims: true })
    return apply(scaled, [x, lengths, eps])[0]
  })
}

/** Options of lrn. */
export interface LrnOptions extends OutOption {
  /** How many channels a window has, an odd number; required. */
  readonly nsize: number
  /** What the mean of squares is multiplied by. Default 1e-4. */
  readonly alpha?: number
  /** The exponent. Default 0.75. */
  readonly beta?: number
  /** Added to each mean. Default 2. */
  readonly knorm?: number
}

const lrnOptions: OptionNames<LrnOptions> = {
  ...outOption,
  nsize: 'number',
  alpha: 'number',
  beta: 'number',
  knorm: 'number',
}

/** x · (k + α s)^−β. */
const damped: Formula = {
  name: 'lrn',
  floats: true,
  compute: (m, x, sum, share, beta, knorm) => m.mul(x, m.power(m.madd(share, sum, knorm), m.neg(beta))),
}

/**
 * Local response normalisation of x (N, C, …): x ÷ (knorm + alpha ÷ nsize · Σ x²)^beta, with the sum over the `nsize`
 * channels around each one (A. Krizhevsky, I. Sutskever, G. E. Hinton: ImageNet Classification, 2012).
 */
export function lrn(x: NDArray, options: LrnOptions, ...more: []): NDArray {
  checkArray('lrn', x)
  checkOptions('lrn', options, '{ nsize: 5 }', lrnOptions, more)
  const { nsize, alpha = 1e-4, beta = 0.75, knorm = 2 } = options
  checkCount('lrn', 'nsize', nsize)
  if (nsize % 2 === 0) throw new OpError('lrn', `nsize must be odd, got ${nsize}`)
  if (x.ndim < 2) throw new OpError('lrn', `x must be (N, C, …), got ${formatShape(x.shape)}`)
  return made('lrn', options.out, () => {
    const channels = x.shape[1]
    const half = (nsize - 1) / 2
    const widths = x.shape.flatMap((_, k) => (k === 1 ? [half, half] : [0, 0]))
    const squares = pad(square(x), 'constant', widths)
    const windows = Array.from({ length: nsize }, (_, i) => sliceAxis(squares, 1, i, i + channels))
    return apply(damped, [x, addN(...windows), alpha / nsize, beta, knorm])[0]
  })
}
