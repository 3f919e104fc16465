// dot: the product over the last axis of the left array and the first of the right, or over others by transposes.
import { named, OpError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import { checkArray } from '../kinds/movement/movement.ts'
import { type DotOptions, transposesOf } from '../ops/matmul/batchDot.ts'
import { matmul } from '../ops/matmul/matmul.ts'
import { made } from '../ops/out.ts'
import { withShape } from '../ops/view/reshape.ts'

/**
 * The sum over the last axis of a and the first of b; over the first of a with `transposeA`, over the last of b with
 * `transposeB`. The result has the other axes of a, then those of b, in their order; for two vectors its shape is (1,).
 */
export function dot(a: NDArray, b: NDArray, options: DotOptions = {}, ...more: []): NDArray {
  const { transposeA, transposeB } = transposesOf('dot', options, more)
  for (const x of [a, b]) checkArray('dot', x)
  const [lastOfA, firstOfB] = [!transposeA, !transposeB]
  const inner = a.shape[lastOfA ? a.ndim - 1 : 0]
  if (a.ndim === 0 || b.ndim === 0 || inner !== b.shape[firstOfB ? 0 : b.ndim - 1]) {
    const [of, other] = [lastOfA, !firstOfB].map((last) => (last ? 'last' : 'first'))
    const got = `the ${of} axis of ${formatShape(a.shape)} must equal the ${other} of ${formatShape(b.shape)}`
    throw new OpError('dot', got)
  }
  const rows = lastOfA ? a.shape.slice(0, -1) : a.shape.slice(1)
  const columns = firstOfB ? b.shape.slice(1) : b.shape.slice(0, -1)
  const matrix = (outer: readonly number[], first: boolean) => (first ? [inner, sizeOf(outer)] : [sizeOf(outer), inner])
  return made('dot', options.out, () => {
    const factors = [withShape(a, matrix(rows, !lastOfA)), withShape(b, matrix(columns, firstOfB))] as const
    const product = named('dot', () => matmul(...factors, null, { transposeA, transposeB }))
    return withShape(product, a.ndim + b.ndim > 2 ? [...rows, ...columns] : [1])
  })
}
