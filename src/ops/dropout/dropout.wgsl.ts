// dropoutMask on the GPU: the engines draw words, which become bytes.
import { sizeOf } from '../../core/shape.ts'
import { mapElements } from '../../kernel/wgsl/map.ts'
import type { Binding, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { drawElements } from '../mersenne.wgsl.ts'
import type { DropoutMaskAttributes } from './dropout.ts'

/** A mask drawn now. */
export const dropoutMaskWgsl: WgslKernel<DropoutMaskAttributes> = {
  plan(_inputs, { shape }) {
    const n = sizeOf(shape)
    const drawn: Binding = { workspace: 0 }
    const draw = drawElements({
      ...{ n, state: { input: 0 }, output: drawn, type: 'u32' },
      params: { rate: { scalar: 0 } },
      draw: 'select(0u, 1u, unit(at) <= once(1.0 - p.rate))',
    })
    const keep = mapElements({
      sources: { x: { binding: drawn, dtype: 'word' } },
      output: { binding: { output: 0 }, dtype: 'uint8' },
      count: n,
      value: 'return load_x(i);',
    })
    return { workspace: [Math.max(4, n * 4)], dispatches: [draw, keep] }
  },
}
