// The kernels of the reference engine, which the compiler compares with the ops.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import * as kernels from '../../ops/kernels.reference.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const referenceKernels: KernelTable<ReferenceKernel<never>> = { ...kernels }
