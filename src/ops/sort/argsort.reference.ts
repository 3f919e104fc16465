// argsort in plain loops: a stable sort of the indices of each row.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { ArgsortAttributes } from './argsort.ts'

/** Negative where a comes before b in ascending order, 0 where they are equal; NaN is larger than all numbers. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : a > b ? 1 : 0
}

/** The places and ranks of each row. */
export const argsortReference: ReferenceKernel<ArgsortAttributes> = ([x], { descending }, [places, ranks]) => {
  const count = x.shape[x.shape.length - 1]
  const sign = descending ? -1 : 1
  for (let row = 0; row < x.data.length; row += count) {
    const order = Array.from({ length: count }, (_, i) => i)
    // JavaScript's sort keeps the order of equals
    order.sort((i, j) => sign * compare(x.data[row + i], x.data[row + j]))
    order.forEach((i, j) => {
      places.data[row + j] = i
      ranks.data[row + i] = j
    })
  }
}
