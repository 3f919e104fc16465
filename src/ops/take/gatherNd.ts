// gatherNd, scatterNd and their kin: elements by indices along several axes at once.
import { checkFloat } from '../../core/dtype.ts'
import { checkOptions, named, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkShape, formatShape, type Shape, sameShape, sizeOf, stridesOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { splitSizes } from '../concat/concat.ts'
import { stack } from '../concat/stack.ts'
import { cast } from '../elementwise/cast.ts'
import { made, type OutOption, outOf, outOption, written } from '../out.ts'
import { checkIndices, holdsPlaces } from '../places.ts'
import { withShape } from '../view/reshape.ts'
import { pick } from './pick.ts'
import { take, takeGradient } from './take.ts'

/**
 * Indices along one axis, and a place in the axes before it: the place in both. Negative ones count from the end, if so
 * asked, and the others are clipped into range.
 */
const joining = (clipped: boolean): Formula => ({
  name: 'gatherNd',
  mixed: true,
  compute(m, place, index, count) {
    const whole = m.toInt(index)
    const own = () => {
      const fromStart = m.select(m.less(whole, 0), m.add(whole, count), whole)
      return m.max(m.min(fromStart, m.sub(count, 1)), 0)
    }
    return m.add(m.mul(place, count), clipped ? own() : whole)
  },
})
const clippedJoin = joining(true)
const plainJoin = joining(false)

/** The place of each element in the first axes of a shape, an int32, from its indices along each of them. */
function placesOf(indices: NDArray, shape: Shape, join: Formula): NDArray {
  const rest = indices.shape.slice(1)
  const parts = splitSizes(
    indices,
    0,
    shape.map(() => 1),
  ).map((part) => withShape(part, rest))
  const options = { dtypes: ['int32'], numbersLike: 'int32' } as const
  const joined = (place: NDArray | number, index: NDArray, axis: number) =>
    apply(join, [place, index, shape[axis]], options)[0]
  return parts.reduce<NDArray | number>(joined, 0) as NDArray
}

function checkNames(op: string, indices: NDArray, shape: Shape): void {
  const count = indices.shape[0]
  if (indices.ndim > 0 && count > 0 && count <= shape.length) {
    shape.slice(0, count).forEach((size, axis) => {
      checkIndices(op, `indices of axis ${axis}`, indices, size)
    })
    return
  }
  const got = `${formatShape(indices.shape)} for ${formatShape(shape)}`
  throw new OpError(op, `indices are of shape (M, …), for the first M of ${shape.length} axes, got ${got}`)
}

/** Rows of an array: the axes that indices name become one. */
const rowsOf = (x: NDArray, count: number) => withShape(x, [sizeOf(x.shape.slice(0, count)), ...x.shape.slice(count)])

/**
 * y[i, …] = data[indices[0, i], …, indices[M − 1, i], …]: indices (M, …), of any dtype, name entries of the first M
 * axes. Negative ones count from the end; those out of range become the nearest in range.
 */
export function gatherNd(data: NDArray, indices: NDArray, options?: OutOption, ...more: []): NDArray {
  const out = outOf('gatherNd', options, more)
  for (const x of [data, indices]) checkArray('gatherNd', x)
  checkNames('gatherNd', indices, data.shape)
  const cut = data.shape.slice(0, indices.shape[0])
  if (cut.includes(0) && indices.size > 0) {
    throw new OpError(
      'gatherNd',
      `${formatShape(data.shape)} has nothing that indices ${formatShape(indices.shape)} name`,
    )
  }
  return made('gatherNd', out, () => {
    const places = placesOf(indices, cut, clippedJoin)
    return named('gatherNd', () => take(rowsOf(data, cut.length), places))
  })
}

/**
 * Zeros of a shape with data at indices: y[indices[0, i], …, indices[M − 1, i], …] = data[i, …]. What falls on one place is
 * added.
 */
export function scatterNd(
  data: NDArray,
  indices: NDArray,
  shape: readonly number[],
  options?: OutOption,
  ...more: []
): NDArray {
  const out = outOf('scatterNd', options, more)
  for (const x of [data, indices]) checkArray('scatterNd', x)
  const whole = checkShape('scatterNd', shape)
  checkFloat('scatterNd', 'data', data.dtype)
  checkNames('scatterNd', indices, whole)
  const count = indices.shape[0]
  const [cut, inner] = [whole.slice(0, count), whole.slice(count)]
  const expected = [...indices.shape.slice(1), ...inner]
  if (!sameShape(data.shape, expected)) {
    const got = `${formatShape(data.shape)}, expected ${formatShape(expected)}`
    throw new OpError('scatterNd', `wrong shape of data: got ${got} for indices ${formatShape(indices.shape)}`)
  }
  if (cut.includes(0) && indices.size > 0) {
    throw new OpError('scatterNd', `${formatShape(whole)} has nothing that indices ${formatShape(indices.shape)} name`)
  }
  return made('scatterNd', out, () => {
    const places = placesOf(indices, cut, clippedJoin)
    const rows = named('scatterNd', () => takeGradient(data, places, { axis: 0, shape: [sizeOf(cut), ...inner] }))
    return withShape(rows, whole)
  })
}

/** The element of each row of a matrix that the index says: y[i] = a[i, indices[i]]. */
export function batchTake(a: NDArray, indices: NDArray, options?: OutOption, ...more: []): NDArray {
  const out = outOf('batchTake', options, more)
  for (const x of [a, indices]) checkArray('batchTake', x)
  if (a.ndim === 2) return written('batchTake', out, () => named('batchTake', () => pick(a, indices, { axis: 1 })))
  throw new OpError('batchTake', `takes a matrix, got ${formatShape(a.shape)}`)
}

/** Options of unravelIndex and ravelMultiIndex. */
export interface RavelOptions extends OutOption {
  /** The shape in whose row-major order the elements are counted. */
  readonly shape: readonly number[]
}

function shapeOfOptions(op: string, options: RavelOptions, more: readonly unknown[]): Shape {
  checkOptions(op, options ?? {}, '{ shape: [3, 4] }', { ...outOption, shape: true }, more)
  if (!Array.isArray(options?.shape)) throw new OpError(op, `needs a shape, as { shape: [3, 4] }`)
  return checkShape(op, options.shape)
}

/** The index along one axis of the element with a number. */
const unraveling: Formula = {
  name: 'unravelIndex',
  mixed: true,
  compute(m, number, step, count) {
    const whole = m.div(m.toInt(number), step)
    return m.sub(whole, m.mul(m.div(whole, count), count))
  },
}

/** The indices (M, …) along the M axes of a shape of elements counted in row-major order, in the dtype of `data`. */
export function unravelIndex(data: NDArray, options: RavelOptions, ...more: []): NDArray {
  checkArray('unravelIndex', data)
  const shape = shapeOfOptions('unravelIndex', options, more)
  checkIndices('unravelIndex', 'data', data, sizeOf(shape))
  if (shape.length === 0) throw new OpError('unravelIndex', 'the shape must have an axis, got ()')
  return made('unravelIndex', options.out, () => {
    const steps = stridesOf(shape)
    const along = shape.map((count, axis) => {
      const [index] = apply(unraveling, [data, steps[axis], count], { dtypes: ['int32'], numbersLike: 'int32' })
      return cast(index, data.dtype)
    })
    return stack(...along)
  })
}

/** The number in row-major order of elements with the indices (M, …) along the M axes of a shape, in the dtype of `data`. */
export function ravelMultiIndex(data: NDArray, options: RavelOptions, ...more: []): NDArray {
  checkArray('ravelMultiIndex', data)
  const shape = shapeOfOptions('ravelMultiIndex', options, more)
  checkIndices('ravelMultiIndex', 'data', data, sizeOf(shape))
  if (data.ndim === 0 || data.shape[0] !== shape.length || shape.length === 0) {
    const got = `${formatShape(data.shape)} for ${formatShape(shape)}`
    throw new OpError('ravelMultiIndex', `takes an index along each axis, (${shape.length}, …), got ${got}`)
  }
  if (!holdsPlaces(data.dtype, sizeOf(shape))) {
    const got = `${data.dtype} does not hold every number of ${formatShape(shape)}`
    throw new OpError('ravelMultiIndex', `${got}: use astype('int32')`)
  }
  return made('ravelMultiIndex', options.out, () => cast(placesOf(data, shape, plainJoin), data.dtype))
}
