// The sizes of a product of matrices.
import { OpError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { MatmulAttributes } from './matmul.ts'

/** Products, rows and columns of each and the length of its sums, for the operands as they are multiplied. */
export function sizesOf(
  a: { readonly shape: readonly number[] },
  b: { readonly shape: readonly number[] },
  { transposeA, transposeB }: MatmulAttributes,
): { readonly M: number; readonly N: number; readonly K: number; readonly batch: number } {
  const [left, right] = [a.shape.slice(-2), b.shape.slice(-2)]
  const [M, K] = transposeA ? [left[1], left[0]] : left
  const [inner, N] = transposeB ? [right[1], right[0]] : right
  if (K === inner) return { M, N, K, batch: a.shape.length === 3 ? a.shape[0] : 1 }
  const got = [transposed(a.shape, transposeA), transposed(b.shape, transposeB)].join(' by ')
  throw new OpError('matmul', `cannot multiply ${got}: the inner sizes are ${K} and ${inner}, and must be equal`)
}

function transposed(shape: readonly number[], is: boolean): string {
  return formatShape(shape) + (is ? ' transposed' : '')
}
