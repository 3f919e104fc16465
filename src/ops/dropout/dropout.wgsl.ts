// dropout on the GPU: the engines draw the mask, then elements are kept and scaled by it.
import { sizeOf } from '../../core/shape.ts'
import { repeatedSteps, walk } from '../../kernel/wgsl/indexing.ts'
import { mapElements, type Source } from '../../kernel/wgsl/map.ts'
import type { Binding, Dispatch, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { drawElements } from '../mersenne.wgsl.ts'
import { type DropoutAttributes, maskShape, type ScaleByMaskAttributes } from './dropout.ts'

type Shape = readonly number[]

/** y = x · mask · 1/(1 − rate). */
function scaled(shape: Shape, mask: Source, of: Shape): Dispatch {
  const { text, params } = walk('place', shape, repeatedSteps(of, shape))
  return mapElements({
    key: 'scaleByMask',
    sources: { x: { binding: { input: 0 }, dtype: 'float32' }, mask },
    output: { binding: { output: 0 }, dtype: 'float32' },
    count: sizeOf(shape),
    params: { rate: { scalar: 0 }, ...params },
    functions: text,
    value: 'return load_x(i) * (f32(load_mask(place(i))) * (1.0 / (1.0 - p.rate)));',
  })
}

/** y = x · mask · 1/(1 − rate). */
export const scaleByMaskWgsl: WgslKernel<ScaleByMaskAttributes> = {
  plan: ([x, mask]) => ({
    workspace: [],
    dispatches: [scaled(x.shape, { binding: { input: 1 }, dtype: 'uint8' }, mask.shape)],
  }),
}

/** y = x · mask · 1/(1 − rate), with a mask drawn now. */
export const dropoutWgsl: WgslKernel<DropoutAttributes> = {
  plan([x], { axes }, [, hidden]) {
    const of = maskShape(x.shape, axes)
    const n = sizeOf(of)
    const drawn: Binding = { workspace: 0 }
    const draw = drawElements({
      ...{ key: 'dropout', n, state: { input: 1 }, output: drawn, type: 'u32' },
      params: { rate: { scalar: 0 } },
      draw: 'select(0u, 1u, unit(at) <= once(1.0 - p.rate))',
    })
    const keep = mapElements({
      key: 'mask',
      sources: { x: { binding: drawn, dtype: 'word' } },
      output: { binding: { output: 1 }, dtype: 'uint8' },
      count: n,
      value: 'return load_x(i);',
    })
    const scale = scaled(x.shape, { binding: drawn, dtype: 'word' }, of)
    return { workspace: [Math.max(4, n * 4)], dispatches: hidden ? [draw, keep, scale] : [draw, scale] }
  },
}
