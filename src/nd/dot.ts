// dot: the product over the last axis of the left array and the first of the right.
import { nameOfKind, OpError, refuseMore } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import { matmul } from '../ops/matmul/matmul.ts'
import { withShape } from '../ops/view/reshape.ts'

/** (…, k) · (k, …) with the last axis of a and the first of b summed over; for two vectors of shape (1,). */
export function dot(a: NDArray, b: NDArray, ...more: []): NDArray {
  refuseMore('dot', more)
  for (const x of [a, b]) if (!(x instanceof NDArray)) throw new OpError('dot', `takes arrays, got ${nameOfKind(x)}`)
  const inner = a.shape[a.ndim - 1]
  if (a.ndim === 0 || b.ndim === 0 || inner !== b.shape[0]) {
    throw new OpError('dot', `the last axis of ${formatShape(a.shape)} must equal the first of ${formatShape(b.shape)}`)
  }
  const [rows, columns] = [a.shape.slice(0, -1), b.shape.slice(1)]
  return within('', 'dot has returned', () => {
    const product = matmul(withShape(a, [sizeOf(rows), inner]), withShape(b, [inner, sizeOf(columns)]))
    return withShape(product, a.ndim + b.ndim > 2 ? [...rows, ...columns] : [1])
  })
}
