// slice, unslice and writeSlice in plain loops.
import { forEachIndex } from '../../kernel/indices.ts'
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import { type SliceAttributes, selectedShape, type UnsliceAttributes } from './slice.ts'

function forEachSelected(
  whole: Tensor,
  attrs: SliceAttributes,
  visit: (inside: number, selected: number) => void,
): void {
  const strides = whole.shape.map((_, k) => whole.shape.slice(k + 1).reduce((product, n) => product * n, 1))
  forEachIndex(selectedShape(attrs), (index, selected) => {
    const inside = index.reduce((sum, i, k) => sum + (attrs.begin[k] + i * attrs.step[k]) * strides[k], 0)
    visit(inside, selected)
  })
}

/** y[i…] = x[begin + i · step…]. */
export const sliceReference: ReferenceKernel<SliceAttributes> = ([x], attrs, [y]) => {
  forEachSelected(x, attrs, (inside, selected) => {
    y.data[selected] = x.data[inside]
  })
}

/** y = 0, then y[begin + i · step…] = x[i…]. */
export const unsliceReference: ReferenceKernel<UnsliceAttributes> = ([x], attrs, [y]) => {
  y.data.fill(0)
  forEachSelected(y, attrs, (inside, selected) => {
    y.data[inside] = x.data[selected]
  })
}

/** x[begin + i · step…] = values[i…]. */
export const writeSliceReference: ReferenceKernel<SliceAttributes> = ([x, values], attrs) => {
  forEachSelected(x, attrs, (inside, selected) => {
    x.data[inside] = values.data[selected]
  })
}
