// broadcastTo in plain loops.
import { forEachIndex, positionOf } from '../../kernel/indices.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { BroadcastAttributes } from './broadcastTo.ts'

/** y[i…] = x[i…], where an axis of size 1 of x stands for any index. */
export const broadcastToReference: ReferenceKernel<BroadcastAttributes> = ([x], _attrs, [y]) => {
  forEachIndex(y.shape, (index, i) => {
    y.data[i] = x.data[positionOf(index, x.shape)]
  })
}
