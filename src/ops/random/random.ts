// Random numbers as MXNet's CPU sampler makes them: uniform, normal, randint, and shuffling of rows. Routines: they draw
// from the generator in order.

import { type DType, isDType } from '../../core/dtype.ts'
import { type Context, currentContext } from '../../core/engine.ts'
import { nameOfKind, OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkShape, formatShape, type Shape, sameShape } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { generator } from '../generator.ts'
import { type OutOption, outOf, written } from '../out.ts'
import type { OpSpec } from '../spec.ts'
import { normalWasm, randintWasm, shuffleWasm, uniformWasm } from './random.wasm.ts'

export { generator, generatorState, onSeed, restoreGenerator, seed, seedGeneratorOp } from '../generator.ts'

/** Attributes of the ops that draw; the parameters of the distribution are their scalars. */
export interface RandomAttributes {
  readonly shape: Shape
  readonly dtype: DType
}

/** Where random numbers go. */
export interface RandomOptions {
  readonly context?: Context | undefined
  readonly dtype?: DType | undefined
  /** The array that takes them, of the shape asked for. */
  readonly out?: NDArray | undefined
}

/** Options of uniform: numbers from `low` on and below `high`. Default 0 and 1. */
export interface UniformOptions extends RandomOptions {
  readonly low?: number | undefined
  readonly high?: number | undefined
}

/** Options of normal: mean `loc` and standard deviation `scale`. Default 0 and 1. */
export interface NormalOptions extends RandomOptions {
  readonly loc?: number | undefined
  readonly scale?: number | undefined
}

type Drawing = OpSpec<RandomAttributes>

const drawing = (name: string, kernel: Drawing['kernel'], dtypes: readonly DType[]): Drawing => ({
  name,
  kernel,
  mutates: [0],
  infer(_inputs, { shape, dtype }) {
    if (dtypes.includes(dtype)) return [{ shape, dtype }]
    throw new OpError(
      name,
      `cannot draw ${isDType(dtype) ? dtype : nameOfKind(dtype)}: expected ${dtypes.join(' or ')}`,
    )
  },
})

/** y ~ U[low, high), each step of `low + (high − low)·u` in float32; scalars low, high. */
export const uniformOp: OpSpec<RandomAttributes> = /* @__PURE__ */ drawing('uniform', uniformWasm, [
  'float32',
  'float64',
])

/** y ~ N(loc, scale²), each step of `z·scale + loc` in float32; scalars loc, scale. */
export const normalOp: OpSpec<RandomAttributes> = /* @__PURE__ */ drawing('normal', normalWasm, ['float32', 'float64'])

/** y are integers from low on and below high; scalars low, high. */
export const randintOp: OpSpec<RandomAttributes> = /* @__PURE__ */ drawing('randint', randintWasm, ['int32'])

/** shuffle has no attributes. */
export type ShuffleAttributes = Record<never, never>

/** y has the rows of x in a random order: Fisher and Yates from the end, with masked words of engine 0. */
export const shuffleOp: OpSpec<ShuffleAttributes> = {
  name: 'shuffle',
  kernel: shuffleWasm,
  mutates: [1],
  infer([x]) {
    if (x.shape.length > 0) return [{ shape: x.shape, dtype: x.dtype }]
    throw new OpError('shuffle', 'a scalar has no rows to shuffle')
  },
}

function draw(
  op: OpSpec<RandomAttributes>,
  sizes: number | readonly number[],
  scalars: readonly number[],
  { context, dtype, out }: RandomOptions,
): NDArray {
  const shape = checkShape(op.name, sizes)
  if (scalars.some((scalar) => !Number.isFinite(scalar))) {
    throw new OpError(op.name, `the distribution needs finite numbers, got ${scalars.join(' and ')}`)
  }
  if (out && !(sameShape(out.shape, shape) && (dtype ?? out.dtype) === out.dtype)) {
    const got = `${dtype ?? out.dtype} ${formatShape(shape)}`
    throw new OpError(op.name, `cannot write ${got} into ${out.dtype} ${formatShape(out.shape)}`)
  }
  const attrs = { shape, dtype: out?.dtype ?? dtype ?? (op === randintOp ? 'int32' : 'float32') }
  const state = generator(out?.context ?? context ?? currentContext())
  return invoke(op, [state], attrs, { scalars, ...(out && { out: [out] }) })[0]
}

/** Numbers evenly from [low, high). */
export function uniform(shape: number | readonly number[], options: UniformOptions = {}): NDArray {
  const { low = 0, high = 1 } = options
  return draw(uniformOp, shape, [low, high], options)
}

/** Normal numbers of mean `loc` and standard deviation `scale`. */
export function normal(shape: number | readonly number[], options: NormalOptions = {}): NDArray {
  const { loc = 0, scale = 1 } = options
  if (scale < 0) throw new OpError('normal', `scale must be a non-negative number, got ${scale}`)
  return draw(normalOp, shape, [loc, scale], options)
}

/** Integers evenly from [low, high), int32. */
export function randint(
  low: number,
  high: number,
  shape: number | readonly number[],
  options: RandomOptions = {},
): NDArray {
  const fits = (n: number): boolean => Number.isInteger(n) && n >= -(2 ** 31) && n < 2 ** 31
  if (!(fits(low) && fits(high) && low < high)) {
    throw new OpError('randint', `takes integers low < high of 32 bits, got ${nameOfKind(low)} and ${nameOfKind(high)}`)
  }
  return draw(randintOp, shape, [low, high], options)
}

/** A copy of the array with its rows (the parts along axis 0) in a random order. */
export function shuffle(x: NDArray, options?: OutOption, ...more: []): NDArray {
  const out = outOf('shuffle', options, more)
  checkArray('shuffle', x)
  return written('shuffle', out, () => invoke(shuffleOp, [x, generator(x.context)], {})[0])
}
