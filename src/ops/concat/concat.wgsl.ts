// concat and split on the GPU: a dispatch for each part.
import { sizeOf } from '../../core/shape.ts'
import { heldByte, mapElements } from '../../kernel/wgsl/map.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { ConcatAttributes, SplitAttributes } from './concat.ts'

/** Of a part along an axis: where it begins, its length and the whole's, and what is inside the axis. */
const sizes = (part: readonly number[], whole: readonly number[], axis: number, begin: number) => ({
  ...{ begin, part: part[axis], whole: whole[axis], inner: sizeOf(part.slice(axis + 1)) },
})

/** Words go where they belong. */
const moved = {
  value: 'return load_x(i);',
  place: '(i / p.inner / p.part * p.whole + i / p.inner % p.part + p.begin) * p.inner + i % p.inner',
}

/** Four bytes are written at once, which may be of several parts: each leaves the others' as they are. */
const kept = {
  value: `let k = i / p.inner % p.whole;
  if (k < p.begin || k >= p.begin + p.part) { return ${heldByte}; }
  return load_x((i / p.inner / p.whole * p.part + k - p.begin) * p.inner + i % p.inner);`,
}

/** y holds the inputs one after the other along the axis. */
export const concatWgsl: WgslKernel<ConcatAttributes> = {
  plan(inputs, { axis }, [y]) {
    const { dtype } = y
    const bytes = dtype === 'uint8'
    let begin = 0
    const dispatches = inputs.map(({ shape }, n) => {
      const dispatch = mapElements({
        key: 'concat',
        sources: { x: { binding: { input: n }, dtype } },
        output: { binding: { output: 0 }, dtype },
        count: bytes && sizeOf(shape) > 0 ? sizeOf(y.shape) : sizeOf(shape),
        params: sizes(shape, y.shape, axis, begin),
        ...(bytes ? kept : moved),
      })
      begin += shape[axis]
      return dispatch
    })
    return { workspace: [], dispatches }
  },
}

/** The outputs hold x in parts along the axis. */
export const splitWgsl: WgslKernel<SplitAttributes> = {
  plan([x], { axis }, outputs) {
    let begin = 0
    const dispatches = outputs.map(({ shape, dtype }, n) => {
      const dispatch = mapElements({
        key: 'split',
        sources: { x: { binding: { input: 0 }, dtype } },
        output: { binding: { output: n }, dtype },
        count: sizeOf(shape),
        params: sizes(shape, x.shape, axis, begin),
        value: `let k = i / p.inner % p.part;
  return load_x((i / p.inner / p.part * p.whole + k + p.begin) * p.inner + i % p.inner);`,
      })
      begin += shape[axis]
      return dispatch
    })
    return { workspace: [], dispatches }
  },
}
