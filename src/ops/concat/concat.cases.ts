// Cases of concat, split and stack: axes, parts of different and of no size, dtypes, errors.
import type { OpCase } from '../cases.ts'
import { transpose } from '../view/transpose.ts'
import { concat, split, splitSizes } from './concat.ts'
import { stack } from './stack.ts'

const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const

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

const stacked: [shape: readonly number[], axis: number, parts: number][] = [
  [[], 0, 3],
  [[3], 0, 1],
  [[3], -1, 2],
  [[0, 2], 1, 2],
  [[2, 3, 5], 1, 3],
  [[2, 3, 5, 7], 1, 2],
  [[2, 3, 5], -1, 2],
  [[3, 5, 7], 0, 4],
]
const stacks: OpCase[] = stacked.flatMap(([shape, axis, parts]) =>
  dtypes.map((dtype) => ({
    name: `stack of ${parts} ${dtype} (${shape}) along ${axis}`,
    inputs: Array.from({ length: parts }, () => ({ shape, dtype })),
    run: (arrays) => stack(...arrays, { axis }),
  })),
)

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
  {
    name: 'concat of images that lie in two orders',
    inputs: [{ shape: [2, 3, 4, 5] }, { shape: [2, 6, 5, 4] }],
    run: ([a, b]) => concat(a, transpose(b, [0, 1, 3, 2])),
  },
  {
    name: 'stack of two dtypes',
    inputs: [{ shape: [2] }, { shape: [2], dtype: 'int32' }],
    run: ([a, b]) => stack(a, b),
    throws: '[stack] arrays must have one dtype, got float32 and int32: use astype',
  },
  {
    name: 'stack along an axis that is not there',
    inputs: [{ shape: [2] }],
    run: ([a]) => stack(a, { axis: 2 }),
    throws: '[stack] axis 2 is out of range: the array has 2 dimensions',
  },
  { name: 'concat of nothing', inputs: [], run: () => concat(), throws: '[concat] takes at least one array, got none' },
  {
    name: 'split that does not divide',
    inputs: [{ shape: [2, 5] }],
    run: ([x]) => split(x, 2),
    throws: '[split] cannot cut axis 1 of (2, 5) into 2 equal parts',
  },
]

/** All cases of concat, split and stack. */
export const cases: readonly OpCase[] = [...concats, ...splits, ...stacks, ...others]
