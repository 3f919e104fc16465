// nd.random: MXNet's generator and distributions.
import type { DType } from '../core/dtype.ts'
import type { Context } from '../core/engine.ts'
import { checkOptions, named, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import * as ops from '../ops/random/random.ts'

/** Where and how large the numbers are. */
export interface RandomOptions extends OutOption {
  /** Default the shape of `out`, or (1,). */
  readonly shape?: number | readonly number[] | undefined
  readonly ctx?: Context | undefined
  readonly dtype?: DType | undefined
}

const randomOptions: OptionNames<RandomOptions> = { ...outOption, shape: true, ctx: true, dtype: true }

/** Options of `uniform`. */
export interface UniformOptions extends RandomOptions {
  /** Default 0. */
  readonly low?: number
  /** Not reached. Default 1. */
  readonly high?: number
}

const uniformOptions: OptionNames<UniformOptions> = { ...randomOptions, low: 'number', high: 'number' }

/** Options of `normal`. */
export interface NormalOptions extends RandomOptions {
  /** Mean. Default 0. */
  readonly loc?: number
  /** Standard deviation. Default 1. */
  readonly scale?: number
}

const normalOptions: OptionNames<NormalOptions> = { ...randomOptions, loc: 'number', scale: 'number' }

/** Numbers spread evenly over [low, high). */
export function uniform(options: UniformOptions = {}, ...more: []): NDArray {
  checkOptions('uniform', options, '{ low: 0, high: 1, shape: [2, 3] }', uniformOptions, more)
  const { out, shape = out?.shape ?? 1, ctx, dtype, low, high } = options
  return named('uniform', () => ops.uniform(shape, { low, high, context: ctx, dtype, out: checkOut('uniform', out) }))
}

/** Normally distributed numbers. */
export function normal(options: NormalOptions = {}, ...more: []): NDArray {
  checkOptions('normal', options, '{ loc: 0, scale: 1, shape: [2, 3] }', normalOptions, more)
  const { out, shape = out?.shape ?? 1, ctx, dtype, loc, scale } = options
  return named('normal', () => ops.normal(shape, { loc, scale, context: ctx, dtype, out: checkOut('normal', out) }))
}

/** Normally distributed numbers of the sizes given: `randn(2, 3, { loc: 1 })`. */
export function randn(...given: readonly number[] | readonly [...number[], NormalOptions]): NDArray {
  const last = given.at(-1)
  const sizes = (typeof last === 'number' || last === undefined ? given : given.slice(0, -1)) as readonly number[]
  const options = sizes.length < given.length ? (last as NormalOptions) : {}
  return named('randn', () => normal(sizes.length > 0 ? { ...checkedOf('randn', options), shape: sizes } : options))
}

function checkedOf(op: string, options: NormalOptions): NormalOptions {
  checkOptions(op, options, '{ loc: 0, scale: 1 }', normalOptions)
  return options
}

/** Options of `exponential`. */
export interface ExponentialOptions extends RandomOptions {
  /** The mean. Default 1. */
  readonly scale?: number
}

const exponentialOptions: OptionNames<ExponentialOptions> = { ...randomOptions, scale: 'number' }

/** −scale · ln(1 − u), of a number u that is evenly from [0, 1). */
const waiting: Formula = { name: 'exponential', compute: (m, u, scale) => m.mul(m.neg(scale), m.log(m.sub(1, u))) }

/** Numbers of the exponential distribution. */
export function exponential(options: ExponentialOptions = {}, ...more: []): NDArray {
  checkOptions('exponential', options, '{ scale: 2, shape: [2, 3] }', exponentialOptions, more)
  const { out, shape = out?.shape ?? 1, ctx, dtype, scale = 1 } = options
  if (!(scale >= 0 && scale < Infinity)) {
    throw new OpError('exponential', `scale must be a non-negative number, got ${scale}`)
  }
  return made('exponential', out, () => {
    const drawn = named('exponential', () =>
      ops.uniform(shape, { context: ctx ?? out?.context, dtype: dtype ?? out?.dtype }),
    )
    return apply(waiting, [drawn, scale])[0]
  })
}

/** Integers from low to below high, int32. */
export function randint(low: number, high: number, options: RandomOptions = {}, ...more: []): NDArray {
  checkOptions('randint', options, '{ shape: [2, 3] }', randomOptions, more)
  const { out, shape = out?.shape ?? 1, ctx, dtype } = options
  return named('randint', () => ops.randint(low, high, shape, { context: ctx, dtype, out: checkOut('randint', out) }))
}

export {
  type MultinomialOptions,
  type MultinomialProbOptions,
  multinomial,
} from '../ops/random/multinomial.ts'

import { apply, type Formula } from '../kinds/formula/formula.ts'
import { checkOut, made, type OutOption, outOption } from '../ops/out.ts'

export { seed, shuffle } from '../ops/random/random.ts'
