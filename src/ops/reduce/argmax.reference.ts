// argmax in plain loops.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { ArgmaxAttributes } from './argmax.ts'

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
