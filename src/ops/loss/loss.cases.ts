// Cases of what losses are made of: sizes, broadcast weights, edges, sequences of several lengths.
import type { NDArray } from '../../core/ndarray.ts'
import type { CaseInput, Domain, OpCase } from '../cases.ts'
import { looser, sumOf } from '../tolerance.ts'
import { ctcLoss } from './ctc.ts'
import { distanceDifference, squaredDistances } from './distances.ts'
import {
  absoluteError,
  binaryCrossEntropy,
  hinge,
  huber,
  klDivergence,
  logistic,
  poisson,
  poissonOfRates,
  signedLogistic,
  squaredHinge,
  stirling,
} from './pointwise.ts'

const share: Domain = [0.05, 0.95]
const edges: Domain = { values: [0, -0, 1, -1, 20, -20, 88.5, -88.5, 3e4, -3e4, Infinity, -Infinity, Number.NaN] }
const difference = looser({ relative: 2e-6, absolute: 2e-6 }, 'terms of either sign are added')

type Run = (pred: NDArray, label: NDArray) => NDArray

const functions: readonly (readonly [name: string, run: Run, pred?: Domain, label?: Domain])[] = [
  ['absoluteError', absoluteError],
  ['huber', (p, y) => huber(p, y, 0.5)],
  ['hinge', (p, y) => hinge(p, y, 0.5)],
  ['squaredHinge', (p, y) => squaredHinge(p, y, 0.5)],
  ['logistic', logistic, [-9, 9], share],
  ['weighted logistic', (p, y) => logistic(p, y, 3), [-9, 9], share],
  ['signedLogistic', signedLogistic, [-9, 9], [-1, 1]],
  ['binaryCrossEntropy', binaryCrossEntropy, share, share],
  ['weighted binaryCrossEntropy', (p, y) => binaryCrossEntropy(p, y, 3), share, share],
  ['klDivergence', klDivergence, [-3, 3], share],
  ['poisson', poisson, [-2, 2], [0, 5]],
  ['poissonOfRates', (p, y) => poissonOfRates(p, y, 1e-8), [0.2, 4], [0, 5]],
]

const pointwise = functions.flatMap(([name, run, pred, label]): OpCase[] => [
  ...[[1], [0, 3], [3, 67], [2, 3, 5, 7]].map((shape): OpCase => {
    const inputs: CaseInput[] = [
      { shape, ...(pred && { domain: pred }) },
      { shape, ...(label && { domain: label }) },
    ]
    return { name: `${name} of (${shape})`, inputs, run: ([p, y]) => run(p, y), tolerance: difference }
  }),
  {
    name: `${name} at edges`,
    inputs: [
      { shape: [26], domain: edges },
      { shape: [26], domain: { values: [0, 1, 1] } },
    ],
    run: ([p, y]) => run(p, y),
    tolerance: difference,
  },
])

const weights: OpCase[] = [[9], [5, 1]].map((shape) => ({
  name: `logistic with weights (${shape})`,
  inputs: [{ shape: [5, 9] }, { shape: [5, 9], domain: share }, { shape, domain: [0.5, 3] }],
  run: ([p, y, w]) => logistic(p, y, w),
  tolerance: difference,
}))

const vectors: OpCase[] = [
  ...[
    [2, 1],
    [1, 5],
    [7, 33],
    [0, 3],
    [40, 130],
  ].map(
    (shape): OpCase => ({
      name: `squaredDistances of (${shape})`,
      inputs: [{ shape }, { shape }],
      run: ([a, b]) => squaredDistances(a, b),
      tolerance: sumOf(4 * shape[1]),
    }),
  ),
  ...[0, 1].map(
    (axis): OpCase => ({
      name: `distanceDifference with samples on ${axis}`,
      inputs: [0, 1, 2].map(() => ({ shape: [7, 5, 9] })),
      run: ([x, near, far]) => distanceDifference(x, near, far, axis),
      tolerance: looser({ relative: 1e-5, absolute: 1e-4 }, 'sums of squares are taken from each other'),
    }),
  ),
  {
    name: 'stirling',
    inputs: [{ shape: [9], domain: [0, 9] }],
    run: ([t]) => stirling(t),
    tolerance: difference,
    gradient: false,
  },
]

const rounding = looser({ relative: 1e-5, absolute: 1e-5 }, 'logarithms are added up over the steps')

function sequences(name: string, shape: readonly number[], size: number, more: readonly CaseInput[] = []): OpCase {
  const label: CaseInput = { shape: [shape[1], size], dtype: 'int32', domain: [0, shape[2] - 1] }
  return {
    name: `ctcLoss ${name}`,
    inputs: [{ shape, domain: [-3, 3] }, label, ...more],
    run: ([pred, label, predLengths, labelLengths]) => ctcLoss(pred, label, { predLengths, labelLengths }),
    tolerance: rounding,
    gradient: shape[1] > 0,
  }
}

const lengths = (...values: number[]): CaseInput => ({ shape: [values.length], dtype: 'int32', domain: { values } })

const ctc: OpCase[] = [
  sequences('of one step', [1, 2, 3], 1),
  sequences('of several samples', [9, 3, 5], 3),
  sequences('of several lengths', [9, 4, 5], 3, [lengths(9, 4, 7, 2), lengths(3, 1, 0, 3)]),
  sequences('without samples', [4, 0, 5], 3),
  sequences('without labels', [4, 2, 5], 0),
  sequences('of labels too long', [2, 3, 4], 4),
  {
    name: 'ctcLoss of padded labels',
    inputs: [
      { shape: [8, 3, 4], domain: [-3, 3] },
      { shape: [3, 4], domain: { values: [1, 0, -1, -1, 2, 1, 1, -1, 0, 1, 0, 2] } },
    ],
    run: ([pred, label]) => ctcLoss(pred, label),
    tolerance: rounding,
  },
  {
    name: 'ctcLoss of infinite logits',
    inputs: [
      { shape: [3, 2, 3], domain: { values: [0, -Infinity, 1, 2, 3, 4, 0.5] } },
      { shape: [2, 1], dtype: 'int32', domain: [0, 2] },
    ],
    run: ([pred, label]) => ctcLoss(pred, label),
    tolerance: rounding,
    gradient: false,
  },
  {
    name: 'ctcLoss with lengths of another shape',
    inputs: [{ shape: [3, 2, 3] }, { shape: [2, 1], dtype: 'int32', domain: [0, 2] }, lengths(3)],
    run: ([pred, label, predLengths]) => ctcLoss(pred, label, { predLengths }),
    throws: '[CTCLoss] wrong shape of predLengths: got (1,), expected (2,)',
  },
]

/** All cases of what losses are made of. */
export const cases: readonly OpCase[] = [...pointwise, ...weights, ...vectors, ...ctc]
