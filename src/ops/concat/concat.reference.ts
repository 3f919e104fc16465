// concat and split in plain loops.
import { forEachIndex, positionOf } from '../../kernel/indices.ts'
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import type { ConcatAttributes, SplitAttributes } from './concat.ts'

/** Calls back for every element of each part, with its place in the part and in the whole. */
function forEachPart(
  parts: readonly Tensor[],
  whole: Tensor,
  axis: number,
  visit: (part: Tensor, inPart: number, inWhole: number) => void,
): void {
  let begin = 0
  for (const part of parts) {
    forEachIndex(part.shape, (index, inPart) => {
      const at = index.map((i, k) => (k === axis ? i + begin : i))
      visit(part, inPart, positionOf(at, whole.shape))
    })
    begin += part.shape[axis]
  }
}

/** y holds the inputs one after the other along the axis. */
export const concatReference: ReferenceKernel<ConcatAttributes> = (inputs, { axis }, [y]) => {
  forEachPart(inputs, y, axis, (part, inPart, inWhole) => {
    y.data[inWhole] = part.data[inPart]
  })
}

/** The outputs hold x in parts along the axis. */
export const splitReference: ReferenceKernel<SplitAttributes> = ([x], { axis }, outputs) => {
  forEachPart(outputs, x, axis, (part, inPart, inWhole) => {
    part.data[inPart] = x.data[inWhole]
  })
}
