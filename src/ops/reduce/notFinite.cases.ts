// Cases of notFinite: NaN, both infinities, and the largest and smallest numbers that are none.
import type { OpCase } from '../cases.ts'
import { exact } from '../tolerance.ts'
import { countNotFinite } from './notFinite.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
const values = [1, nan, -2, infinity, 3.4028234663852886e38, -infinity, -3.4028234663852886e38, 0, -0, 1e-45, nan]

const counted = [[1], [11], [3, 5, 7], [2, 700], [0, 3]].flatMap((shape) =>
  (['float32', 'float16'] as const).map(
    (dtype): OpCase => ({
      name: `notFinite of ${dtype} (${shape})`,
      inputs: [{ shape, dtype, domain: { values } }],
      run: ([x]) => countNotFinite(x),
      tolerance: exact,
      gradient: false,
    }),
  ),
)

/** All cases. */
export const cases: readonly OpCase[] = [
  ...counted,
  {
    name: 'notFinite of integers',
    inputs: [{ shape: [3], dtype: 'int32' }],
    run: ([x]) => countNotFinite(x),
    throws: "[notFinite] cannot take int32, expected float32: use astype('float32')",
  },
]
