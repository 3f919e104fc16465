// Cases of fill.
import type { OpCase } from '../cases.ts'
import { fill } from './fill.ts'

const values = {
  float32: [0, -0, 1.5, Number.NaN, -Infinity, 1e-45],
  int32: [0, -3, 2 ** 31 - 1],
  uint8: [0, 255],
  int8: [-128, 0, 5],
  float16: [0, -0, 1.5, 0.1, 7e4, 6e-8],
}
const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const

const fills: OpCase[] = dtypes.flatMap((dtype) =>
  values[dtype].flatMap((value) =>
    [[], [0], [1], [7], [3, 65], [70001]].map((shape) => ({
      name: `fill of ${dtype} (${shape}) with ${value}`,
      inputs: [],
      run: (_inputs, context) => fill(shape, value, { context, dtype }),
    })),
  ),
)

/** All cases of fill. */
export const cases: readonly OpCase[] = [
  ...fills,
  {
    name: 'fill over other values',
    inputs: [{ shape: [2, 3, 4, 5] }],
    gradient: false,
    run: ([x]) => fill(x.shape, 2.5, { out: x }),
  },
  {
    name: 'fill of a size that is none',
    inputs: [],
    run: (_inputs, context) => fill([2, -1], 0, { context }),
    throws: '[fill] a shape holds non-negative integers, got (2, -1)',
  },
]
