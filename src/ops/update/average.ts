// averageUpdate: running averages moved by one step in place.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'

/** average ← momentum · average + (1 − momentum) · value. */
const averages: Formula = {
  name: 'averageUpdate',
  floats: true,
  compute(m, momentum, rest, ...arrays) {
    const values = arrays.splice(arrays.length / 2)
    return arrays.map((average, i) => m.add(m.mul(momentum, average), m.mul(rest, values[i])))
  },
}

/** Moves each average, in place and in one pass, towards the value at its place; all are of one shape and dtype. */
export function averageUpdate(running: readonly NDArray[], values: readonly NDArray[], momentum: number): void {
  for (const [i, { shape, dtype }] of values.entries()) {
    if (sameShape(shape, running[i].shape) && dtype === running[i].dtype) continue
    const [got, want] = [values[i], running[i]].map((array) => `${array.dtype} ${formatShape(array.shape)}`)
    throw new OpError('averageUpdate', `cannot update ${want} with ${got}: they must match`)
  }
  // before the arrays stand the two numbers
  apply(averages, [momentum, 1 - momentum, ...running, ...values], {
    dtypes: running.map(({ dtype }) => dtype),
    places: running.map((_, i) => i + 2),
  })
}
