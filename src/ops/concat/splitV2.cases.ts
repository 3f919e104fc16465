// Cases of splitV2 and concatenate: indices from either end, parts without elements, an axis taken away, mistakes.
import type { OpCase } from '../cases.ts'
import { concatenate, splitV2 } from './splitV2.ts'

const dtypes = ['float32', 'int32', 'uint8'] as const

const right: OpCase[] = dtypes.flatMap((dtype): OpCase[] => [
  { name: `splitV2 of ${dtype} in three`, inputs: [{ shape: [6, 5], dtype }], run: ([x]) => splitV2(x, 3) },
  {
    name: `splitV2 of ${dtype} at indices`,
    inputs: [{ shape: [2, 7, 3], dtype }],
    run: ([x]) => splitV2(x, [2, 2, -1], { axis: 1 }),
  },
  { name: `splitV2 of ${dtype} at none`, inputs: [{ shape: [4], dtype }], run: ([x]) => splitV2(x, []) },
  {
    name: `splitV2 of ${dtype} without the axis`,
    inputs: [{ shape: [4, 3], dtype }],
    run: ([x]) => splitV2(x, 3, { axis: -1, squeezeAxis: true }),
  },
  {
    name: `concatenate of ${dtype}`,
    inputs: [
      { shape: [2, 3], dtype },
      { shape: [4, 3], dtype },
    ],
    run: (arrays) => concatenate(arrays),
  },
])

const wrong: OpCase[] = [
  {
    name: 'splitV2 at descending indices',
    inputs: [{ shape: [5, 2] }],
    run: ([x]) => splitV2(x, [3, 2]),
    throws: '[splitV2] indices must be ascending integers from 0 to 5, got (3, 2) for axis 0 of (5, 2)',
  },
  {
    name: 'splitV2 that does not divide',
    inputs: [{ shape: [5, 2] }],
    run: ([x]) => splitV2(x, 2),
    throws: '[splitV2] cannot cut axis 0 of (5, 2) into 2 equal parts',
  },
  {
    name: 'concatenate of arrays one by one',
    inputs: [{ shape: [5, 2] }],
    run: ([x]) => concatenate(x as never),
    throws: '[concatenate] takes a list of arrays, got an NDArray',
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [...right, ...wrong]
