// cast: the same values in another element type.
import type { DType } from '../../core/dtype.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of cast. */
export interface CastAttributes {
  readonly dtype: DType
}

/**
 * y = x in another type. Floats become integers by cutting the fraction, stay within int32 (NaN gives 0), and are taken
 * modulo 256 for uint8; integers become uint8 modulo 256.
 */
export const castOp: OpSpec<CastAttributes> = {
  name: 'cast',
  infer: ([x], { dtype }) => [{ shape: x.shape, dtype }],
  gradient: ({ inputs }, [dy], f) => [f.cast(dy, inputs[0].dtype)],
}

/** A new array with the values in another type. */
export function cast(x: NDArray, dtype: DType): NDArray {
  return invoke(castOp, [x], { dtype })[0]
}
