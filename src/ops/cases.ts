// A case of an op: inputs and a call that every engine must agree on; the benchmarks time the same calls.
import { type DType, kindOf } from '../core/dtype.ts'
import type { Context } from '../core/engine.ts'
import type { NDArray } from '../core/ndarray.ts'
import { sizeOf } from '../core/shape.ts'
import type { Tolerance } from './tolerance.ts'

/** Where values come from: uniform in [low, high), integers for integer types, or a list that is repeated. */
export type Domain = readonly [low: number, high: number] | { readonly values: readonly number[] }

/** One input of a case. */
export interface CaseInput {
  readonly shape: readonly number[]
  /** Default float32, whose inputs are float64 in gradient checks. */
  readonly dtype?: DType
  /** Default [-1, 1), [0, 10) for integers. */
  readonly domain?: Domain
}

/** A call and what is expected of it. */
export interface OpCase {
  readonly name: string
  readonly inputs: readonly CaseInput[]
  /** The call; an op without inputs makes its result on the context. */
  readonly run: (inputs: readonly NDArray[], context: Context) => NDArray | readonly NDArray[]
  /** Default `exact`. */
  readonly tolerance?: Tolerance
  /** Whether there is a gradient to check; by default where every input is float32 in a range of values. */
  readonly gradient?: boolean
  /** A part of the message of the error that the call must throw. */
  readonly throws?: string
}

/** Numbers from 0 to 1, the same for the same seed: mulberry32. */
export function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The values of an input, in logical order; float32 values where the type is a float. */
export function valuesOf({ shape, dtype = 'float32', domain }: CaseInput, seed: number): Float64Array {
  const whole = kindOf(dtype) === 'int'
  const from = domain ?? (whole ? [0, 10] : [-1, 1])
  const random = generator(seed)
  const values = new Float64Array(sizeOf(shape))
  for (let i = 0; i < values.length; i++) {
    const value = 'length' in from ? from[0] + (from[1] - from[0]) * random() : from.values[i % from.values.length]
    values[i] = whole ? Math.floor(value) : Math.fround(value)
  }
  return values
}
