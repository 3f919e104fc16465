// MXNet's sampler in WGSL: each invocation is one of its 1024 Mersenne Twisters.
import { costOf } from '../kernel/wgsl/cost.ts'
import { mapSize } from '../kernel/wgsl/map.ts'
import { wgslNumbers } from '../kernel/wgsl/math.ts'
import type { Binding, Dispatch, Param } from '../kernel/wgsl/plan.ts'
import { paramsText, workgroupIndex } from '../kernel/wgsl/workgroups.ts'
import { engineWords } from './mt19937.ts'
import { engineCount, sharesOf } from './sampler.ts'

/** `nextWord(engine)` and `unit(engine)` of the engine that begins at that word of `state`, an array<u32>. */
export const mersenneText = `
fn renew(at: u32) {
  for (var i = 0u; i < 624u; i++) {
    let word = (state[at + i] & 0x80000000u) | (state[at + (i + 1u) % 624u] & 0x7fffffffu);
    state[at + i] = state[at + (i + 397u) % 624u] ^ (word >> 1u) ^ select(0u, 0x9908b0dfu, (word & 1u) == 1u);
  }
  state[at + 624u] = 0u;
}
fn nextWord(at: u32) -> u32 {
  if (state[at + 624u] >= 624u) { renew(at); }
  let used = state[at + 624u];
  state[at + 624u] = used + 1u;
  var word = state[at + used];
  word ^= word >> 11u;
  word ^= (word << 7u) & 0x9d2c5680u;
  word ^= (word << 15u) & 0xefc60000u;
  return word ^ (word >> 18u);
}
// to the nearest float, the even one of two, which not every GPU's conversion is
fn rounded(word: u32) -> f32 {
  if (word < 0x1000000u) { return f32(word); }
  let shift = 8u - countLeadingZeros(word);
  let whole = word >> shift;
  let rest = word & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  let up = select(0u, 1u, rest > half || (rest == half && (whole & 1u) == 1u));
  return f32(whole + up) * f32(1u << shift);
}
fn unit(at: u32) -> f32 { return min(rounded(nextWord(at)) * 2.3283064365386963e-10, 0.99999994); }
`

/** A kernel that draws n elements in MXNet's order. */
export interface Draw {
  readonly n: number
  /** The generator's state. */
  readonly state: Binding
  readonly output: Binding
  readonly type: 'f32' | 'i32' | 'u32'
  readonly params?: Readonly<Record<string, Param>>
  /** Functions that `draw` calls; they may call `once`. */
  readonly functions?: string
  /** WGSL expression of one element from the engine `at`. */
  readonly draw: string
}

/** The dispatch of a drawing kernel: engine t fills elements t·step to (t+1)·step, in order. */
export function drawElements({ n, state, output, type, params = {}, functions = '', draw }: Draw): Dispatch {
  const { engines, step } = sharesOf(n)
  const all = { n, step, engines, state: { offset: state }, y: { offset: output }, ...params }
  const shader = `
${paramsText(all)}
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<${type}>;
@group(0) @binding(2) var<uniform> p: Params;
${wgslNumbers}${mersenneText}${functions}
@compute @workgroup_size(${mapSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = ${workgroupIndex} * ${mapSize}u + local;
  if (t >= p.engines) { return; }
  let at = p.state + t * ${engineWords}u;
  for (var i = t * p.step; i < min((t + 1u) * p.step, p.n); i++) { y[p.y + i] = ${draw}; }
}`
  return {
    shader,
    bindings: [state, output],
    params: Object.values(all),
    workgroups: n === 0 ? [0, 1, 1] : [Math.ceil(engines / mapSize), 1, 1],
    // a word is read at its place and written, and as many are renewed as are used
    cost: costOf({ bytes: 32 * n, waits: 4 * step }),
  }
}

/** All engines, seeded by the scalar. */
export function seedEngines(state: Binding): Dispatch {
  const params = { seed: { scalar: 0, integer: true }, state: { offset: state } }
  const shader = `
${paramsText(params)}
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<uniform> p: Params;
@compute @workgroup_size(${mapSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = ${workgroupIndex} * ${mapSize}u + local;
  if (t >= ${engineCount}u) { return; }
  let at = p.state + t * ${engineWords}u;
  var previous = p.seed * 127u + t;
  state[at] = previous;
  for (var i = 1u; i < 624u; i++) {
    previous = 1812433253u * (previous ^ (previous >> 30u)) + i;
    state[at + i] = previous;
  }
  state[at + 624u] = 624u;
}`
  return {
    shader,
    bindings: [state],
    params: Object.values(params),
    workgroups: [Math.ceil(engineCount / mapSize), 1, 1],
    cost: costOf({ bytes: 4 * engineCount * engineWords, waits: 1 }),
  }
}
