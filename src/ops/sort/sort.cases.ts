// Cases of sort, argsort and topk: axes, both directions, every dtype, ties, NaN, infinities, −0, rows of no and one element.
import type { CaseInput, Domain, OpCase } from '../cases.ts'
import { argsort, sort, topk } from './sort.ts'

const dtypes = ['float32', 'int32', 'uint8', 'int8'] as const
const whole: Readonly<Record<(typeof dtypes)[number], Domain>> = {
  float32: { values: [3, -0, 0, Number.NaN, -Infinity, 1e-45, Infinity, -1e-45, 2, 2, -3.4e38, 1, 1, -7.5, 0.1] },
  int32: { values: [5, -(2 ** 31), 2 ** 31 - 1, 0, -1, 5, 5, 65536, -7, 256] },
  uint8: { values: [0, 255, 3, 3, 128, 127, 1] },
  int8: { values: [0, -128, 127, 3, 3, -1, 64] },
}

const shapes: readonly (readonly [shape: readonly number[], axis: number | null])[] = [
  [[1], 0],
  [[2], 0],
  [[15], 0],
  [[0], 0],
  [[3, 0], 1],
  [[0, 3], 1],
  [[3, 1], -1],
  [[7, 33], -1],
  [[33, 7], 0],
  [[3, 5, 7], 1],
  [[2, 3, 5], null],
  [[500, 3], 1],
]

const edges = shapes.flatMap(([shape, axis]) =>
  dtypes.flatMap((dtype): OpCase[] => {
    const inputs: readonly CaseInput[] = [{ shape, dtype, domain: whole[dtype] }]
    const name = `of ${dtype} (${shape.join(', ')}) along ${axis}`
    return [
      { name: `sort ${name}`, inputs, run: ([x]) => sort(x, { axis }) },
      { name: `argsort downward ${name}`, inputs, run: ([x]) => argsort(x, { axis, isAscend: false, dtype: 'int32' }) },
    ]
  }),
)

/** About as many values as elements, and a few that come again and again. */
const random: Domain = [-1, 1]
const ties: Domain = [-20, 20]

const long: OpCase[] = [
  {
    name: 'sort of one row of 2048',
    inputs: [{ shape: [2048], domain: random }],
    run: ([x]) => sort(x),
    gradient: false,
  },
  {
    name: 'sort of rows of 2049',
    inputs: [{ shape: [3, 2049], domain: random }],
    run: ([x]) => sort(x),
    // neighbours are nearer than the steps of a central difference
    gradient: false,
  },
  {
    name: 'argsort of rows of 10,001 with ties',
    inputs: [{ shape: [2, 10001], dtype: 'int32', domain: ties }],
    run: ([x]) => argsort(x, { isAscend: false }),
  },
  {
    name: 'topk of 20,000',
    inputs: [{ shape: [20000], domain: random }],
    run: ([x]) => topk(x, { k: 9, retTyp: 'both', dtype: 'int32' }),
    gradient: false,
  },
]

const smooth: OpCase[] = [
  { name: 'sort', inputs: [{ shape: [4, 9] }], run: ([x]) => sort(x) },
  {
    name: 'sort downward along axis 0',
    inputs: [{ shape: [9, 4] }],
    run: ([x]) => sort(x, { axis: 0, isAscend: false }),
  },
  { name: 'sort of all', inputs: [{ shape: [3, 2, 4] }], run: ([x]) => sort(x, { axis: null }) },
  { name: 'topk, values', inputs: [{ shape: [5, 8] }], run: ([x]) => topk(x, { k: 3, retTyp: 'value' }) },
  {
    name: 'topk, the smallest along axis 1',
    inputs: [{ shape: [2, 7, 3] }],
    run: ([x]) => topk(x, { k: 2, retTyp: 'value', isAscend: true, axis: 1 }),
  },
  { name: 'topk, all values', inputs: [{ shape: [5, 8] }], run: ([x]) => topk(x, { k: 0, retTyp: 'value' }) },
]

const kinds: OpCase[] = dtypes.flatMap((dtype) => {
  const inputs: readonly CaseInput[] = [{ shape: [4, 11], dtype, domain: whole[dtype] }]
  return [
    { name: `topk of ${dtype}, places`, inputs, run: ([x]) => topk(x) },
    { name: `topk of ${dtype}, mask`, inputs, run: ([x]) => topk(x, { k: 3, retTyp: 'mask', axis: 0 }) },
    { name: `topk of ${dtype}, mask of all`, inputs, run: ([x]) => topk(x, { k: 5, retTyp: 'mask', axis: null }) },
    { name: `topk of ${dtype}, both`, inputs, run: ([x]) => topk(x, { k: 2, retTyp: 'both', axis: null }) },
  ]
})

const wrong: OpCase[] = [
  {
    name: 'topk of more than there are',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => topk(x, { k: 4 }),
    throws: '[topk] k must be at most 3, the size of axis 1 of (2, 3), got 4',
  },
  {
    name: 'topk of an unknown kind',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => topk(x, { retTyp: 'values' as 'value' }),
    throws: "[topk] retTyp must be 'value', 'indices', 'mask', 'both', got 'values'",
  },
  {
    name: 'argsort along an axis that is not there',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => argsort(x, { axis: 2 }),
    throws: '[argsort] axis 2 is out of range: the array has 2 dimensions',
  },
  {
    name: 'argsort to bytes',
    inputs: [{ shape: [300] }],
    run: ([x]) => argsort(x, { dtype: 'uint8' }),
    throws: "[argsort] uint8 does not hold every place of axis 0 of (300,): expected { dtype: 'int32' }",
  },
  {
    name: 'sort of halves',
    inputs: [{ shape: [3], dtype: 'float16' }],
    run: ([x]) => sort(x),
    throws: "[sort] cannot take float16, expected float32: use astype('float32')",
  },
  {
    name: 'sort by a word',
    inputs: [{ shape: [3] }],
    run: ([x]) => sort(x, { isAscend: 'down' as unknown as boolean }),
    throws: "[sort] isAscend must be true or false, got 'down'",
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [...edges, ...long, ...smooth, ...kinds, ...wrong]
