// cast: the same values in another element type.
import { type DType, kindOf } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'

const toFloat: Formula = { name: 'cast', compute: (m, x) => m.toFloat(x) }
const toInt: Formula = { name: 'cast', compute: (m, x) => m.toInt(x) }

/**
 * A new array with the values in another type. Floats become integers by cutting the fraction, stay within int32 (NaN
 * gives 0), and are taken modulo 256 for uint8 and int8, as integers are. float16 is the nearest one, of two the even one.
 */
export function cast(x: NDArray, dtype: DType): NDArray {
  return apply(kindOf(dtype) === 'float' ? toFloat : toInt, [x], { dtypes: [dtype] })[0]
}
