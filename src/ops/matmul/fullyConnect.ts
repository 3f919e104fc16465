// A fully connected layer's product: rows of an array times the transpose of a weight, plus a bias.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { around, formatShape, sizeOf } from '../../core/shape.ts'
import type { ActivationName } from '../activations.ts'
import { withShape } from '../view/reshape.ts'
import { matmul } from './matmul.ts'

/** What a fully connected layer does besides. */
export interface FullyConnectOptions {
  /** Whether all axes but the first are one; else only the last axis changes. */
  readonly flatten: boolean
  /** Applied to the result. */
  readonly activation?: ActivationName
}

/** Size of the rows of x that are multiplied. */
export function rowSize({ shape }: NDArray, flatten: boolean): number {
  return flatten ? around(shape, 0).inner : shape[shape.length - 1]
}

/** y = x·Wᵀ + b with W (units, row size) and b (units,): (N, units), or (…, units) unless flattened. */
export function fullyConnect(
  op: string,
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  { flatten, activation }: FullyConnectOptions,
): NDArray {
  if (x.ndim === 0) throw new OpError(op, 'the input must have an axis at least, got ()')
  const size = rowSize(x, flatten)
  if (weight.ndim !== 2 || weight.shape[1] !== size) {
    const [got, given] = [weight, x].map(({ shape }) => formatShape(shape))
    throw new OpError(op, `wrong shape of weight: got ${got}, expected (units, ${size}) for input ${given}`)
  }
  const outer = flatten ? [x.shape[0]] : Array.from(x.shape).slice(0, -1)
  const rows = withShape(x, [sizeOf(outer), size])
  const y = matmul(rows, weight, bias, { transposeB: true, ...(activation && { activation }) })
  return flatten ? y : withShape(y, [...outer, weight.shape[0]])
}
