// copy in plain loops; reshape into other memory is a copy too.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { CopyAttributes } from './copy.ts'

/** y = x. */
export const copyReference: ReferenceKernel<CopyAttributes> = ([x], _attrs, [y]) => {
  y.data.set(x.data)
}
