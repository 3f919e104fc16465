// concat and split on the command stream: for each part, rows of a run on the axis and all that is inside it.
import type { Phase, PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import { type Place, stridedPhases } from '../../kernel/strided.ts'
import type { ConcatAttributes, SplitAttributes } from './concat.ts'

/** Phases between parts along an axis and the whole. */
function partPhases(
  parts: readonly PlannedArray[],
  { shape, dtype }: PlannedArray,
  axis: number,
  move: (part: number, inside: number) => { readonly from: Place; readonly to: Place; readonly splits: boolean },
): Phase[] {
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1)
  const outer = shape.slice(0, axis).reduce((product, n) => product * n, 1)
  const bytes = dtype === 'uint8' ? 1 : 4
  let begin = 0
  return parts.flatMap((part, k) => {
    const [run, whole] = [part.shape[axis] * inner, shape[axis] * inner]
    const { from, to, splits } = move(k, begin)
    const row = splits ? { from: whole, to: run } : { from: run, to: whole }
    begin += run
    const loops = [
      { size: outer, ...row },
      { size: run, from: 1, to: 1 },
    ]
    return stridedPhases(loops, { bytes, from, to })
  })
}

/** y holds the inputs one after the other along the axis. */
export const concatWasm: WasmKernel<ConcatAttributes> = {
  plan: (inputs, { axis }, [y]) => ({
    phases: partPhases(inputs, y, axis, (part, begin) => ({
      from: { input: part },
      to: { output: 0, begin },
      splits: false,
    })),
  }),
}

/** The outputs hold x in parts along the axis. */
export const splitWasm: WasmKernel<SplitAttributes> = {
  plan: ([x], { axis }, outputs) => ({
    phases: partPhases(outputs, x, axis, (part, begin) => ({
      from: { input: 0, begin },
      to: { output: part },
      splits: true,
    })),
  }),
}
