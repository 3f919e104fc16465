// Cases of cast: every pair of types, sizes around the vector's, values out of range.
import type { DType } from '../../core/dtype.ts'
import { kindOf } from '../../core/dtype.ts'
import { fromHalf } from '../../core/float16.ts'
import type { OpCase } from '../cases.ts'
import { cast } from './cast.ts'

const types = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const
const floats = { values: [0, -0, 1.5, -1.5, 2.99, -0.99, 255.5, 256, 300, -1, 2147483648, -3e9, Infinity, Number.NaN] }
const whole = { values: [0, 1, -1, 127, 128, 255, 256, -256, 65537, 16777217, 2 ** 31 - 1, -(2 ** 31)] }

const pairs: OpCase[] = types.flatMap((from: DType) =>
  types.flatMap((to) =>
    [0, 1, 3, 7, 8, 61, 16385].map((n) => ({
      name: `${n} ${from} to ${to}`,
      inputs: [{ shape: [n], dtype: from, domain: kindOf(from) === 'float' ? floats : whole }],
      run: ([x]) => cast(x, to),
    })),
  ),
)

/** Every float16, and float32s at, below and above the middle of neighbours of every size. */
const everyHalf = { values: Array.from({ length: 65536 }, (_, bits) => fromHalf(bits)) }
const word = new Float32Array(1)
const middles = {
  values: Array.from({ length: 3 * 2 ** 14 }, (_, i) => {
    // sizes from 2⁻²⁷ to 2¹⁷, a sign, and fractions that end in a middle of normal or subnormal halves
    const bits = ((100 + (Math.floor(i / 3) % 45)) << 23) | ((Math.imul(i, 0x9e3779b1) >>> 20) << 11)
    new Uint32Array(word.buffer)[0] = ((bits + (i % 3) - 1) | (i & 8 ? 0x80000000 : 0)) >>> 0
    return word[0]
  }),
}

const halves: OpCase[] = [
  { name: 'every float16', domain: everyHalf, from: 'float16', to: 'float32' } as const,
  { name: 'middles to float16', domain: middles, from: 'float32', to: 'float16' } as const,
].map(({ name, domain, from, to }) => ({
  name,
  inputs: [{ shape: [domain.values.length], dtype: from, domain }],
  run: ([x]) => cast(x, to),
  gradient: false,
}))

/** All cases of cast. */
export const cases: readonly OpCase[] = [
  ...pairs,
  ...halves,
  { name: 'images of bytes', inputs: [{ shape: [2, 3, 4, 5], dtype: 'uint8' }], run: ([x]) => cast(x, 'float32') },
  { name: 'a gradient', inputs: [{ shape: [2, 3] }], run: ([x]) => cast(x, x.dtype) },
]
