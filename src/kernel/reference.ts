// What a kernel of the reference engine is: plain loops over typed arrays, in logical order.

/** An array as plain loops see it, row-major. */
export interface Tensor {
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array
  readonly shape: readonly number[]
}

/** Computes the outputs; scalars are the numbers that change from call to call. */
export type ReferenceKernel<A> = (
  inputs: readonly Tensor[],
  attrs: A,
  outputs: readonly Tensor[],
  scalars: readonly number[],
) => void
