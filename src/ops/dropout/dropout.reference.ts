// dropoutMask in plain loops.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { dropoutMask } from '../sampler.ts'
import type { DropoutMaskAttributes } from './dropout.ts'

/** A mask drawn now. */
export const dropoutMaskReference: ReferenceKernel<DropoutMaskAttributes> = ([state], _attrs, [mask], [rate]) => {
  dropoutMask(state.data as Int32Array, mask.data as Uint8Array, rate)
}
