// fill on the GPU.
import { sizeOf } from '../../core/shape.ts'
import { mapElements } from '../../kernel/wgsl/map.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { FillAttributes } from './fill.ts'

/** y = value everywhere. */
export const fillWgsl: WgslKernel<FillAttributes> = {
  plan(_inputs, _attrs, [y]) {
    const integer = y.dtype !== 'float32'
    const dispatch = mapElements({
      key: 'fill',
      output: { binding: { output: 0 }, dtype: y.dtype },
      count: sizeOf(y.shape),
      params: { number: { scalar: 0, integer } },
      value: y.dtype === 'int32' ? 'return i32(p.number);' : 'return p.number;',
    })
    return { workspace: [], dispatches: [dispatch] }
  },
}
