// splitV2 and concatenate: parts between given indices, and arrays of a list joined along axis 0 by default.
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { within } from '../../core/ownership.ts'
import { checkAxis, formatShape } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { squeeze } from '../view/reshape.ts'
import { concat, equalSizes, splitSizes } from './concat.ts'

/** Options of splitV2. */
export interface SplitV2Options {
  /** The axis to cut along. Default 0. */
  readonly axis?: number
  /** Whether the axis is taken away, which must then have size 1 in each part. Default false. */
  readonly squeezeAxis?: boolean
}

const splitOptions: OptionNames<SplitV2Options> = { axis: 'number', squeezeAxis: 'boolean' }

/** Sizes of equal parts, or of those that start at 0 and at ascending indices. */
function sizesOf(x: NDArray, axis: number, cuts: number | readonly number[]): number[] {
  const count = x.shape[axis]
  const of = `axis ${axis} of ${formatShape(x.shape)}`
  if (Array.isArray(cuts)) {
    const bounds = [0, ...cuts.map((cut: number) => (cut < 0 ? cut + count : cut)), count]
    const sizes = bounds.slice(1).map((bound, i) => bound - bounds[i])
    if (sizes.every((size) => Number.isInteger(size) && size >= 0)) return sizes
    throw new OpError(
      'splitV2',
      `indices must be ascending integers from 0 to ${count}, got ${formatShape(cuts)} for ${of}`,
    )
  }
  return equalSizes('splitV2', x, axis, cuts as number)
}

/** Parts of an array along an axis: a number of equal ones, or those before, between and behind indices. */
export function splitV2(
  x: NDArray,
  indicesOrSections: number | readonly number[],
  options: SplitV2Options = {},
  ...more: []
): NDArray[] {
  checkArray('splitV2', x)
  checkOptions('splitV2', options, '{ axis: 1 }', splitOptions, more)
  const { axis = 0, squeezeAxis = false } = options
  const at = checkAxis('splitV2', axis, x.ndim)
  const sizes = sizesOf(x, at, indicesOrSections)
  if (!squeezeAxis) return splitSizes(x, at, sizes)
  return within('', 'splitV2 has returned', () =>
    splitSizes(x, at, sizes).map((part) => named('splitV2', () => squeeze(part, at))),
  )
}

/** The arrays of a list one after the other along an axis, axis 0 where none is named. */
export function concatenate(
  arrays: readonly NDArray[],
  options: { readonly axis?: number } = {},
  ...more: []
): NDArray {
  checkOptions('concatenate', options, '{ axis: 1 }', { axis: 'number' }, more)
  if (!Array.isArray(arrays)) throw new OpError('concatenate', `takes a list of arrays, got ${nameOfKind(arrays)}`)
  return named('concatenate', () => concat(...arrays, { dim: options.axis ?? 0 }))
}
