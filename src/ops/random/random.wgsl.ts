// The random ops on the GPU: the same integers as on the CPU.
import { sizeOf } from '../../core/shape.ts'
import { costOf } from '../../kernel/wgsl/cost.ts'
import { movedAs } from '../../kernel/wgsl/elements.ts'
import { mapElements } from '../../kernel/wgsl/map.ts'
import type { Dispatch, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { type Params, paramsText } from '../../kernel/wgsl/workgroups.ts'
import type { SeedAttributes } from '../generator.ts'
import { drawElements, mersenneText, seedEngines } from '../mersenne.wgsl.ts'
import { normalText } from './normal.wgsl.ts'
import type { RandomAttributes, ShuffleAttributes } from './random.ts'

/** The state of all engines, seeded. */
export const seedGeneratorWgsl: WgslKernel<SeedAttributes> = {
  plan: () => ({ workspace: [], dispatches: [seedEngines({ output: 0 })] }),
}

const [state, output] = [{ input: 0 }, { output: 0 }] as const

/** y ~ U[low, high). */
export const uniformWgsl: WgslKernel<RandomAttributes> = {
  plan: (_inputs, { shape }) => ({
    workspace: [],
    dispatches: [
      drawElements({
        ...{ n: sizeOf(shape), state, output, type: 'f32' },
        params: { low: { scalar: 0 }, high: { scalar: 1 } },
        draw: 'p.low + once(once(p.high - p.low) * unit(at))',
      }),
    ],
  }),
}

/** y ~ N(loc, scale²). */
export const normalWgsl: WgslKernel<RandomAttributes> = {
  plan: (_inputs, { shape }) => ({
    workspace: [],
    dispatches: [
      drawElements({
        ...{ n: sizeOf(shape), state, output, type: 'f32', functions: normalText },
        params: { loc: { scalar: 0 }, scale: { scalar: 1 } },
        draw: 'once(standardNormal(at) * p.scale) + p.loc',
      }),
    ],
  }),
}

/** (a · 2³¹ + b) mod range for two words, by shifting in bits from above, as a range takes up to 32 bits. */
const remainderText = `
fn remainder(high: u32, low: u32, range: u32) -> u32 {
  var rest = 0u;
  for (var bit = 63; bit >= 0; bit--) {
    let next = select((low >> (u32(bit) & 31u)) & 1u, (high >> (u32(bit) & 31u)) & 1u, bit >= 32);
    let carry = rest >> 31u;
    rest = (rest << 1u) | next;
    if (carry == 1u || rest >= range) { rest -= range; }
  }
  return rest;
}
fn integer(at: u32, low: u32, high: u32) -> i32 {
  let a = nextWord(at);
  let b = nextWord(at);
  let moved = a << 31u;
  let sum = moved + b;
  let above = (a >> 1u) + select(0u, 1u, sum < moved);
  return i32(low + remainder(above, sum, high - low));
}
`

/** Integers from [low, high). */
export const randintWgsl: WgslKernel<RandomAttributes> = {
  plan: (_inputs, { shape }) => ({
    workspace: [],
    dispatches: [
      drawElements({
        ...{ n: sizeOf(shape), state, output, type: 'i32', functions: remainderText },
        params: { low: { scalar: 0, integer: true }, high: { scalar: 1, integer: true } },
        draw: 'integer(at, p.low, p.high)',
      }),
    ],
  }),
}

/** The order that Fisher and Yates leave of 0, 1, …, rows − 1: one invocation, since each step needs the one before. */
const orderText = (params: Params) => `
${paramsText(params)}
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> order: array<u32>;
@group(0) @binding(2) var<uniform> p: Params;
${mersenneText}
@compute @workgroup_size(1)
fn main() {
  for (var i = 0u; i < p.rows; i++) { order[i] = i; }
  for (var i = p.rows - 1u; i > 0u; i--) {
    let mask = 0xffffffffu >> countLeadingZeros(i);
    var j = nextWord(p.state) & mask;
    while (j > i) { j = nextWord(p.state) & mask; }
    let held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
}`

/** The rows of x in a random order. */
export const shuffleWgsl: WgslKernel<ShuffleAttributes> = {
  plan([x]) {
    const size = sizeOf(x.shape)
    const rows = x.shape[0]
    if (rows === 0) return { workspace: [], dispatches: [] }
    const params = { rows, state: { offset: { input: 1 } } }
    const order: Dispatch = {
      shader: orderText(params),
      bindings: [{ input: 1 }, { workspace: 0 }],
      params: Object.values(params),
      workgroups: [1, 1, 1],
      // a word, and two numbers that change places
      cost: costOf({ bytes: 40 * rows, waits: 6 * rows }),
    }
    const gather = mapElements({
      sources: {
        x: { binding: { input: 0 }, dtype: movedAs(x.dtype) },
        order: { binding: { workspace: 0 }, dtype: 'word' },
      },
      output: { binding: { output: 0 }, dtype: movedAs(x.dtype) },
      count: size,
      params: { width: Math.max(1, size / rows) },
      value: 'return load_x(load_order(i / p.width) * p.width + i % p.width);',
    })
    return { workspace: [rows * 4], dispatches: [order, gather] }
  },
}
