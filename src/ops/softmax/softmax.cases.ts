// Cases of softmax and cross-entropy: rows and columns of any length, every axis, large and infinite logits, labels.

import type { NDArray } from '../../core/ndarray.ts'
import type { CaseInput, Domain, OpCase } from '../cases.ts'
import { looser } from '../tolerance.ts'
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './crossEntropy.ts'
import { logSoftmax, softmax, softmin } from './softmax.ts'

/** x − m is rounded before the exponential sees it: ε/2 · |x − m| of a relative error of the result. */
const shifted = (range: number) =>
  looser({ relative: 2e-6 + 2 ** -24 * range, absolute: 2e-6 }, 'the difference to the maximum is rounded')

const shapes: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[1], 0],
  [[0, 5], 1],
  [[3, 1], 1],
  [[5, 10], 1],
  [[5, 10], 0],
  [[7, 13], -1],
  [[2, 1003], 1],
  [[1, 40000], 1],
  [[300, 67], 1],
  [[3, 4, 5], 1],
  [[2, 3, 70], 1],
  [[40, 700], 0],
  [[2, 21, 5, 6], 1],
  [[2, 21, 5, 6], 2],
  [[2, 3, 5, 6], 3],
  [[2, 5, 1, 1], 1],
]

const everyAxis = shapes.flatMap(([shape, axis]): OpCase[] =>
  [softmax, logSoftmax].map((run) => ({
    name: `${run.name} of (${shape.join(', ')}) along ${axis}`,
    inputs: [{ shape, domain: [-3, 3] }],
    run: ([x]) => run(x, { axis }),
    tolerance: shifted(6),
  })),
)

const large = { values: [1e4, -1e4, 3e38, -3e38, 88, -Infinity, 0, -0, 1e-40, -Infinity, 5] }
const lost = { values: [1, Infinity, 2, Number.NaN, 3, 4, -Infinity, -Infinity, -Infinity, -Infinity] }

const extremes = [softmax, logSoftmax].flatMap((run): OpCase[] =>
  [0, 1].flatMap((axis) => [
    {
      name: `${run.name} of large logits along ${axis}`,
      inputs: [{ shape: [7, 9], domain: large }],
      run: ([x]) => run(x, { axis }),
      tolerance: shifted(88),
    },
    {
      name: `${run.name} of infinities and NaN along ${axis}`,
      inputs: [{ shape: [5, 5], domain: lost }],
      run: ([x]) => run(x, { axis }),
      tolerance: shifted(0),
    },
  ]),
)

/** Logits of which parts that are joined on their own, one after the other or strided, are all −∞. */
const masked = [
  { values: Array.from({ length: 70_000 }, (_, i) => (i < 33_000 ? -Infinity : (i % 7) - 3)) },
  { values: [-Infinity, 1, -Infinity, 2] },
]

const maskedParts = masked.flatMap((domain, i): OpCase[] => [
  ...[softmax, logSoftmax].map((run) => ({
    name: `${run.name} with parts of −∞, ${i}`,
    inputs: [{ shape: [1, 70_000], domain }],
    run: ([x]: readonly NDArray[]) => run(x),
    tolerance: shifted(6),
  })),
  {
    name: `softmax with parts of −∞ in columns, ${i}`,
    inputs: [{ shape: [70_000, 3], domain }],
    run: ([x]) => softmax(x, { axis: 0 }),
    tolerance: shifted(6),
  },
  ...losses(`logits with parts of −∞, ${i}`, [1, 70_000], { dtype: 'int32', domain: [69_999, 70_000] }, domain),
])

function losses(name: string, shape: readonly number[], labels: Omit<CaseInput, 'shape'>, domain: Domain): OpCase[] {
  const inputs: CaseInput[] = [
    { shape, domain },
    { shape: [shape[0]], ...labels },
  ]
  const tolerance = shifted('values' in domain ? 88 : 6)
  const dy: CaseInput = { shape: [shape[0]] }
  const gradient = 'length' in domain
  return [
    { name: `loss of ${name}`, inputs, run: ([x, y]) => softmaxCrossEntropy(x, y), tolerance, gradient: false },
    {
      name: `gradient of ${name}`,
      inputs: [...inputs, dy],
      run: ([x, y, g]) => softmaxCrossEntropyGradient(x, y, g),
      tolerance,
      gradient: gradient && labels.dtype === 'int32',
    },
  ]
}

const numbers = { values: [0, 3, -1, 12, 2.9, -5, 1e9, Number.NaN, 1] }

const crossEntropies: OpCase[] = [
  ...losses('int32 labels', [9, 10], { dtype: 'int32', domain: [0, 10] }, [-3, 3]),
  ...losses('byte labels', [9, 10], { dtype: 'uint8', domain: [0, 10] }, [-3, 3]),
  ...losses('float labels out of range', [9, 5], { domain: numbers }, [-3, 3]),
  ...losses(
    'int32 labels out of range',
    [9, 5],
    { dtype: 'int32', domain: { values: [-7, 4, 5, 2 ** 31 - 1] } },
    [-3, 3],
  ),
  ...losses('one class', [3, 1], { dtype: 'int32', domain: [0, 1] }, [-3, 3]),
  ...losses('one sample of many classes', [1, 20011], { dtype: 'int32', domain: [7, 8] }, [-3, 3]),
  ...losses('many samples', [3001, 7], { dtype: 'int32', domain: [0, 7] }, [-3, 3]),
  ...losses('no samples', [0, 7], { dtype: 'int32', domain: [0, 7] }, [-3, 3]),
  ...losses('large logits', [11, 11], { dtype: 'int32', domain: { values: [0, 1, 2, 5, 10] } }, large),
  {
    name: 'loss and its gradient',
    inputs: [{ shape: [6, 5] }, { shape: [6], dtype: 'int32', domain: [0, 5] }],
    run: ([x, y]) => softmaxCrossEntropy(x, y),
    tolerance: shifted(6),
    gradient: true,
  },
]

const ofNegative: OpCase[] = [
  { name: 'softmin', inputs: [{ shape: [3, 5] }], run: ([x]) => softmin(x, { axis: 0 }), tolerance: shifted(6) },
]

const wrong: OpCase[] = [
  {
    name: 'another option of softmin',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => softmin(x, { dim: 1 } as never),
    throws: "[softmin] unknown option 'dim'. Options are axis, out",
  },
  {
    name: 'an axis that is not there',
    inputs: [{ shape: [2, 3] }],
    run: ([x]) => softmax(x, { axis: 2 }),
    throws: '[softmax] axis 2 is out of range: the array has 2 dimensions',
  },
  {
    name: 'integers',
    inputs: [{ shape: [2, 3], dtype: 'int32' }],
    run: ([x]) => logSoftmax(x),
    throws: "[logSoftmax] cannot take int32, expected float32: use astype('float32')",
  },
  {
    name: 'labels of another length',
    inputs: [{ shape: [2, 3] }, { shape: [3] }],
    run: ([x, y]) => softmaxCrossEntropy(x, y),
    throws: '[softmaxCrossEntropy] wrong shape of labels: got (3,), expected (2,)',
  },
  {
    name: 'images for logits',
    inputs: [{ shape: [2, 3, 4] }, { shape: [2] }],
    run: ([x, y]) => softmaxCrossEntropy(x, y),
    throws: 'logits must be (samples, classes), got (2, 3, 4)',
  },
]

/** All cases of softmax and cross-entropy. */
export const cases: readonly OpCase[] = [
  ...everyAxis,
  ...extremes,
  ...maskedParts,
  ...crossEntropies,
  ...ofNegative,
  ...wrong,
]
