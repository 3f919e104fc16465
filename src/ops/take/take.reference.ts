// take and pick in plain loops: the definition of right.
import { around } from '../../core/shape.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { PickAttributes, PickGradientAttributes } from './pick.ts'
import type { TakeAttributes, TakeGradientAttributes } from './take.ts'

/** An index as an integer from 0 to below `count`; NaN counts as 0. */
function clipped(index: number, count: number): number {
  return Math.min(Math.max(Math.trunc(index) || 0, 0), count - 1)
}

/** y[o, i, ·] = a[o, indices[i], ·]. */
export const takeReference: ReferenceKernel<TakeAttributes> = ([a, indices], { axis }, [y]) => {
  const { outer, count, inner } = around(a.shape, axis)
  const rows = indices.data.length
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < rows; i++) {
      const from = (o * count + clipped(indices.data[i], count)) * inner
      for (let k = 0; k < inner; k++) y.data[(o * rows + i) * inner + k] = a.data[from + k]
    }
}

/** da[o, indices[i], ·] += dy[o, i, ·]. */
export const takeGradientReference: ReferenceKernel<TakeGradientAttributes> = (
  [dy, indices],
  { axis, shape },
  [da],
) => {
  const { outer, count, inner } = around(shape, axis)
  const rows = indices.data.length
  const sums = new Float64Array(da.data.length)
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < rows; i++) {
      const to = (o * count + clipped(indices.data[i], count)) * inner
      for (let k = 0; k < inner; k++) sums[to + k] += dy.data[(o * rows + i) * inner + k]
    }
  da.data.set(sums)
}

/** y[o, k] = data[o, index[o, k], k]. */
export const pickReference: ReferenceKernel<PickAttributes> = ([data, index], { axis }, [y]) => {
  const { outer, count, inner } = around(data.shape, axis)
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < inner; k++) {
      const at = clipped(index.data[o * inner + k], count)
      y.data[o * inner + k] = data.data[(o * count + at) * inner + k]
    }
}

/** ddata[o, index[o, k], k] = dy[o, k], else 0. */
export const pickGradientReference: ReferenceKernel<PickGradientAttributes> = (
  [dy, index],
  { axis, shape },
  [ddata],
) => {
  const { outer, count, inner } = around(shape, axis)
  ddata.data.fill(0)
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < inner; k++) {
      const at = clipped(index.data[o * inner + k], count)
      ddata.data[(o * count + at) * inner + k] = dy.data[o * inner + k]
    }
}
