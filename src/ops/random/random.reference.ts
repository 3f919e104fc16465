// The random ops in plain loops: the sampler's functions as kernels.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { SeedAttributes } from '../generator.ts'
import { nextWord } from '../mt19937.ts'
import { normal, randint, seedEngines, uniform } from '../sampler.ts'
import type { RandomAttributes, ShuffleAttributes } from './random.ts'

/** The state of all engines, seeded. */
export const seedGeneratorReference: ReferenceKernel<SeedAttributes> = (_inputs, _attrs, [state], [seed]) => {
  seedEngines(state.data as Int32Array, seed)
}

/** y ~ U[low, high). */
export const uniformReference: ReferenceKernel<RandomAttributes> = ([state], _attrs, [y], [low, high]) => {
  uniform(state.data as Int32Array, y.data as Float32Array, low, high)
}

/** y ~ N(loc, scale²). */
export const normalReference: ReferenceKernel<RandomAttributes> = ([state], _attrs, [y], [loc, scale]) => {
  normal(state.data as Int32Array, y.data as Float32Array, loc, scale)
}

/** Integers from [low, high). */
export const randintReference: ReferenceKernel<RandomAttributes> = ([state], _attrs, [y], [low, high]) => {
  randint(state.data as Int32Array, y.data as Int32Array, low, high)
}

/** The rows of x in the order that Fisher and Yates leave of 0, 1, …, rows − 1. */
export const shuffleReference: ReferenceKernel<ShuffleAttributes> = ([x, { data: state }], _attrs, [y]) => {
  const rows = x.shape[0]
  const width = rows > 0 ? x.data.length / rows : 0
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  for (let i = rows - 1; i > 0; i--) {
    const j = upTo(state as Int32Array, i)
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  order.forEach((from, to) => {
    y.data.set(x.data.subarray(from * width, (from + 1) * width), to * width)
  })
}

/** An integer from 0 to `largest`: words of engine 0, masked, until one is not too large. */
function upTo(state: Int32Array, largest: number): number {
  const mask = 0xffffffff >>> Math.clz32(largest)
  for (;;) {
    const value = (nextWord(state, 0) & mask) >>> 0
    if (value <= largest) return value
  }
}
