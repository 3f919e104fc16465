// Cases of reshape, transpose and broadcastTo.
import type { OpCase } from '../cases.ts'
import { exact, sumOf } from '../tolerance.ts'
import { broadcastTo } from './broadcastTo.ts'
import { expandDims, flatten, reshape, squeeze, withShape } from './reshape.ts'
import { swapaxes, transpose } from './transpose.ts'

const special = { values: [Number.NaN, -0, 0, Infinity, -Infinity, 1e-45, 3] }
const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const

const transposed: [shape: readonly number[], axes: readonly number[]][] = [
  [[], []],
  [[5], [0]],
  [
    [0, 3],
    [1, 0],
  ],
  [
    [1, 7],
    [1, 0],
  ],
  [
    [3, 5],
    [1, 0],
  ],
  [
    [64, 64],
    [1, 0],
  ],
  [
    [67, 130],
    [1, 0],
  ],
  // rows that crowd a cache, whole tiles and parts of one
  [
    [75, 256],
    [1, 0],
  ],
  [
    [2, 70, 1024],
    [2, 0, 1],
  ],
  [
    [300, 3],
    [1, 0],
  ],
  [
    [3, 300],
    [1, 0],
  ],
  [
    [2, 3, 4],
    [0, 2, 1],
  ],
  [
    [2, 3, 4],
    [1, 0, 2],
  ],
  [
    [2, 3, 4],
    [2, 1, 0],
  ],
  [
    [2, 3, 4],
    [2, 0, 1],
  ],
  [
    [5, 6, 7, 8],
    [0, 2, 3, 1],
  ],
  [
    [5, 6, 7, 8],
    [3, 1, 2, 0],
  ],
  [
    [5, 6, 7, 8],
    [1, 0, 3, 2],
  ],
  [
    [2, 70, 3, 66],
    [2, 3, 0, 1],
  ],
  [
    [2, 3, 2, 3, 2, 3, 2],
    [6, 4, 2, 0, 5, 3, 1],
  ],
  [
    [2, 2, 2, 2, 2, 2, 2, 2],
    [1, 0, 3, 2, 5, 4, 7, 6],
  ],
]
const transposes: OpCase[] = transposed.flatMap(([shape, axes]) =>
  dtypes.map((dtype) => ({
    name: `transpose of ${dtype} (${shape}) to (${axes})`,
    inputs: [{ shape, dtype, ...(dtype === 'float32' && { domain: [-9, 9] as const }) }],
    run: ([x]) => transpose(x, axes),
  })),
)

const repeated: [from: readonly number[], to: readonly number[]][] = [
  [[], [3]],
  [[1], [1]],
  [[1], [0]],
  [[5], [3, 5]],
  [
    [3, 1],
    [3, 5],
  ],
  [
    [1, 3, 1, 1],
    [2, 3, 4, 5],
  ],
  [
    [3, 1, 1],
    [2, 3, 4, 5],
  ],
  [
    [2, 1, 4, 1],
    [2, 3, 4, 5],
  ],
  [
    [1, 2, 1, 3, 1, 2],
    [2, 2, 2, 3, 2, 2],
  ],
  [
    [1, 300],
    [70, 300],
  ],
  [
    [3, 1],
    [3, 40000],
  ],
]
const repetitions: OpCase[] = repeated.flatMap(([from, to]) =>
  dtypes.map((dtype) => ({
    name: `broadcastTo of ${dtype} (${from}) to (${to})`,
    inputs: [{ shape: from, dtype }],
    run: ([x]) => broadcastTo(x, to),
    gradient: dtype === 'float32' && to.reduce((product, n) => product * n, 1) < 1000,
  })),
)

const shapes: OpCase[] = [
  { name: 'reshape to (-1, 4)', inputs: [{ shape: [2, 3, 4] }], run: ([x]) => reshape(x, [-1, 4]) },
  { name: 'reshape of images', inputs: [{ shape: [2, 3, 4, 5] }], run: ([x]) => reshape(x, [2, -1]) },
  { name: 'reshape with 0 and -2', inputs: [{ shape: [2, 3, 4] }], run: ([x]) => reshape(x, [0, -2]) },
  { name: 'reshape with -3', inputs: [{ shape: [2, 3, 4] }], run: ([x]) => reshape(x, [-3, 4]) },
  { name: 'reshape with -4', inputs: [{ shape: [6, 4] }], run: ([x]) => reshape(x, [-4, 2, -1, 4]) },
  { name: 'reshape of special values', inputs: [{ shape: [7], domain: special }], run: ([x]) => reshape(x, [7, 1]) },
  { name: 'flatten', inputs: [{ shape: [2, 3, 4, 5] }], run: ([x]) => flatten(x) },
  { name: 'reshape of no rows to 0 and -1', inputs: [{ shape: [0, 3, 2] }], run: ([x]) => reshape(x, [0, -1]) },
  { name: 'reshape of empty rows to -1 and 0', inputs: [{ shape: [3, 0] }], run: ([x]) => reshape(x, [-1, 0]) },
  {
    name: 'reshape, back through a shape with a size of 0',
    inputs: [{ shape: [3, 0, 2] }],
    run: ([x]) => withShape(flatten(x), [0, 3]),
  },
  {
    name: 'reshape with a size that could be any',
    inputs: [{ shape: [2, 0] }],
    run: ([x]) => reshape(x, [-3, -1]),
    throws: "[reshape] cannot reshape (2, 0) to (-3, -1): the sizes don't divide",
  },
  { name: 'flatten of nothing', inputs: [{ shape: [0, 3, 2] }], run: ([x]) => flatten(x) },
  { name: 'expandDims', inputs: [{ shape: [2, 3] }], run: ([x]) => [expandDims(x, 1), expandDims(x, -1)] },
  { name: 'squeeze', inputs: [{ shape: [1, 3, 1] }], run: ([x]) => [squeeze(x), squeeze(x, 0), squeeze(x, [0, 2])] },
  { name: 'swapaxes', inputs: [{ shape: [2, 3, 4] }], run: ([x]) => swapaxes(x, 0, -1) },
  { name: 'transpose reverses', inputs: [{ shape: [2, 3, 4] }], run: ([x]) => transpose(x) },
  {
    name: 'transpose of special values',
    inputs: [{ shape: [7, 9], domain: special }],
    run: ([x]) => transpose(x),
    tolerance: exact,
  },
  {
    name: 'a gradient over a repetition',
    inputs: [{ shape: [3, 1] }],
    run: ([x]) => broadcastTo(x, [2, 3, 50]),
    tolerance: sumOf(100),
  },
]

const errors: OpCase[] = [
  {
    name: 'reshape to another size',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => reshape(x, [5]),
    throws: '[reshape] cannot reshape (2, 3) of 6 elements to (5,)',
  },
  {
    name: 'squeeze of a longer axis',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => squeeze(x, 1),
    throws: '[squeeze] axis 1 of (2, 3) has size 3, expected 1',
  },
  {
    name: 'transpose with an axis twice',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => transpose(x, [0, 0]),
    throws: '[transpose] axes must name each of 2 axes once, got (0, 0)',
  },
  {
    name: 'broadcastTo fewer axes',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => broadcastTo(x, [3]),
    throws: '[broadcastTo] cannot repeat (2, 3) to (3,)',
  },
]

/** All cases of reshape, transpose and broadcastTo. */
export const cases: readonly OpCase[] = [...transposes, ...repetitions, ...shapes, ...errors]
