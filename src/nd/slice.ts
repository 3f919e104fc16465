// slice and setSlice as users call them: the step is an option.
import { checkOptions } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { type OutOption, outOption, written } from '../ops/out.ts'
import { type SliceBound, slice as sliceOf } from '../ops/view/slice.ts'

/** The step of a selection. */
export interface StepOption {
  /** The step on each axis; default 1. Negative steps go from the end. */
  readonly step?: readonly SliceBound[]
}

/** The step that options give; throws for any other option. */
export function stepOf(op: string, options: StepOption = {}): readonly SliceBound[] | undefined {
  checkOptions(op, options, '{ step: [2] }', { step: true })
  return options.step
}

/** Options of slice. */
export interface SliceOptions extends StepOption, OutOption {}

/** From `begin` to before `end` on each axis given; null leaves a bound out. A view where that is contiguous. */
export function slice(
  x: NDArray,
  begin: readonly SliceBound[],
  end: readonly SliceBound[],
  options: SliceOptions = {},
  ...more: []
): NDArray {
  checkOptions('slice', options, '{ step: [2] }', { ...outOption, step: true }, more)
  return written('slice', options.out, () => sliceOf(x, begin, end, options.step))
}
