// Cases of addN: counts around those of one pass, dtypes, nothing, mistakes.
import type { NDArray } from '../../core/ndarray.ts'
import type { OpCase } from '../cases.ts'
import { addN } from './addN.ts'

const counts = [1, 2, 7, 8, 13, 14].map(
  (count): OpCase => ({
    name: `addN of ${count}`,
    inputs: Array.from({ length: count }, () => ({ shape: [3, 5] })),
    run: (arrays) => addN(...arrays),
  }),
)

/** All cases of addN. */
export const cases: readonly OpCase[] = [
  ...counts,
  { name: 'addN of one twice', inputs: [{ shape: [9] }], run: ([x]) => addN(x, x, x) },
  { name: 'addN of nothing', inputs: [{ shape: [0, 3] }, { shape: [0, 3] }], run: ([a, b]) => addN(a, b) },
  {
    name: 'addN of bytes',
    inputs: [
      { shape: [61], dtype: 'uint8', domain: [0, 256] },
      { shape: [61], dtype: 'uint8', domain: [0, 256] },
    ],
    run: ([a, b]) => addN(a, b, a),
  },
  {
    name: 'addN of two shapes',
    inputs: [{ shape: [2, 3] }, { shape: [3] }],
    run: ([a, b]) => addN(a, b),
    throws: '[addN] arrays must have one shape, got (2, 3) and (3,): nd.add broadcasts',
  },
  { name: 'addN of none', inputs: [], run: () => addN(), throws: '[addN] takes one array or more, got none' },
  {
    name: 'addN of a list',
    inputs: [{ shape: [2] }],
    run: ([a]) => addN([a] as unknown as NDArray),
    throws: '[addN] takes arrays, got ',
  },
]
