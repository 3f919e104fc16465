// copy on the GPU; reshape into other memory is a copy too.
import { copyElements } from '../../kernel/wgsl/map.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'

/** y = x. */
export const copyWgsl: WgslKernel<object> = { plan: ([x]) => copyElements(x) }
