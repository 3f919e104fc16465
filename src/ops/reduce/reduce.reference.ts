// reduce and argmax in plain loops, summed in float64: the definition of right.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { ArgmaxAttributes } from './argmax.ts'
import type { ReduceAttributes, ReduceKind } from './reduce.ts'

const begin: Record<ReduceKind, number> = { max: -Infinity, mean: 0, min: Infinity, norm: 0, prod: 1, sum: 0 }

const sum = (a: number, b: number) => a + b
const combine: Record<ReduceKind, (a: number, b: number) => number> = {
  max: Math.max,
  mean: sum,
  min: Math.min,
  norm: (a, b) => a + b * b,
  prod: (a, b) => a * b,
  sum,
}

const whole: Partial<Record<ReduceKind, (a: number, b: number) => number>> = {
  mean: (a, b) => (a + b) | 0,
  prod: Math.imul,
  sum: (a, b) => (a + b) | 0,
}

/** y = kind over the axes; integers modulo 2^32. */
export const reduceReference: ReferenceKernel<ReduceAttributes> = ([x], { kind, axes }, [y]) => {
  const floats = y.data instanceof Float32Array || y.data instanceof Float64Array
  const join = (!floats && whole[kind]) || combine[kind]
  const results = new Float64Array(y.data.length).fill(begin[kind])
  const steps = keptSteps(x.shape, axes)
  const index = x.shape.map(() => 0)
  for (let i = 0; i < x.data.length; i++) {
    const at = index.reduce((place, n, axis) => place + n * steps[axis], 0)
    results[at] = join(results[at], x.data[i])
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === x.shape[axis]; axis--) index[axis] = 0
  }
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1)
  const finish = (result: number) => (kind === 'mean' ? result / count : kind === 'norm' ? Math.sqrt(result) : result)
  for (let i = 0; i < results.length; i++) y.data[i] = finish(results[i])
}

/** Steps in elements of the result for each axis: 0 for a reduced one. */
function keptSteps(shape: readonly number[], axes: readonly number[]): number[] {
  const steps: number[] = Array(shape.length).fill(0)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axes.includes(axis)) continue
    steps[axis] = step
    step *= shape[axis]
  }
  return steps
}

/** y = index of the first extreme along the axis; the first NaN if there is one. */
export const argmaxReference: ReferenceKernel<ArgmaxAttributes> = ([x], { kind, axis }, [y]) => {
  const count = axis === null ? x.data.length : x.shape[axis]
  const step = axis === null ? 1 : x.shape.slice(axis + 1).reduce((product, n) => product * n, 1)
  for (let o = 0; o < y.data.length; o++) {
    const first = Math.floor(o / step) * count * step + (o % step)
    let best = 0
    for (let k = 1; k < count; k++) {
      const [value, held] = [x.data[first + k * step], x.data[first + best * step]]
      const better = kind === 'argmax' ? value > held : value < held
      if (better || (Number.isNaN(value) && !Number.isNaN(held))) best = k
    }
    y.data[o] = best
  }
}
