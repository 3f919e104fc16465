// argmax and argmin: where the largest or smallest element along an axis stands.

import type { Arith } from '../../arith/arith.ts'
import { type DType, isDType, kindOf } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, shapeOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { iota } from '../../kinds/operands.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { holdsPlaces } from '../places.ts'
import { withShape } from '../view/reshape.ts'

/** No place of any axis. */
const nowhere = 2 ** 31 - 1

/**
 * The first place of the largest, or smallest, element, as a float or an integer. NaN wins. The first reading finds the
 * extreme, the second its first place.
 */
function positions(name: 'argmax' | 'argmin', to: 'float' | 'int'): Reduction {
  const join = name === 'argmax' ? 'max' : 'min'
  const isNaN = <V, M>(m: Arith<V, M>, x: V) => m.notEqual(x, x)
  return {
    name,
    element: (_m, x) => x,
    joins: [join],
    later: [
      {
        element: (m, x, place, extreme) => m.select(m.or(m.equal(x, extreme), isNaN(m, x)), place, nowhere),
        joins: ['min'],
      },
    ],
    merge(m, x, place, other, otherPlace) {
      const extreme = m[join](x, other)
      const holds = (value: typeof x) => m.or(m.equal(value, extreme), isNaN(m, value))
      const at = m.select(holds(x), place, nowhere)
      return [extreme, m.min(at, m.select(holds(other), otherPlace, nowhere))]
    },
    finish: (m, _extreme, place) => (to === 'float' ? m.toFloat(place) : place),
    gradient: 'none',
  }
}

const reductions = {
  argmax: { float: positions('argmax', 'float'), int: positions('argmax', 'int') },
  argmin: { float: positions('argmin', 'float'), int: positions('argmin', 'int') },
}

/** Options of argmax and argmin. */
export interface ArgmaxOptions extends OutOption {
  /** The axis. Default null, for the flattened array, with a result of shape (1,). */
  readonly axis?: number | null
  readonly keepdims?: boolean
  /** Element type of the result. Default that of the array, as in Gluon. float32 holds places up to 2²⁴, int32 all. */
  readonly dtype?: DType
}

const argmaxOptions: OptionNames<ArgmaxOptions> = { ...outOption, axis: 'number', keepdims: 'boolean', dtype: true }

/** Throws where the result's dtype does not hold every place of the axis, whatever the values. */
function place(name: 'argmax' | 'argmin', x: NDArray, options: ArgmaxOptions, more: readonly unknown[]): NDArray {
  checkArray(name, x)
  checkOptions(name, options, '{ axis: 1 }', argmaxOptions, more)
  const { axis = null, keepdims = false, dtype = x.dtype } = options
  const flat = axis === null ? withShape(x, [x.size]) : x
  const along = axis === null ? 0 : checkAxis(name, axis, x.ndim)
  const count = flat.shape[along]
  if (count === 0) {
    throw new OpError(name, `nothing to choose from: got ${formatShape(x.shape)}, expected at least one element`)
  }
  if (isDType(dtype) && !holdsPlaces(dtype, count)) {
    throw new OpError(
      name,
      `${dtype} does not hold every place of ${count}: got ${formatShape(x.shape)}, expected { dtype: 'int32' }`,
    )
  }
  const reduction = reductions[name][isDType(dtype) ? kindOf(dtype) : 'float']
  return written(name, options.out, () => {
    const found = { axes: [along], keepDims: keepdims, dtypes: [dtype] }
    const [y] = reduce(reduction, [flat, iota(flat.shape, along)], found)
    if (axis === null && keepdims) return withShape(y, shapeOf(x.shape.map(() => 1)))
    return y.ndim > 0 ? y : withShape(y, [1])
  })
}

/** The index of the first largest element along the axis, in the dtype of x unless options name another. */
export function argmax(x: NDArray, options: ArgmaxOptions = {}, ...more: []): NDArray {
  return place('argmax', x, options, more)
}

/** The index of the first smallest element along the axis, in the dtype of x unless options name another. */
export function argmin(x: NDArray, options: ArgmaxOptions = {}, ...more: []): NDArray {
  return place('argmin', x, options, more)
}
