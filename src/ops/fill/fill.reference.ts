// fill in plain loops.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { FillAttributes } from './fill.ts'

/** y = value everywhere. */
export const fillReference: ReferenceKernel<FillAttributes> = (_inputs, _attrs, [y], [value]) => {
  y.data.fill(value)
}
