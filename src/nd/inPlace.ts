// Writing into arrays: arithmetic in place, all values, or those of a selection.
import { nameOfKind, OpError } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { sameShape } from '../core/shape.ts'
import type { Formula } from '../kinds/formula/formula.ts'
import { assign, copy } from '../ops/copy/copy.ts'
import { elementwise } from '../ops/elementwise/elementwise.ts'
import { fill } from '../ops/fill/fill.ts'
import { overlaps } from '../ops/out.ts'
import { broadcastTo } from '../ops/view/broadcastTo.ts'
import { type SliceBound, select, selectedShape, selectionOf, viewOf, writeSlice } from '../ops/view/slice.ts'

const returned = 'writing in place has returned'

/** Writes formula(target, other) into the target; what the other shares with it is read before it is written. */
export function applyInPlace(target: NDArray, formula: Formula, other: NDArray | number): void {
  within('', returned, () => void elementwise(formula, [target, apart(other, target)], target))
}

function checkValue(op: string, value: unknown): void {
  if (typeof value === 'number' || value instanceof NDArray) return
  throw new OpError(op, `takes an array or a number, got ${nameOfKind(value)}: write nd.array(…)`)
}

/** Overwrites all values of the target. */
export function setValues(target: NDArray, value: NDArray | number): void {
  checkValue('set', value)
  within('', returned, () => {
    if (typeof value === 'number') fill(target.shape, value, { out: target })
    else assign(target, spread(apart(value, target), target.shape))
  })
}

/** Overwrites the values of a selection, given by Python's rules. */
export function setSlice(
  target: NDArray,
  begin: readonly SliceBound[],
  end: readonly SliceBound[],
  value: NDArray | number,
  step: readonly SliceBound[] = [],
): void {
  checkValue('setSlice', value)
  within('', returned, () => {
    const selection = selectionOf('setSlice', target.shape, begin, end, step)
    const { context, dtype } = target
    const shape = selectedShape(selection)
    if (viewOf(target.shape, selection) !== undefined) return setValues(select(target, selection), value)
    const values =
      typeof value === 'number' ? fill(shape, value, { context, dtype }) : spread(apart(value, target), shape)
    writeSlice(target, values, selection)
  })
}

function spread(value: NDArray, shape: readonly number[]): NDArray {
  return sameShape(value.shape, shape) ? value : broadcastTo(value, shape)
}

/** The operand, copied where its memory overlaps the target's in other places than its own. */
function apart<T extends NDArray | number>(operand: T, target: NDArray): T | NDArray {
  return overlaps(operand, target) ? copy(operand) : operand
}
