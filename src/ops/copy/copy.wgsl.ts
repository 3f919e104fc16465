// copy on the GPU, whose arrays all lie as their shapes say: relayout and reshape are copies too.
import type { WgslKernel } from '../../kernel/gpuPlan.ts'
import { copyElements } from '../../kernel/wgslMap.ts'

/** y = x. */
export const copyWgsl: WgslKernel<object> = { plan: ([x]) => copyElements(x) }
