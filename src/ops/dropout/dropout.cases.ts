// Cases of dropout: masks to the bit, shared along axes or not, and the gradient through the same mask.
import { invoke } from '../../core/invoke.ts'
import type { OpCase } from '../cases.ts'
import { seedGeneratorOp } from '../generator.ts'
import { dropout, dropoutBy } from './dropout.ts'

function dropping(shape: readonly number[], rate: number, axes: readonly number[] = [], seed = 0): OpCase {
  return {
    name: `dropout of (${shape}) at ${rate}${axes.length > 0 ? ` along ${axes}` : ''}, seed ${seed}`,
    inputs: [{ shape }],
    run: ([x], context) => {
      const [state] = invoke(seedGeneratorOp, [], {}, { scalars: [seed], context })
      return dropoutBy(state, x, rate, axes)
    },
  }
}

/** Cases of dropout. */
export const cases: readonly OpCase[] = [
  dropping([0], 0.5),
  { ...dropping([0, 3], 0.5), name: 'dropout of nothing without a gradient', gradient: false },
  dropping([1], 0.5),
  dropping([7], 0),
  dropping([3, 67], 0.5, [], 7),
  dropping([5, 11, 3, 3], 0.3, [], 1),
  dropping([2, 9, 4, 5], 0.25, [2, 3]),
  dropping([4, 6, 3, 2], 0.5, [0, 2]),
  dropping([4, 6, 3], 0.5, [1]),
  dropping([3, 5], 0.9, [0, 1], 5),
  dropping([70_001], 0.1, [], 2),
  dropping([2, 20_000], 0.5, [0]),
  {
    ...dropping([21], 0.3),
    name: 'dropout of special values',
    inputs: [{ shape: [21], domain: { values: [1, -2, Number.NaN, Number.POSITIVE_INFINITY, -0, 0.1, 3] } }],
  },
  {
    name: 'dropout of integers',
    inputs: [{ shape: [3], dtype: 'int32' }],
    run: ([x]) => dropout(x, 0.5),
    throws: "[dropout] the input must be float32, got int32: use astype('float32')",
  },
]
