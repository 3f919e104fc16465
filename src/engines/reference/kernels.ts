// The kernels of the reference engine: one for each op.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { copyReference } from '../../ops/copy/copy.reference.ts'
import { fillReference } from '../../ops/fill/fill.reference.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const referenceKernels: KernelTable<ReferenceKernel<never>> = {
  copy: copyReference,
  fill: fillReference,
  relayout: copyReference,
  reshape: copyReference,
}
