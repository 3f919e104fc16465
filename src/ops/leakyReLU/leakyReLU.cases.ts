// Cases of leakyReLU and swish.
import type { OpCase } from '../cases.ts'
import { looser } from '../tolerance.ts'
import { type LeakyReLUOptions, leakyReLU, swish } from './leakyReLU.ts'

const special = { values: [0, -0, 1, -1, 0.5, -2.5, 1e-40, 3e38, -3e38, Infinity, -Infinity, Number.NaN] }
const around = looser({ relative: 1e-6, absolute: 4e-7 }, '1 + erf(x) and the exponential cancel below zero')
const kinds: readonly LeakyReLUOptions[] = [
  {},
  { slope: 0.01 },
  { actType: 'elu', slope: 1.5 },
  { actType: 'selu' },
  { actType: 'gelu' },
]
const named = ({ actType = 'leaky', slope }: LeakyReLUOptions) =>
  slope === undefined ? actType : `${actType} ${slope}`

const ofKinds = kinds.flatMap((options): OpCase[] =>
  [[0], [1], [7], [61], [2, 3, 4, 5]].map((shape) => ({
    name: `leakyReLU ${named(options)} of (${shape})`,
    inputs: [{ shape, domain: [-6, 6] }],
    run: ([x]) => leakyReLU(x, options),
    tolerance: around,
  })),
)

const ofSpecial = kinds.map(
  (options): OpCase => ({
    name: `leakyReLU ${named(options)} of special values`,
    inputs: [{ shape: [61], domain: special }],
    run: ([x]) => leakyReLU(x, options),
    tolerance: around,
  }),
)

const slopes: readonly [x: readonly number[], gamma: readonly number[]][] = [
  [[5], [1]],
  [[3, 4], [4]],
  [[2, 3, 4, 5], [3]],
  [
    [2, 3, 4, 5],
    [1, 1],
  ],
  [[1, 1, 7], [1]],
]

const learned = slopes.map(
  ([x, gamma]): OpCase => ({
    name: `leakyReLU prelu of (${x}) by (${gamma})`,
    inputs: [{ shape: x, domain: [-6, 6] }, { shape: gamma }],
    run: ([x, gamma]) => leakyReLU(x, { actType: 'prelu', gamma }),
  }),
)

const swishes = [1, 0.5].flatMap((beta): OpCase[] => [
  {
    name: `swish ${beta}`,
    inputs: [{ shape: [3, 4, 5], domain: [-6, 6] }],
    run: ([x]) => swish(x, beta),
    tolerance: around,
  },
  {
    name: `swish ${beta} of special values`,
    inputs: [{ shape: [61], domain: special }],
    run: ([x]) => swish(x, beta),
    tolerance: around,
  },
])

const errors: OpCase[] = [
  {
    name: 'leakyReLU of integers',
    inputs: [{ shape: [2], dtype: 'int32' }],
    run: ([x]) => leakyReLU(x),
    throws: "[leakyReLU] cannot take int32, expected float32: use astype('float32')",
  },
  {
    name: 'leakyReLU of an unknown kind',
    inputs: [{ shape: [2] }],
    run: ([x]) => leakyReLU(x, { actType: 'relu6' as 'elu' }),
    throws: "[leakyReLU] actType must be one of leaky, prelu, rrelu, elu, selu, gelu, got 'relu6'",
  },
  {
    name: 'leakyReLU prelu without a slope',
    inputs: [{ shape: [2] }],
    run: ([x]) => leakyReLU(x, { actType: 'prelu' }),
    throws: "[leakyReLU] 'prelu' takes its slope as { gamma }, an array, got undefined",
  },
  {
    name: 'leakyReLU prelu with too many slopes',
    inputs: [{ shape: [2, 3] }, { shape: [2] }],
    run: ([x, gamma]) => leakyReLU(x, { actType: 'prelu', gamma }),
    throws: '[leakyReLU] gamma must be (1,) or one slope for each channel, axis 1 of (2, 3), got (2,)',
  },
  {
    name: 'leakyReLU with a slope that it does not take',
    inputs: [{ shape: [2] }, { shape: [1] }],
    run: ([x, gamma]) => leakyReLU(x, { gamma }),
    throws: "[leakyReLU] gamma is the slope of 'prelu', got it with 'leaky'",
  },
  {
    name: 'leakyReLU rrelu between wrong bounds',
    inputs: [{ shape: [2] }],
    run: ([x]) => leakyReLU(x, { actType: 'rrelu', lowerBound: 0.5 }),
    throws: '[leakyReLU] lowerBound must be at most upperBound, got 0.5 and 0.334',
  },
]

/** All cases of leakyReLU and swish. */
export const cases: readonly OpCase[] = [...ofKinds, ...ofSpecial, ...learned, ...swishes, ...errors]
