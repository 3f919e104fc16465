// The generator of a context: 1024 Mersenne Twisters in an array that the library owns, made at first use.
import { bytesIn } from '../core/bytes.ts'
import { type Context, currentContext } from '../core/engine.ts'
import { nameOfKind, OpError, refuseMore } from '../core/errors.ts'
import { invoke } from '../core/invoke.ts'
import { readWithinLimits } from '../core/memory.ts'
import { NDArray } from '../core/ndarray.ts'
import { giveToLibrary, release } from '../core/ownership.ts'
import { type Shape, shapeOf, sizeOf } from '../core/shape.ts'
import { Storage } from '../core/storage.ts'
import { engineWords } from './mt19937.ts'
import { seedGeneratorWasm } from './random/random.wasm.ts'
import type { OpSpec } from './spec.ts'

/** Shape of the state: engine j is row j. */
const stateShape: Shape = shapeOf([1024, engineWords])

const stateWords = sizeOf(stateShape)

/** seedGenerator has no attributes; the seed is its scalar. */
export type SeedAttributes = Record<never, never>

/** y is the state of all engines, seeded as `mx.random.seed` does: engine j by seed · 127 + j, modulo 2³². */
export const seedGeneratorOp: OpSpec<SeedAttributes> = {
  name: 'seedGenerator',
  kernel: seedGeneratorWasm,
  infer: () => [{ shape: stateShape, dtype: 'int32' }],
}

interface Held {
  readonly state: NDArray
  /** How many times `seed` had been called when it was last seeded. */
  seeding: number
}

const held = new WeakMap<Context, Held>()
const listeners: ((seed: number) => void)[] = []
let latest = 0
let seedings = 0

/** The state of a context's generator, which random ops advance in place; seeded by 0 or the latest `seed`. */
export function generator(context: Context = currentContext()): NDArray {
  const known = held.get(context)
  if (known?.seeding === seedings) return known.state
  const options = { scalars: [latest], context, ...(known && { out: [known.state] }) }
  const [state] = invoke(seedGeneratorOp, [], {}, options)
  held.set(context, { state: giveToLibrary(state), seeding: seedings })
  return state
}

/** Seeds the generators of all contexts, and whatever else draws random numbers, by an integer. */
export function seed(value: number, ...more: []): void {
  refuseMore('seed', more)
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
    throw new OpError('seed', `cannot seed by ${nameOfKind(value)}: expected an integer from -2147483648 to 4294967295`)
  }
  latest = value
  seedings++
  for (const listener of listeners) listener(value)
}

/** Calls the function at each `seed`, for generators of other kinds. */
export function onSeed(listener: (seed: number) => void): void {
  listeners.push(listener)
}

/** A copy of the state of a context's generator, at this point of the queue: 640,000 words. */
export async function generatorState(context: Context = currentContext()): Promise<Int32Array> {
  const state = generator(context).valueFor('generatorState')
  const { buffer, byteOffset } = await readWithinLimits(context.engine, 'generatorState', state)
  return new Int32Array(buffer, byteOffset, stateWords)
}

/** Goes back to a state that `generatorState` gave. */
export function restoreGenerator(words: Int32Array, context: Context = currentContext()): void {
  if (words.length !== stateWords) {
    throw new OpError('restoreGenerator', `got a state of ${words.length} words, expected ${stateWords}`)
  }
  for (let used = engineWords - 1; used < stateWords; used += engineWords) {
    if (words[used] < 0 || words[used] >= engineWords)
      throw new OpError(
        'restoreGenerator',
        `got an engine with ${words[used]} words used, expected 0 to ${engineWords - 1}`,
      )
  }
  const storage = new Storage(context.engine, context.engine.upload(bytesIn(words)))
  const value = { shape: stateShape, dtype: 'int32', storage, offset: 0 } as const
  const state = new NDArray({ context, value, maker: 'restoreGenerator' })
  const known = held.get(context)
  if (known) release(known.state, 'the generator was restored')
  held.set(context, { state, seeding: seedings })
}
