// The kernels of the GPU engine, which the compiler compares with the ops.
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import * as kernels from '../../ops/kernels.wgsl.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const webgpuKernels: KernelTable<WgslKernel<never>> = { ...kernels }
