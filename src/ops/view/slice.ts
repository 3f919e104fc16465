// slice: a range with a step on every axis; its gradient, and writing into one.
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import {
  checkAxis,
  checkShape,
  formatShape,
  listOf,
  type Shape,
  sameShape,
  shapeOf,
  stridesOf,
} from '../../core/shape.ts'
import type { OpSpec } from '../spec.ts'

/** A selection: on each axis the indices begin, begin + step, … before end (after it when the step is negative). */
export interface SliceAttributes {
  readonly begin: readonly number[]
  readonly end: readonly number[]
  readonly step: readonly number[]
}

/** A selection of a result's axes. */
export interface UnsliceAttributes extends SliceAttributes {
  readonly shape: Shape
}

/** y[i…] = x[begin + i · step…]; a contiguous selection is a view that shares the memory of x. */
export const sliceOp: OpSpec<SliceAttributes> = {
  name: 'slice',
  infer: ([x], attrs) => [{ shape: selectedShape(attrs), dtype: x.dtype }],
  view: ([x], attrs) => (isContiguous(x.shape, attrs) ? offsetOf(x.shape, attrs) : undefined),
  gradient: ({ attrs, inputs: [x] }, [dy], { unslice }) => [unslice(dy, x.shape, attrs)],
}

/** y[begin + i · step…] = x[i…], 0 elsewhere: the gradient of slice. */
export const unsliceOp: OpSpec<UnsliceAttributes> = {
  name: 'unslice',
  infer([x], attrs) {
    checkSelected('unslice', x.shape, attrs)
    return [{ shape: attrs.shape, dtype: x.dtype }]
  },
  gradient: ({ attrs: { begin, end, step } }, [dy], f) => [f.select(dy, { begin, end, step })],
}

/** x[begin + i · step…] = values[i…], in place. */
export const writeSliceOp: OpSpec<SliceAttributes> = {
  name: 'writeSlice',
  mutates: [0],
  infer([x, values], attrs) {
    checkSelected('writeSlice', values.shape, attrs)
    if (x.dtype === values.dtype) return []
    throw new OpError('writeSlice', `wrong dtype of values: got ${values.dtype}, expected ${x.dtype}: use astype`)
  },
}

/** Shape of a selection. */
export function selectedShape({ begin, end, step }: SliceAttributes): Shape {
  return shapeOf(begin.map((first, k) => Math.max(0, Math.ceil((end[k] - first) / step[k]))))
}

/** Position of a selection's first element, in elements; 0 of an empty one, whose begin may lie behind the end. */
export function offsetOf(shape: Shape, attrs: SliceAttributes): number {
  if (selectedShape(attrs).includes(0)) return 0
  const { begin } = attrs
  return stridesOf(shape).reduce((sum, stride, k) => sum + stride * begin[k], 0)
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
    throw new OpError(op, `bounds are whole numbers or null, got ${bound}`)
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
  return select(x, selectionOf('slice', x.shape, begin, end, step))
}

/** A selection with all bounds known, as `slice` gives it. */
export function select(x: NDArray, selection: SliceAttributes): NDArray {
  return invoke(sliceOp, [x], selection)[0]
}

/** The indices from begin to before end on one axis; a view on axis 0, else a copy. */
export function sliceAxis(x: NDArray, axis: number, begin: SliceBound, end: SliceBound): NDArray {
  const at = checkAxis('sliceAxis', axis, x.ndim)
  const only = (bound: SliceBound) => x.shape.map((_, k) => (k === at ? bound : null))
  return slice(x, only(begin), only(end))
}

/** Zeros of a shape with values at the selection. */
export function unslice(values: NDArray, shape: readonly number[], selection: SliceAttributes): NDArray {
  const { begin, end, step } = selection
  return invoke(unsliceOp, [values], { shape: checkShape('unslice', shape), begin, end, step })[0]
}

/** Writes values of the selection's shape and the array's dtype into the array. */
export function writeSlice(x: NDArray, values: NDArray, selection: SliceAttributes): void {
  invoke(writeSliceOp, [x, values], selection)
}
