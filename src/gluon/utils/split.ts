// Cuts a batch into one slice for each context (MXNet 1.9.1, gluon/utils.py).

import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { checkAxis } from '../../core/shape.ts'
import { checkArrays } from '../../nd/arguments.ts'
import { array } from '../../nd/creation.ts'
import type { NestedNumbers } from '../../nd/values.ts'
import { sliceAxis } from '../../ops/view/slice.ts'
import { type Contexts, oneContext } from '../contexts.ts'

/** Options of `splitData` and `splitAndLoad`. */
export interface SplitDataOptions {
  /** The axis that is cut. Default 0. */
  readonly batchAxis?: number
  /** Whether all slices must have one length; otherwise the first ones may have one entry more. Default true. */
  readonly evenSplit?: boolean
}

const splitDataOptions: OptionNames<SplitDataOptions> = { batchAxis: 'number', evenSplit: 'boolean' }

/** Cuts an array along an axis into `numSlice` slices, in order. */
export function splitData(data: NDArray, numSlice: number, options: SplitDataOptions = {}): NDArray[] {
  checkOptions('splitData', options, '{ evenSplit: false }', splitDataOptions)
  checkArrays('splitData', { data })
  if (!Number.isInteger(numSlice) || numSlice < 1) {
    throw new OpError('splitData', `the number of slices must be a positive integer, got ${nameOfKind(numSlice)}`)
  }
  const { batchAxis = 0, evenSplit = true } = options
  const axis = checkAxis('splitData', batchAxis, data.ndim)
  const size = data.shape[axis]
  const extras = size % numSlice
  if (evenSplit && extras !== 0) {
    const right = `expected a multiple of ${numSlice}, or { evenSplit: false } for slices that differ by one entry`
    throw new OpError('splitData', `axis ${axis} can't be cut evenly into ${numSlice}: got ${size} entries, ${right}`)
  }
  const each = Math.floor(size / numSlice)
  const startOf = (i: number) => i * each + Math.min(i, extras)
  return Array.from({ length: numSlice }, (_, i) => sliceAxis(data, axis, startOf(i), startOf(i + 1)))
}

/** Cuts a batch into one slice for each context, and moves each there. Here a list has one context. */
export function splitAndLoad(
  data: NDArray | NestedNumbers,
  ctxList: Contexts,
  options: SplitDataOptions = {},
): NDArray[] {
  checkOptions('splitAndLoad', options, '{ batchAxis: 0 }', splitDataOptions)
  const ctx = oneContext('splitAndLoad', ctxList)
  const whole = data instanceof NDArray ? data : array(data, { ctx })
  checkAxis('splitAndLoad', options.batchAxis ?? 0, whole.ndim)
  return [whole.asInContext(ctx)]
}
