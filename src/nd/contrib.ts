// nd.contrib: numbers counted to the size of another array.
import { checkHeld } from '../core/dtype.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { checkAxis } from '../core/shape.ts'
import { checkArray } from '../kinds/movement/movement.ts'
import { type OutOption, outOption, written } from '../ops/out.ts'
import { array } from './creation.ts'

/** Options of arangeLike. */
export interface ArangeLikeOptions extends OutOption {
  /** The first number. Default 0. */
  readonly start?: number
  /** From each number to the next. Default 1. */
  readonly step?: number
  /** How often each number comes. Default 1. */
  readonly repeat?: number
  /** The axis whose size says how many there are. Default null: one for each element, in the array's shape. */
  readonly axis?: number | null
}

const names: OptionNames<ArangeLikeOptions> = {
  ...outOption,
  start: 'number',
  step: 'number',
  repeat: 'number',
  axis: 'number',
}

/** start, start + step, …: one for each element of an array, or for each entry along an axis; of its dtype and context. */
export function arangeLike(x: NDArray, options: ArangeLikeOptions = {}, ...more: []): NDArray {
  const { dtype, context: ctx, size } = checkArray('arangeLike', x)
  checkOptions('arangeLike', options, '{ axis: 1 }', names, more)
  const { start = 0, step = 1, repeat = 1, axis = null } = options
  for (const [name, value] of Object.entries({ start, step })) {
    if (!Number.isFinite(value)) throw new OpError('arangeLike', `${name} must be a number, got ${nameOfKind(value)}`)
  }
  if (!Number.isInteger(repeat) || repeat < 1) {
    throw new OpError('arangeLike', `repeat must be a positive integer, got ${nameOfKind(repeat)}`)
  }
  const count = axis === null ? size : x.shape[checkAxis('arangeLike', axis, x.ndim)]
  const values = Array.from({ length: count }, (_, i) => start + Math.floor(i / repeat) * step)
  for (const value of values) checkHeld('arangeLike', value, dtype)
  const shape = axis === null ? x.shape : [count]
  return written('arangeLike', options.out, () => array(values, { ctx, dtype, shape }))
}
