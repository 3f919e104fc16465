// Kernels of slice, unslice, writeSlice, transpose and broadcastTo on the command stream: loops over strides.
import { i32, item } from '../../kernel/asm.ts'
import { defineModule } from '../../kernel/module.ts'
import type { Phase, PlannedArray, WasmKernel } from '../../kernel/plan.ts'
import { byteRange, bytesOf, chunksOf } from '../../kernel/ranges.ts'
import { type Place, type StridedLoop, stridedPhases } from '../../kernel/strided.ts'
import type { BroadcastAttributes } from './broadcastTo.ts'
import { offsetOf, type SliceAttributes, selectedShape, type UnsliceAttributes } from './slice.ts'
import type { TransposeAttributes } from './transpose.ts'

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, k) => shape.slice(k + 1).reduce((product, n) => product * n, 1))
}

const input = (index: number, begin = 0): Place => ({ input: index, begin })
const output: Place = { output: 0 }

/** Phases between a selection of an array and a dense array of the selection's shape. */
function selectionPhases(
  whole: PlannedArray,
  attrs: SliceAttributes,
  ends: { readonly whole: Place; readonly dense: Place; readonly writes: boolean },
): Phase[] {
  const selected = selectedShape(attrs)
  const dense = stridesOf(selected)
  const bytes = whole.dtype === 'uint8' ? 1 : 4
  const loops = stridesOf(whole.shape).map((stride, k): StridedLoop => {
    const [inside, outside] = [stride * attrs.step[k], dense[k]]
    const [from, to] = ends.writes ? [outside, inside] : [inside, outside]
    return { size: selected[k], from, to }
  })
  const begun = { ...ends.whole, begin: offsetOf(whole.shape, attrs) }
  const [from, to] = ends.writes ? [ends.dense, begun] : [begun, ends.dense]
  return stridedPhases(loops, { bytes, from, to })
}

/** y[i…] = x[begin + i · step…]. */
export const sliceWasm: WasmKernel<SliceAttributes> = {
  plan: ([x], attrs) => ({ phases: selectionPhases(x, attrs, { whole: input(0), dense: output, writes: false }) }),
}

const zeroModule = defineModule('zero', () => [
  // args: y, bytes
  item('zero', (f, given) => {
    const { begin, bytes } = byteRange(f, given, f.let(given.arg.i32(1)))
    f.fill(i32.add(given.arg.i32(0), begin), 0, bytes)
  }),
])

/** y = 0, then y[begin + i · step…] = x[i…]. */
export const unsliceWasm: WasmKernel<UnsliceAttributes> = {
  plan(_inputs, attrs, [y]) {
    const bytes = bytesOf(y)
    const zero = { module: zeroModule, entry: 'zero', items: chunksOf(bytes), args: [{ output: 0 }, bytes] }
    return { phases: [zero, ...selectionPhases(y, attrs, { whole: output, dense: input(0), writes: true })] }
  },
}

/** x[begin + i · step…] = values[i…]. */
export const writeSliceWasm: WasmKernel<SliceAttributes> = {
  plan: ([x], attrs) => ({ phases: selectionPhases(x, attrs, { whole: input(0), dense: input(1), writes: true }) }),
}

/** y[i…] = x[j…] with j[axes[k]] = i[k]. */
export const transposeWasm: WasmKernel<TransposeAttributes> = {
  plan([x], { axes }, [y]) {
    const [from, to] = [stridesOf(x.shape), stridesOf(y.shape)]
    const loops = axes.map((axis, k) => ({ size: x.shape[axis], from: from[axis], to: to[k] }))
    const bytes = x.dtype === 'uint8' ? 1 : 4
    return { phases: stridedPhases(loops, { bytes, from: input(0), to: output }) }
  },
}

/** y[i…] = x[i…], where an axis of size 1 of x stands for any index. */
export const broadcastToWasm: WasmKernel<BroadcastAttributes> = {
  plan([x], { shape }) {
    const from = stridesOf(x.shape)
    const pad = shape.length - x.shape.length
    const loops = stridesOf(shape).map((to, k) => {
      const repeats = k < pad || x.shape[k - pad] === 1
      return { size: shape[k], from: repeats ? 0 : from[k - pad], to }
    })
    const bytes = x.dtype === 'uint8' ? 1 : 4
    return { phases: stridedPhases(loops, { bytes, from: input(0), to: output }) }
  },
}
