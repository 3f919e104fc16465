// copy on the GPU, whose arrays all lie as their shapes say: relayout and reshape are copies too.
import { copyElements } from '../../kernel/wgsl/map.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'

/** y = x. */
export const copyWgsl: WgslKernel<object> = { plan: ([x]) => copyElements(x) }
