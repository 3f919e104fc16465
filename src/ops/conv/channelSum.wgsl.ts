// channelSum on the GPU: each invocation sums some of a channel's pixels, then what these found is added up.
import { type Shape, sizeOf } from '../../core/shape.ts'
import { f32Text, wgslFloats } from '../../kernel/wgsl/formula.ts'
import { mapElements } from '../../kernel/wgsl/map.ts'
import { type Elements, joinInPasses } from '../../kernel/wgsl/passes.ts'
import type { Binding, GpuPlan, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { activationGradientOf } from '../activations.ts'
import type { ActivationGradientSumAttributes, ChannelSumAttributes } from './conv.ts'

/** Output 0 [c] = Σ x over images and pixels, which are numbered through all images. */
function sums(binding: Binding, [N, C, H, W]: Shape): GpuPlan {
  const pixels: Elements = {
    sources: { x: { binding, dtype: 'float32' } },
    params: { pixels: Math.max(1, H * W) },
    functions: '',
    value: 'load_x((k / p.pixels * p.results + r) * p.pixels + k % p.pixels)',
  }
  return joinInPasses({
    ...{ results: C, count: N * H * W, neighbours: 'elements', begin: '0f', join: 'a + b' },
    elements: (held) => (held ? { sources: {}, functions: '', value: held } : pixels),
    held: { value: 'a', dtype: 'float32' },
    output: { binding: { output: 0 }, dtype: 'float32' },
    finished: 'a',
  })
}

/** y[c] = Σ x over images and pixels. */
export const channelSumWgsl: WgslKernel<ChannelSumAttributes> = { plan: ([x]) => sums({ input: 0 }, x.shape) }

/** dy becomes dy · activation′ by y; then its sums. */
export const activationGradientSumWgsl: WgslKernel<ActivationGradientSumAttributes> = {
  plan([dy], { activation }) {
    const gradient = mapElements({
      sources: { result: { binding: { input: 1 }, dtype: 'float32' } },
      ...{ output: { binding: { input: 0 }, dtype: 'float32' }, count: sizeOf(dy.shape), functions: wgslFloats },
      value: `let a = y[p.at_y + i]; let b = load_result(i); return ${activationGradientOf<string, string>(f32Text, activation, 'a', 'b')};`,
    })
    const { dispatches, ...rest } = sums({ input: 0 }, dy.shape)
    return { ...rest, dispatches: [gradient, ...dispatches] }
  },
}
