// channelSum on the GPU: each invocation sums some of a channel's pixels, then what these found is added up.

import { type Elements, joinInPasses } from '../../kernel/wgsl/passes.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { ChannelSumAttributes } from './conv.ts'

/** y[c] = Σ x over images and pixels, which are numbered through all images. */
export const channelSumWgsl: WgslKernel<ChannelSumAttributes> = {
  plan([x]) {
    const [N, C, H, W] = x.shape
    const pixels: Elements = {
      sources: { x: { binding: { input: 0 }, dtype: 'float32' } },
      params: { pixels: Math.max(1, H * W) },
      functions: '',
      value: 'load_x((k / p.pixels * p.results + r) * p.pixels + k % p.pixels)',
    }
    return joinInPasses({
      ...{ key: 'channelSum', results: C, count: N * H * W, neighbours: 'elements', begin: '0f', join: 'a + b' },
      elements: (held) => (held ? { sources: {}, functions: '', value: held } : pixels),
      held: { value: 'a', dtype: 'float32' },
      output: { binding: { output: 0 }, dtype: 'float32' },
      finished: 'a',
    })
  },
}
