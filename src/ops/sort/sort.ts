// sort, argsort and topk: the elements along an axis in the order of their values, or where they are.

import { type Composite, compose } from '../../core/compose.ts'
import { type DType, isDType, isFloat, kindOf } from '../../core/dtype.ts'
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, sizeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { iota } from '../../kinds/operands.ts'
import { cast } from '../elementwise/cast.ts'
import { made, type OutOption, type OutsOption, outOption } from '../out.ts'
import { holdsPlaces } from '../places.ts'
import { take } from '../take/take.ts'
import { withShape } from '../view/reshape.ts'
import { sliceAxis } from '../view/slice.ts'
import { swapaxes } from '../view/transpose.ts'
import { argsortOp } from './argsort.ts'

/** A place within a row as one in all rows: rows have `count` places, of which the last is the largest there is. */
const placeOfAll: Formula = {
  name: 'sort',
  compute: (m, place, row, count, last) => m.add(m.min(place, last), m.mul(row, count)),
}

/** What came to be among the first, else 0. */
const amongFirst: Formula = {
  name: 'sort',
  mixed: true,
  compute: (m, rank, count, x) => m.select(m.less(rank, count), x, 0),
}

/** 1 among the first, else 0, of a kind of numbers. */
const firstOnes = (kind: 'float' | 'int'): Formula => ({
  name: 'topk',
  compute: (m, rank, count) => m.select(m.less(rank, count), m.constant(1, kind), m.constant(0, kind)),
})
const isFirst = { float: firstOnes('float'), int: firstOnes('int') }

/** Elements of rows at places of their own row: y[r, j] = x[r, places[r, j]]. */
function takeOfRows(x: NDArray, places: NDArray): NDArray {
  const [, count] = x.shape
  const row = iota(places.shape, 0)
  const [all] = apply(placeOfAll, [places, row, count, count - 1], { dtypes: ['int32'] })
  return take(withShape(x, [x.size]), all)
}

/** The elements at places, of which each row names none twice; `ranks` say for each element at which of them it is. */
const gathering: Composite<Record<never, never>> = {
  name: 'sort',
  saves: { inputs: [2] },
  gradient({ inputs, x }, [dy]) {
    const ranks = x(2)
    const [count, all] = [dy.shape[1], inputs[0].shape[1]]
    const taken = takeOfRows(dy, ranks)
    if (count === all) return [taken, null, null]
    return [apply(amongFirst, [ranks, count, taken], { dtypes: [dy.dtype], numbersLike: 'int32' })[0], null, null]
  },
}

function gather(x: NDArray, places: NDArray, ranks: NDArray): NDArray {
  return compose(gathering, [x, places, ranks], {}, () => [takeOfRows(x, places)])[0]
}

/** The array as rows along an axis, or as one row, and the way back for results of each row. */
interface Rows {
  readonly rows: NDArray
  readonly count: number
  readonly back: (results: NDArray) => NDArray
  /** In messages. */
  readonly axis: string
}

function rowsOf(op: string, x: NDArray, axis: number | null): Rows {
  if (kindOf(x.dtype) === 'float' && !isFloat(x.dtype)) {
    throw new OpError(op, `cannot take ${x.dtype}, expected float32: use astype('float32')`)
  }
  if (axis === null) {
    const back = (y: NDArray) => withShape(y, [y.size])
    return { rows: withShape(x, [1, x.size]), count: x.size, back, axis: `all of ${formatShape(x.shape)}` }
  }
  const [at, last] = [checkAxis(op, axis, x.ndim), x.ndim - 1]
  const swapped = at === last ? x : swapaxes(x, at, last)
  const outer = swapped.shape.slice(0, -1)
  const count = x.shape[at]
  const back = (y: NDArray) => {
    const own = withShape(y, [...outer, y.shape[1]])
    return at === last ? own : swapaxes(own, at, last)
  }
  return {
    rows: withShape(swapped, [sizeOf(outer), count]),
    ...{ count, back, axis: `axis ${at} of ${formatShape(x.shape)}` },
  }
}

const ordered = (rows: NDArray, descending: boolean) => invoke(argsortOp, [rows], { descending })

function checkPlaces(op: string, dtype: DType, { count, axis }: Rows): void {
  if (!isDType(dtype) || holdsPlaces(dtype, count)) return
  throw new OpError(op, `${dtype} does not hold every place of ${axis}: expected { dtype: 'int32' }`)
}

function checkAscending(op: string, isAscend: boolean): void {
  if (typeof isAscend === 'boolean') return
  throw new OpError(op, `isAscend must be true or false, got ${nameOfKind(isAscend)}`)
}

/** Options of sort. */
export interface SortOptions extends OutOption {
  /** The axis. Default -1, the last; null for the flattened array, with a result of one axis. */
  readonly axis?: number | null
  /** Whether the smallest comes first. Default true. */
  readonly isAscend?: boolean
}

/** Options of argsort. */
export interface ArgsortOptions extends SortOptions {
  /** Element type of the result. Default float32, which holds places up to 2²⁴. */
  readonly dtype?: DType
}

const sortOptions: OptionNames<SortOptions> = { ...outOption, axis: 'number', isAscend: 'boolean' }

/** The elements along the axis in ascending order, or descending. NaN is larger than all numbers. */
export function sort(x: NDArray, options: SortOptions = {}, ...more: []): NDArray {
  checkArray('sort', x)
  checkOptions('sort', options, '{ isAscend: false }', sortOptions, more)
  const { axis = -1, isAscend = true } = options
  checkAscending('sort', isAscend)
  return made('sort', options.out, () => {
    const { rows, back } = rowsOf('sort', x, axis)
    const [places, ranks] = ordered(rows, !isAscend)
    return back(gather(rows, places, ranks))
  })
}

/** Where the elements of `sort` are along the axis, counted from 0; of equal ones the first comes first. */
export function argsort(x: NDArray, options: ArgsortOptions = {}, ...more: []): NDArray {
  checkArray('argsort', x)
  checkOptions('argsort', options, "{ dtype: 'int32' }", { ...sortOptions, dtype: true }, more)
  const { axis = -1, isAscend = true, dtype = 'float32' } = options
  checkAscending('argsort', isAscend)
  return made('argsort', options.out, () => {
    const along = rowsOf('argsort', x, axis)
    checkPlaces('argsort', dtype, along)
    return along.back(named('argsort', () => cast(ordered(along.rows, !isAscend)[0], dtype)))
  })
}

/** Options of topk. */
export interface TopkOptions {
  /** The axis. Default -1, the last; null for the flattened array. */
  readonly axis?: number | null
  /** How many elements. Default 1; all of the axis where it is below 1. */
  readonly k?: number
  /** Whether the smallest are meant, the smallest first. Default false: the largest, the largest first. */
  readonly isAscend?: boolean
  /** Element type of indices. Default float32, which holds places up to 2²⁴. */
  readonly dtype?: DType
}

/** Options of topk with what it returns. */
export interface TopkResultOptions extends TopkOptions, OutOption {
  /** 'value' for the elements, 'indices' for their places, 'mask' for 1 where they are and 0 elsewhere. Default 'indices'. */
  readonly retTyp?: 'value' | 'indices' | 'mask'
}

/** Options of topk that returns elements and places. */
export interface TopkBothOptions extends TopkOptions, OutsOption {
  readonly retTyp: 'both'
}

/** All options of topk. */
type AnyTopkOptions = TopkOptions & {
  readonly retTyp?: (typeof kinds)[number]
  readonly out?: NDArray | readonly NDArray[]
}

const topkOptions: OptionNames<AnyTopkOptions> = {
  ...outOption,
  axis: 'number',
  k: 'number',
  isAscend: 'boolean',
  dtype: true,
  retTyp: true,
}
const kinds = ['value', 'indices', 'mask', 'both'] as const

/** The k largest elements along the axis: their places, their values, both, or a mask of them. Of equal ones the first. */
export function topk(x: NDArray, options?: TopkResultOptions, ...more: []): NDArray
/** The k largest elements along the axis, and their places. */
export function topk(x: NDArray, options: TopkBothOptions, ...more: []): readonly [values: NDArray, indices: NDArray]
export function topk(
  x: NDArray,
  options: AnyTopkOptions = {},
  ...more: []
): NDArray | readonly [values: NDArray, indices: NDArray] {
  checkArray('topk', x)
  checkOptions('topk', options, "{ k: 3, retTyp: 'value' }", topkOptions, more)
  const { axis = -1, k = 1, isAscend = false, dtype = 'float32', retTyp = 'indices' } = options
  checkAscending('topk', isAscend)
  if (!kinds.includes(retTyp)) {
    throw new OpError(
      'topk',
      `retTyp must be ${kinds.map((kind) => `'${kind}'`).join(', ')}, got ${nameOfKind(retTyp)}`,
    )
  }
  if (!Number.isInteger(k)) throw new OpError('topk', `k must be an integer, got ${nameOfKind(k)}`)
  return made('topk', options.out, () => {
    const along = rowsOf('topk', x, axis)
    const { rows, count, back } = along
    if (k > count) throw new OpError('topk', `k must be at most ${count}, the size of ${along.axis}, got ${k}`)
    const chosen = k < 1 ? count : k
    const [order, ranks] = ordered(rows, !isAscend)
    if (retTyp === 'mask') {
      const [mask] = apply(isFirst[kindOf(x.dtype)], [ranks, chosen], { dtypes: [x.dtype], numbersLike: 'int32' })
      return axis === null ? withShape(mask, x.shape) : back(mask)
    }
    const places = chosen === count ? order : sliceAxis(order, 1, 0, chosen)
    const values = retTyp === 'indices' ? undefined : back(gather(rows, places, ranks))
    if (retTyp === 'value') return values as NDArray
    checkPlaces('topk', dtype, along)
    const indices = back(named('topk', () => cast(places, dtype)))
    return values ? ([values, indices] as const) : indices
  })
}
