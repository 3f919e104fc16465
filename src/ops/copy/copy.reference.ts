// copy in plain loops; the reference engine knows one order, so relayout is a copy.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { CopyAttributes } from './copy.ts'

/** y = x. */
export const copyReference: ReferenceKernel<CopyAttributes> = ([x], _attrs, [y]) => {
  y.data.set(x.data)
}
