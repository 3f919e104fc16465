// channelSum on the GPU: each workgroup sums a part of a channel's pixels, then the parts are added up.
import type { Dispatch, WgslKernel } from '../../kernel/gpuPlan.ts'
import { joinParts } from '../../kernel/wgslResult.ts'
import { workgroupIndex, workgroupRows } from '../../kernel/workgroups.ts'
import type { ChannelSumAttributes } from './conv.ts'

/** Invocations of a workgroup: as many as every device has, since each reads on its own. */
const size = 256

/** y[c] = Σ x over images and pixels. */
export const channelSumWgsl: WgslKernel<ChannelSumAttributes> = {
  plan([x]) {
    const [N, C, H, W] = x.shape
    const total = N * H * W
    // sixteen pixels an invocation are worth a part, and eight parts of NiN's 96 channels fill a GPU
    const parts = Math.max(1, Math.min(8, Math.floor(total / (16 * size))))
    const place = parts > 1 ? { workspace: 0 } : { output: 0 }
    const sum: Dispatch = {
      shader: { key: 'channelSum', text: () => text },
      bindings: [{ input: 0 }, place],
      params: [C, H * W, total, Math.ceil(total / parts), parts, { offset: { input: 0 } }, { offset: place }],
      workgroups: workgroupRows(C * parts),
      work: {
        ...{ invocations: C * parts * size, workgroupMemory: 4 * size },
        ...{ operations: C * total, bytes: 4 * C * (total + parts) },
      },
    }
    if (parts === 1) return { workspace: [], dispatches: [sum] }
    const c = { row: 'return i;', column: 'return j;' }
    const join = joinParts({ c, groups: 1, rows: C, columns: 1, operands: { c: { output: 0 } } }, parts)
    return { workspace: [C * parts * 4], dispatches: [sum, join], note: `${parts} parts` }
  },
}

/** Pixels are numbered through all images; neighbours in a workgroup read neighbours. */
const text = `
struct Params { channels: u32, pixels: u32, total: u32, part: u32, parts: u32, x: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;
var<workgroup> sums: array<f32, ${size}>;
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = ${workgroupIndex};
  if (index >= p.channels * p.parts) { return; }
  let channel = index % p.channels;
  let begin = index / p.channels * p.part;
  let end = min(p.total, begin + p.part);
  var sum = 0f;
  for (var i = begin + local; i < end; i += ${size}u) {
    sum += x[p.x + (i / p.pixels * p.channels + channel) * p.pixels + i % p.pixels];
  }
  sums[local] = sum;
  for (var half = ${size / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (local < half) { sums[local] += sums[local + half]; }
  }
  if (local == 0u) { y[p.y + index] = sums[0]; }
}`
