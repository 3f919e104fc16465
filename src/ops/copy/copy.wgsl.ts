// copy on the GPU, whose arrays all lie as their shapes say: relayout and reshape are copies too.
import { sizeOf } from '../../core/shape.ts'
import type { WgslKernel } from '../../kernel/gpuPlan.ts'
import { mapElements } from '../../kernel/wgslMap.ts'

/** y = x. */
export const copyWgsl: WgslKernel<object> = {
  plan([{ shape, dtype }]) {
    const dispatch = mapElements({
      key: 'copy',
      sources: { x: { binding: { input: 0 }, dtype } },
      output: { binding: { output: 0 }, dtype },
      count: sizeOf(shape),
      value: 'return load_x(i);',
    })
    return { workspace: [], dispatches: [dispatch] }
  },
}
