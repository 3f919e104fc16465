// The kernels of the GPU engine: one for each op.
import type { WgslKernel } from '../../kernel/gpuPlan.ts'
import { channelSumWgsl } from '../../ops/conv/channelSum.wgsl.ts'
import { convDataWgsl, convWeightWgsl, convWgsl } from '../../ops/conv/conv.wgsl.ts'
import { matmulWgsl } from '../../ops/matmul/matmul.wgsl.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const webgpuKernels = {
  channelSum: channelSumWgsl,
  conv: convWgsl,
  convData: convDataWgsl,
  convWeight: convWeightWgsl,
  matmul: matmulWgsl,
} as Partial<KernelTable<WgslKernel<never>>> as KernelTable<WgslKernel<never>>
