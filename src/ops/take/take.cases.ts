// Cases of take, pick and oneHot: every axis, dtypes of data and indices, indices out of range, repeated and missing.
import { shapeOf } from '../../core/shape.ts'
import type { CaseInput, Domain, OpCase } from '../cases.ts'
import { sumOf } from '../tolerance.ts'
import { oneHot, pick, pickGradient, take, takeGradient } from './index.ts'

const dtypes = ['float32', 'int32', 'uint8', 'int8', 'float16'] as const
const around: Domain = { values: [2, 0, -1, 2.9, 7, 1e9, -1e9, Number.NaN, 1, 1, 1] }
const within: Domain = { values: [2, 0, 1, 1, 2, 0, 2, 2] }

interface Taken {
  readonly shape: readonly number[]
  readonly axis: number
  readonly indices: readonly number[]
}

const takes: readonly Taken[] = [
  { shape: [4], axis: 0, indices: [9] },
  { shape: [4, 1], axis: 0, indices: [2, 3] },
  { shape: [4, 7], axis: 0, indices: [11] },
  { shape: [5, 4], axis: 1, indices: [6] },
  { shape: [2, 3, 67], axis: -2, indices: [5] },
  { shape: [3, 5, 6, 4], axis: 0, indices: [7] },
  { shape: [3, 5, 6, 4], axis: 1, indices: [2] },
  { shape: [3, 40000], axis: 0, indices: [5] },
  { shape: [4000, 13], axis: 0, indices: [3000] },
  { shape: [3, 5], axis: 0, indices: [0] },
  { shape: [0, 5], axis: 1, indices: [3] },
]

const everyTake = takes.flatMap(({ shape, axis, indices }): OpCase[] => {
  const name = `(${shape.join(', ')}) along ${axis} by (${indices.join(', ')})`
  const run: OpCase['run'] = ([a, i]) => take(a, i, { axis })
  return [
    ...dtypes.map((dtype) => ({
      name: `take ${dtype} ${name}`,
      inputs: [
        { shape, dtype },
        { shape: indices, dtype: 'int32' as const, domain: [-2, 6] as const },
      ],
      run,
      gradient: dtype === 'float32',
    })),
    {
      name: `take by floats, ${name}`,
      inputs: [{ shape }, { shape: indices, domain: around }],
      run,
      gradient: false,
    },
  ]
})

const images: OpCase = {
  name: 'take images of bytes by bytes',
  inputs: [
    { shape: [60, 28, 28, 1], dtype: 'uint8', domain: [0, 256] },
    { shape: [33], dtype: 'uint8', domain: [0, 60] },
  ],
  run: ([a, i]) => take(a, i),
}

const repeated: OpCase = {
  name: 'take one row again and again',
  inputs: [{ shape: [3, 5] }, { shape: [500], dtype: 'int32', domain: { values: [1] } }],
  run: ([a, i]) => take(a, i),
  tolerance: sumOf(500),
  gradient: true,
}

interface Picked {
  readonly shape: readonly number[]
  readonly axis: number
  readonly index: readonly number[]
  readonly keepdims?: boolean
}

const picks: readonly Picked[] = [
  { shape: [3], axis: 0, index: [1] },
  { shape: [7, 3], axis: -1, index: [7] },
  { shape: [7, 3], axis: 1, index: [7, 1], keepdims: true },
  { shape: [3, 9], axis: 0, index: [9] },
  { shape: [2, 3, 5], axis: 1, index: [2, 5], keepdims: true },
  { shape: [2, 3, 4, 5], axis: 1, index: [2, 4, 5] },
  { shape: [2, 3, 4, 5], axis: 1, index: [2, 1, 4, 5], keepdims: true },
  { shape: [2, 4, 3, 5], axis: 2, index: [2, 4, 5] },
  { shape: [30000, 3], axis: 1, index: [30000] },
  { shape: [0, 3], axis: 1, index: [0] },
]

const everyPick = picks.flatMap(({ shape, axis, index, keepdims = false }): OpCase[] => {
  const name = `(${shape.join(', ')}) along ${axis} by (${index.join(', ')})${keepdims ? ', kept' : ''}`
  const run: OpCase['run'] = ([data, i]) => pick(data, i, { axis, keepdims })
  const inputs = (dtype: CaseInput['dtype'] & string, i: Omit<CaseInput, 'shape'>): CaseInput[] => [
    { shape, dtype },
    { shape: index, ...i },
  ]
  return [
    ...dtypes.map((dtype) => ({
      name: `pick ${dtype} ${name}`,
      inputs: inputs(dtype, { dtype: 'int32', domain: within }),
      run,
      gradient: dtype === 'float32',
    })),
    { name: `pick by floats, ${name}`, inputs: inputs('float32', { domain: around }), run, gradient: false },
    { name: `pick by bytes, ${name}`, inputs: inputs('float32', { dtype: 'uint8', domain: within }), run },
  ]
})

const oneHots = dtypes.flatMap((dtype) =>
  [1, 3, 10, 67].flatMap((depth): OpCase[] => [
    {
      name: `oneHot ${dtype} of floats, depth ${depth}`,
      inputs: [{ shape: [11], domain: around }],
      run: ([x]) => oneHot(x, depth, { dtype }),
      gradient: false,
    },
    {
      name: `oneHot ${dtype} with values on and off, depth ${depth}`,
      inputs: [{ shape: [3, 5], dtype: 'int32', domain: [-1, 8] }],
      run: ([x]) => oneHot(x, depth, { dtype, onValue: 7, offValue: 2 }),
    },
  ]),
)

const others: OpCase[] = [
  {
    name: 'gradient of the gradient of take',
    inputs: [{ shape: [2, 9, 3] }, { shape: [9], dtype: 'int32', domain: [-1, 6] }],
    run: ([dy, i]) => takeGradient(dy, i, { axis: 1, shape: shapeOf([2, 5, 3]) }),
    tolerance: sumOf(9),
    gradient: true,
  },
  {
    name: 'gradient of the gradient of pick',
    inputs: [{ shape: [2, 9] }, { shape: [2, 9], dtype: 'int32', domain: [-1, 6] }],
    run: ([dy, i]) => pickGradient(dy, i, { axis: 1, keepDims: false, shape: shapeOf([2, 5, 9]) }),
    gradient: true,
  },
  {
    name: 'oneHot of many bytes',
    inputs: [{ shape: [20001], dtype: 'uint8', domain: [0, 10] }],
    run: ([x]) => oneHot(x, 10),
  },
  { name: 'oneHot of nothing', inputs: [{ shape: [0], dtype: 'int32' }], run: ([x]) => oneHot(x, 3) },
]

const wrong: OpCase[] = [
  {
    name: 'oneHot with a value that the type has not',
    inputs: [{ shape: [2] }],
    run: ([x]) => oneHot(x, 3, { dtype: 'uint8', offValue: -1 }),
    throws: "[oneHot] uint8 can't hold -1: expected an integer from 0 to 255",
  },
  {
    name: 'a gradient of integers',
    inputs: [
      { shape: [2, 3], dtype: 'int32' },
      { shape: [2], dtype: 'int32' },
    ],
    run: ([dy, i]) => takeGradient(dy, i, { axis: 0, shape: shapeOf([5, 3]) }),
    throws: '[takeGradient] dy must be float32, got int32',
  },
  {
    name: 'oneHot of depth 0',
    inputs: [{ shape: [2], dtype: 'int32' }],
    run: ([x]) => oneHot(x, 0),
    throws: '[oneHot] depth must be a positive integer, got 0',
  },
  {
    name: 'nothing to take',
    inputs: [{ shape: [0, 2] }, { shape: [1], dtype: 'int32' }],
    run: ([a, i]) => take(a, i),
    throws: '[take] axis 0 of (0, 2) has nothing to take',
  },
  {
    name: 'an index for each element',
    inputs: [{ shape: [2, 3] }, { shape: [2, 3], dtype: 'int32' }],
    run: ([data, i]) => pick(data, i),
    throws: '[pick] wrong shape of index: got (2, 3), expected (2,) or (2, 1) for (2, 3)',
  },
]

/** All cases of take, pick and oneHot. */
export const cases: readonly OpCase[] = [...everyTake, images, repeated, ...everyPick, ...oneHots, ...others, ...wrong]
