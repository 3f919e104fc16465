// The option `out`: an array that takes the result of a function, by one mechanism for all that have it.
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { sameShape } from '../core/shape.ts'
import { assign } from './copy/copy.ts'

/** The option of functions that may write their result into an array which exists. */
export interface OutOption {
  /** Takes the result, whose shape and dtype it has, and is returned. Not allowed inside record. Default a new array. */
  readonly out?: NDArray
}

/** Names of the options of a function that has no others. */
export const outOption: OptionNames<OutOption> = { out: true }

/** The array that takes the result of a function without other options. */
export function outOf(op: string, options: OutOption | undefined): NDArray | undefined {
  if (options === undefined) return undefined
  checkOptions(op, options, '{ out: y }', outOption)
  return checkOut(op, options.out)
}

/** The array that takes a result, if there is one; throws for anything else. */
export function checkOut(op: string, out: NDArray | undefined): NDArray | undefined {
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
  return out && operands.some((operand) => overlaps(operand, out)) ? written(op, out, () => run()) : run(out)
}

/** The result of a function, copied into the array that takes it, if there is one. */
export function written(op: string, out: NDArray | undefined, run: () => NDArray): NDArray {
  const target = checkOut(op, out)
  if (!target) return run()
  within('', 'the result is in out', () => {
    const result = run()
    named(op, () => assign(target, result))
  })
  return target
}
