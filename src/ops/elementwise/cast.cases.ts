// Cases of cast: every pair of types, sizes around the vector's, values out of range.
import type { DType } from '../../core/dtype.ts'
import type { OpCase } from '../cases.ts'
import { cast } from './cast.ts'

const types = ['float32', 'int32', 'uint8'] as const
const floats = { values: [0, -0, 1.5, -1.5, 2.99, -0.99, 255.5, 256, 300, -1, 2147483648, -3e9, Infinity, Number.NaN] }
const whole = { values: [0, 1, -1, 127, 128, 255, 256, -256, 65537, 16777217, 2 ** 31 - 1, -(2 ** 31)] }

const pairs: OpCase[] = types.flatMap((from: DType) =>
  types.flatMap((to) =>
    [0, 1, 3, 7, 8, 61, 16385].map((n) => ({
      name: `${n} ${from} to ${to}`,
      inputs: [{ shape: [n], dtype: from, domain: from === 'float32' ? floats : whole }],
      run: ([x]) => cast(x, to),
    })),
  ),
)

/** All cases of cast. */
export const cases: readonly OpCase[] = [
  ...pairs,
  { name: 'images of bytes', inputs: [{ shape: [2, 3, 4, 5], dtype: 'uint8' }], run: ([x]) => cast(x, 'float32') },
  { name: 'a gradient', inputs: [{ shape: [2, 3] }], run: ([x]) => cast(x, x.dtype) },
]
