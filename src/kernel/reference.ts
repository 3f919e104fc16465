// What a kernel of the reference engine is: plain loops over typed arrays, in logical order.
import type { TypedArray } from '../core/dtype.ts'

/** An array as plain loops see it, row-major. */
export interface Tensor {
  readonly data: TypedArray
  readonly shape: readonly number[]
}

/** Computes the outputs; scalars are the numbers that change from call to call. */
export type ReferenceKernel<A> = (
  inputs: readonly Tensor[],
  attrs: A,
  outputs: readonly Tensor[],
  scalars: readonly number[],
) => void
