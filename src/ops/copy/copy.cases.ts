// Cases of copy.
import type { OpCase } from '../cases.ts'
import { assign, copy } from './copy.ts'

const special = { values: [Number.NaN, -0, 0, Infinity, -Infinity, 1e-45, 3] }
const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const

const copies: OpCase[] = [0, 1, 3, 16, 65, 16385, 70001].flatMap((n) =>
  dtypes.map((dtype) => ({
    name: `copy of ${n} ${dtype}`,
    inputs: [{ shape: [n], dtype }],
    run: ([x]) => copy(x),
    gradient: dtype === 'float32' && n < 100,
  })),
)

/** All cases of copy. */
export const cases: readonly OpCase[] = [
  ...copies,
  { name: 'copy of images', inputs: [{ shape: [2, 3, 4, 5] }], run: ([x]) => copy(x) },
  { name: 'copy of special values', inputs: [{ shape: [7], domain: special }], run: ([x]) => copy(x) },
  {
    name: 'assign',
    inputs: [{ shape: [2, 3, 4, 5] }, { shape: [2, 3, 4, 5] }],
    gradient: false,
    run([x, source]) {
      assign(x, source)
      return x
    },
  },
  {
    name: 'assign of another shape',
    inputs: [{ shape: [2] }, { shape: [3], dtype: 'int32' }],
    run([x, source]) {
      assign(x, source)
      return x
    },
    throws: '[copy] cannot write int32 (3,) into float32 (2,)',
  },
]
