// The option `out`: an array that takes the result of a function, by one mechanism for all that have it.
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { sameShape } from '../core/shape.ts'
import { assign, copy } from './copy/copy.ts'

/** The option of functions that may write their result into an array which exists. */
export interface OutOption {
  /** Takes the result, whose shape and dtype it has, and is returned. Not allowed inside record. Default a new array. */
  readonly out?: NDArray
}

/** The option of functions with several results. */
export interface OutsOption {
  /** Arrays that take the results, one each, and are returned. Not allowed inside record. Default new arrays. */
  readonly out?: readonly NDArray[]
}

/** Names of the options of a function that has no others. */
export const outOption: OptionNames<OutOption> = { out: true }

/**
 * The array that takes the result of a function without other options; `more` are arguments behind them, which are
 * refused. The index and the list that `list.map(nd.relu)` passes are none.
 */
export function outOf(
  op: string,
  options: OutOption | number | undefined,
  more: readonly unknown[] = [],
): NDArray | undefined {
  if (options === undefined || (typeof options === 'number' && Array.isArray(more[0]))) return undefined
  checkOptions(op, options as OutOption, '{ out: y }', outOption, more)
  return checkOut(op, (options as OutOption).out)
}

/** The array that takes a result, if there is one; throws for anything else. */
export function checkOut(op: string, out: NDArray | null | undefined): NDArray | undefined {
  if (out === undefined || out instanceof NDArray) return out
  throw new OpError(op, `out is an array that takes the result, got ${nameOfKind(out)}`)
}

/** Whether the operand's memory meets the target's in other places than its own: it would be read after it is written. */
export function overlaps(operand: unknown, target: NDArray): operand is NDArray {
  if (!(operand instanceof NDArray) || operand.storage !== target.storage) return false
  const same = operand.offset === target.offset && sameShape(operand.shape, target.shape)
  const before = operand.offset + operand.bytes <= target.offset
  const after = target.offset + target.bytes <= operand.offset
  return !(same || before || after)
}

/** Calls `run` with the array to write into; where an operand overlaps it, the result is copied there afterwards. */
export function into(
  op: string,
  out: NDArray | undefined,
  operands: readonly unknown[],
  run: (out?: NDArray) => NDArray,
): NDArray {
  const target = checkOut(op, out)
  return target && operands.some((operand) => overlaps(operand, target))
    ? written(op, target, () => run())
    : run(target)
}

/** The result of a function, copied into the array that takes it, if there is one; of several results each into its own. */
export function written<R extends NDArray | readonly NDArray[]>(
  op: string,
  out: NDArray | readonly NDArray[] | undefined,
  run: () => R,
): R {
  if (out === undefined) return run()
  within('', 'the result is in out', () => {
    const result = run()
    const [results, targets] = [result, out].map((arrays) => (Array.isArray(arrays) ? arrays : [arrays]))
    if (Array.isArray(result) !== Array.isArray(out) || targets.length !== results.length) {
      const expected = Array.isArray(result) ? `a list of ${results.length} arrays` : 'an array'
      throw new OpError(op, `out is ${expected}, got ${nameOfKind(out)}`)
    }
    for (const target of targets) checkOut(op, target)
    // a result may be a view of memory that a target is part of
    const values = results.map((value) => (targets.some((target) => overlaps(value, target)) ? copy(value) : value))
    named(op, () => values.forEach((value, i) => assign(targets[i], value)))
  })
  return out as R
}

/** As `written`, for a function made of several ops, whose intermediate arrays are released. */
export function made<R extends NDArray | readonly NDArray[]>(
  op: string,
  out: NDArray | readonly NDArray[] | undefined,
  run: () => R,
): R {
  return written(op, out, () => within('', `${op} has returned`, run))
}
