// slice: a range with a step on every axis, and writing into one.
import { nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, listOf, type Shape, sameShape, shapeOf, stridesOf } from '../../core/shape.ts'
import { checkArray, type Movement, move, moveInto } from '../../kinds/movement/movement.ts'
import type { End } from '../../kinds/movement/moves.ts'
import { type OutOption, outOf, written } from '../out.ts'

/** A selection: on each axis the indices begin, begin + step, … before end (after it when the step is negative). */
export interface SliceAttributes {
  readonly begin: readonly number[]
  readonly end: readonly number[]
  readonly step: readonly number[]
}

/** Shape of a selection. */
export function selectedShape({ begin, end, step }: SliceAttributes): Shape {
  return shapeOf(begin.map((first, k) => Math.max(0, Math.ceil((end[k] - first) / step[k]))))
}

/** Where a contiguous selection begins, in elements: as a slice it is a view. */
export function viewOf(shape: Shape, attrs: SliceAttributes): number | undefined {
  if (!isContiguous(shape, attrs)) return undefined
  // an empty selection may begin behind the end
  if (selectedShape(attrs).includes(0)) return 0
  return stridesOf(shape).reduce((sum, stride, k) => sum + stride * attrs.begin[k], 0)
}

function isContiguous(shape: Shape, attrs: SliceAttributes): boolean {
  const selected = selectedShape(attrs)
  const partial = selected.findIndex((n) => n !== 1)
  if (partial < 0 || selected.includes(0)) return true
  const stepped = attrs.step.some((step, k) => step !== 1 && selected[k] > 1)
  return !stepped && selected.every((n, k) => k <= partial || n === shape[k])
}

function checkSelected(op: string, values: Shape, attrs: SliceAttributes): void {
  const selected = selectedShape(attrs)
  if (sameShape(values, selected)) return
  throw new OpError(op, `wrong shape of values: got ${formatShape(values)}, expected ${formatShape(selected)}`)
}

/** A bound of a selection: an index, from the end when negative, or null for all there is in that direction. */
export type SliceBound = number | null

/** The selection that Python's rules give; axes that are left out are whole. */
export function selectionOf(
  op: string,
  shape: Shape,
  begin: readonly SliceBound[],
  end: readonly SliceBound[],
  step: readonly SliceBound[] = [],
): SliceAttributes {
  for (const list of [begin, end, step]) listOf(op, list)
  if (Math.max(begin.length, end.length, step.length) > shape.length) {
    throw new OpError(
      op,
      `too many bounds: got ${Math.max(begin.length, end.length)}, expected ${shape.length} at most`,
    )
  }
  for (const bound of [...begin, ...end, ...step]) {
    if (bound === null || Number.isInteger(bound)) continue
    throw new OpError(op, `bounds are integers or null, got ${nameOfKind(bound)}`)
  }
  const steps = shape.map((_, k) => step[k] ?? 1)
  if (steps.includes(0)) throw new OpError(op, 'a step must not be 0')
  const bound = (given: SliceBound | undefined, k: number, otherwise: number): number => {
    if (given === null || given === undefined) return otherwise
    const index = given < 0 ? given + shape[k] : given
    return steps[k] > 0 ? Math.min(Math.max(index, 0), shape[k]) : Math.min(Math.max(index, -1), shape[k] - 1)
  }
  return {
    begin: shape.map((n, k) => bound(begin[k], k, steps[k] > 0 ? 0 : n - 1)),
    end: shape.map((n, k) => bound(end[k], k, steps[k] > 0 ? n : -1)),
    step: steps,
  }
}

/** A selection as an array: a view that shares memory where it is contiguous, else a copy. */
export function slice(
  x: NDArray,
  begin: readonly SliceBound[],
  end: readonly SliceBound[],
  step: readonly SliceBound[] = [],
): NDArray {
  checkArray('slice', x)
  return select(x, selectionOf('slice', x.shape, begin, end, step))
}

const endOf = ({ begin, step }: SliceAttributes): End => ({ start: begin, steps: step })

const slicing: Movement<SliceAttributes> = {
  name: 'slice',
  arrange(selection, [x]) {
    const box = selectedShape(selection)
    return { shapes: [box], moves: [{ box, from: endOf(selection) }], view: viewOf(x, selection) }
  },
}

/** A selection with all bounds known, as `slice` gives it. */
export function select(x: NDArray, selection: SliceAttributes): NDArray {
  return move(slicing, [x], selection)[0]
}

/** The indices from begin to before end on one axis; a view on axis 0, else a copy. */
export function sliceAxis(
  x: NDArray,
  axis: number,
  begin: SliceBound,
  end: SliceBound,
  options?: OutOption,
  ...more: []
): NDArray {
  const out = outOf('sliceAxis', options, more)
  checkArray('sliceAxis', x)
  const at = checkAxis('sliceAxis', axis, x.ndim)
  const only = (bound: SliceBound) => x.shape.map((_, k) => (k === at ? bound : null))
  return written('sliceAxis', out, () => select(x, selectionOf('sliceAxis', x.shape, only(begin), only(end))))
}

const writing: Movement<SliceAttributes> = {
  name: 'writeSlice',
  arrange(selection, [, values]) {
    checkSelected('writeSlice', values, selection)
    return { shapes: [], moves: [{ input: 1, box: values, to: endOf(selection) }] }
  },
}

/** Writes values of the selection's shape and the array's dtype into the array. */
export function writeSlice(x: NDArray, values: NDArray, selection: SliceAttributes): void {
  moveInto(writing, x, values, selection)
}
