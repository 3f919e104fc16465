// sgdUpdate on the GPU: one pass over a range of weights, in place.
import { sizeOf } from '../../core/shape.ts'
import { costOf } from '../../kernel/wgsl/cost.ts'
import { mapSize } from '../../kernel/wgsl/map.ts'
import { wgslNumbers } from '../../kernel/wgsl/math.ts'
import type { Binding, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { paramsText, workgroupIndex, workgroupRows } from '../../kernel/wgsl/workgroups.ts'
import type { SgdAttributes } from './update.ts'

/** The bounds of clipping, which let NaN pass: WGSL's own min and max need not. */
const clipText = `
fn clipped(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  return max(min(x, p.clip), -p.clip);
}
`

const floats = ['lr', 'wd', 'rescale', 'momentum', 'clip'].map((name) => `${name}: f32`)
const fields = ['size: u32', ...floats, 'w: u32', 'g: u32', 'm: u32']

/** The kernel, with momentum or without; each step is rounded by itself, as the CPU does. */
function sgd(momentum: boolean): WgslKernel<SgdAttributes> {
  const inputs: Binding[] = [{ input: 0 }, { input: 1 }, ...(momentum ? [{ input: 2 }] : [])]
  const text = () => `
${paramsText(fields)}
@group(0) @binding(0) var<storage, read_write> w: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
${momentum ? '@group(0) @binding(2) var<storage, read_write> m: array<f32>;' : ''}
@group(0) @binding(${inputs.length}) var<uniform> p: Params;
${wgslNumbers}${clipText}@compute @workgroup_size(${mapSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = ${workgroupIndex} * ${mapSize}u + local;
  if (i >= p.size) { return; }
  let old = w[p.w + i];
  let step = once(p.lr * once(clipped(once(p.rescale * g[p.g + i])) + once(p.wd * old)));
  ${momentum ? 'let moved = once(once(p.momentum * m[p.m + i]) - step); m[p.m + i] = moved; w[p.w + i] = old + moved;' : 'w[p.w + i] = old - step;'}
}`
  return {
    plan([weight]) {
      const size = sizeOf(weight.shape)
      const params: Param[] = [size, ...[0, 1, 2, 3, 4].map((scalar) => ({ scalar }))]
      params.push(...inputs.map((offset) => ({ offset })))
      const workgroups = workgroupRows(Math.ceil(size / mapSize))
      const shader = { key: `sgd ${momentum}`, text }
      const cost = costOf({ bytes: 4 * size * (2 * inputs.length - 1), waits: inputs.length })
      return { workspace: [], dispatches: [{ shader, bindings: inputs, params, workgroups, cost }] }
    },
  }
}

/** weight after one step. */
export const sgdUpdateWgsl = sgd(false)

/** weight and m after one step. */
export const sgdMomentumUpdateWgsl = sgd(true)
