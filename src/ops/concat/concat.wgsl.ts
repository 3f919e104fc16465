// concat and split on the GPU: a dispatch for each part.
import { sizeOf } from '../../core/shape.ts'
import type { WgslKernel } from '../../kernel/gpuPlan.ts'
import { mapElements } from '../../kernel/wgslMap.ts'
import type { ConcatAttributes, SplitAttributes } from './concat.ts'

/** y holds the inputs one after the other along the axis: what is not of a part is kept. */
export const concatWgsl: WgslKernel<ConcatAttributes> = {
  plan(inputs, { axis }, [y]) {
    const { dtype } = y
    const old = dtype === 'uint8' ? '(y[(p.at_y + i) >> 2u] >> (((p.at_y + i) & 3u) * 8u)) & 255u' : 'y[p.at_y + i]'
    let begin = 0
    const dispatches = inputs.map(({ shape }, n) => {
      const dispatch = mapElements({
        key: 'concat',
        sources: { x: { binding: { input: n }, dtype } },
        output: { binding: { output: 0 }, dtype },
        count: sizeOf(shape) === 0 ? 0 : sizeOf(y.shape),
        params: { begin, part: shape[axis], whole: y.shape[axis], inner: sizeOf(shape.slice(axis + 1)) },
        value: `let k = i / p.inner % p.whole;
  if (k < p.begin || k >= p.begin + p.part) { return ${old}; }
  return load_x((i / p.inner / p.whole * p.part + k - p.begin) * p.inner + i % p.inner);`,
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
        params: { begin, part: shape[axis], whole: x.shape[axis], inner: sizeOf(shape.slice(axis + 1)) },
        value: `let k = i / p.inner % p.part;
  return load_x((i / p.inner / p.part * p.whole + k + p.begin) * p.inner + i % p.inner);`,
      })
      begin += shape[axis]
      return dispatch
    })
    return { workspace: [], dispatches }
  },
}
