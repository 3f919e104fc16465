// Cases of concat and split: axes, parts of different and of no size, dtypes, errors.
import type { OpCase } from '../cases.ts'
import { concat, split, splitSizes } from './concat.ts'

const dtypes = ['float32', 'int32', 'uint8'] as const

const joined: [dim: number, ...shapes: (readonly number[])[]][] = [
  [0, [3]],
  [0, [3], [1], [4]],
  [0, [0], [2]],
  [1, [2, 3], [2, 5]],
  [1, [2, 3], [2, 0], [2, 1]],
  [-1, [2, 3, 4], [2, 3, 9]],
  [1, [2, 3, 4, 5], [2, 6, 4, 5], [2, 1, 4, 5]],
  [2, [2, 3, 4, 5], [2, 3, 1, 5]],
  [0, [300, 70], [5, 70]],
  [1, [3, 20000], [3, 20001]],
]
const concats: OpCase[] = joined.flatMap(([dim, ...shapes]) =>
  dtypes.map((dtype) => ({
    name: `concat of ${dtype} ${shapes.map((shape) => `(${shape})`).join(' ')} along ${dim}`,
    inputs: shapes.map((shape) => ({ shape, dtype })),
    run: (arrays) => concat(...arrays, { dim }),
    gradient: dtype === 'float32' && shapes.flat().every((n) => n < 50),
  })),
)

const splits: OpCase[] = dtypes.flatMap((dtype) => [
  { name: `split of ${dtype}`, inputs: [{ shape: [2, 6, 3], dtype }], run: ([x]) => split(x, 3) },
  { name: `split of ${dtype} in one`, inputs: [{ shape: [2, 6], dtype }], run: ([x]) => split(x, 1, { axis: 0 }) },
  { name: `split of ${dtype} images`, inputs: [{ shape: [2, 6, 3, 3], dtype }], run: ([x]) => split(x, 2) },
  { name: `splitSizes of ${dtype}`, inputs: [{ shape: [7, 3], dtype }], run: ([x]) => splitSizes(x, 0, [3, 0, 4]) },
])

const others: OpCase[] = [
  { name: 'concat along 1 by default', inputs: [{ shape: [2, 3] }, { shape: [2, 1] }], run: ([a, b]) => concat(a, b) },
  { name: 'concat of one array twice', inputs: [{ shape: [2, 3] }], run: ([x]) => concat(x, x) },
  { name: 'the first part only', inputs: [{ shape: [2, 6] }], run: ([x]) => split(x, 3)[0] },
  {
    name: 'concat of sizes that differ',
    inputs: [{ shape: [2, 3] }, { shape: [3, 3] }],
    run: ([a, b]) => concat(a, b),
    throws: '[concat] arrays must have equal sizes but on axis 1, got (2, 3) and (3, 3)',
  },
  {
    name: 'concat of two dtypes',
    inputs: [{ shape: [2] }, { shape: [2], dtype: 'int32' }],
    run: ([a, b]) => concat(a, b, { dim: 0 }),
    throws: '[concat] arrays must have one dtype, got float32 and int32: use astype',
  },
  { name: 'concat of nothing', inputs: [], run: () => concat(), throws: '[concat] takes at least one array, got none' },
  {
    name: 'split that does not divide',
    inputs: [{ shape: [2, 5] }],
    run: ([x]) => split(x, 2),
    throws: '[split] cannot cut axis 1 of (2, 5) into 2 equal parts',
  },
]

/** All cases of concat and split. */
export const cases: readonly OpCase[] = [...concats, ...splits, ...others]
