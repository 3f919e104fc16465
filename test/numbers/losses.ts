// Cases of losses that PyTorch computes as well: shapes, weights, edges, and which gradients are compared.
import { generator } from '../../src/ops/cases.ts'

/** An input: its values in order. */
export interface Given {
  readonly shape: readonly number[]
  readonly values: readonly number[]
  /** Default float32. */
  readonly dtype?: 'int32'
}

/** A call of a loss. */
export interface Case {
  readonly name: string
  readonly loss: string
  readonly options: Readonly<Record<string, unknown>>
  /** By position; null for one that is left out. */
  readonly inputs: readonly (Given | null)[]
  /** Places of the inputs whose gradients are compared. */
  readonly wanted: readonly number[]
  /** Whether gradients of gradients are compared, too. */
  readonly second: boolean
  /** Distance allowed beside twice PyTorch's own. Default 1e-6. */
  readonly rounding?: number
}

const random = generator(11)
const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1)
const made = (shape: readonly number[], make: () => number): Given => {
  return { shape, values: Array.from({ length: sizeOf(shape) }, () => Math.fround(make())) }
}
const uniform = (low: number, high: number) => () => low + (high - low) * random()
const real = (shape: readonly number[], range = 3) => made(shape, uniform(-range, range))
const share = (shape: readonly number[]) => made(shape, uniform(0.05, 0.95))
const bits = (shape: readonly number[]) => made(shape, () => (random() < 0.5 ? 0 : 1))
const signs = (shape: readonly number[]) => made(shape, () => (random() < 0.5 ? -1 : 1))
const whole = (shape: readonly number[], count: number): Given => ({
  ...made(shape, () => Math.floor(random() * count)),
  dtype: 'int32',
})
const numbers = (shape: readonly number[], ...values: number[]): Given => ({ shape, values: values.map(Math.fround) })

type Make = (shape: readonly number[]) => Given

/** Shapes, weights and axes that every loss of one prediction and one label of its shape takes. */
function usual(loss: string, options: Readonly<Record<string, unknown>>, pred: Make, label: Make): Case[] {
  const one = (name: string, shape: readonly number[], more: object = {}, weights: Given | null = null): Case => {
    const inputs = [pred(shape), label(shape), ...(weights ? [weights] : [])]
    return { name, loss, options: { ...options, ...more }, inputs, wanted: [0, 1], second: true }
  }
  return [
    one('of (4, 5)', [4, 5]),
    one('of one element', [1, 1]),
    one('of a vector', [7], { weight: 0.5 }),
    one('of images', [3, 2, 5, 7], { weight: 2.5 }),
    one('with samples on axis 1', [5, 3, 2], { batchAxis: 1 }),
    one('with samples on the last axis', [5, 3], { batchAxis: -1 }),
    one('weighted by sample', [5, 9], {}, share([5, 1])),
    one('weighted by element', [5, 9], { weight: 3 }, share([5, 9])),
    one('without samples', [0, 5]),
    one('of many', [130, 67]),
  ]
}

const { NaN: none, POSITIVE_INFINITY: inf } = Number

/** Edges: each prediction of a list with each label. */
function edges(loss: string, preds: readonly number[], labels: readonly number[], options = {}): Case {
  const shape = [preds.length * labels.length]
  const pairs = preds.flatMap((p) => labels.map((y) => [p, y] as const))
  const inputs = [numbers(shape, ...pairs.map(([p]) => p)), numbers(shape, ...pairs.map(([, y]) => y))]
  return { name: 'at edges', loss, options, inputs, wanted: [0], second: false }
}

const large = [0, -0, 1, -1, 20, -20, 88.5, -88.5, 104, -104, 3e4, -3e4]
const ends = [none, inf, -inf, 0, -0, 1, -1, 0.5, 1e-30, 3e38]

const regression: Case[] = [
  ...usual('L1Loss', {}, real, real),
  ...usual('L2Loss', {}, real, real),
  ...usual('HuberLoss', {}, real, real),
  ...usual('HuberLoss', { rho: 0.25 }, real, real),
  edges('L1Loss', ends.slice(0, 9), [0, -0, 1, 0.5]),
  edges('HuberLoss', [none, inf, -inf, 0, -0, 1, -1, 0.5, 1e10], [0, 1], { rho: 1 }),
  edges('HuberLoss', [0, 0.5, -0.5, 1.5, 2], [0], { rho: 0.5 }),
]

const count = (shape: readonly number[]) => made(shape, () => Math.floor(random() * 6))
const poisson: Case[] = [
  ...usual('PoissonNLLLoss', {}, real, count),
  ...usual('PoissonNLLLoss', { fromLogits: false }, (shape) => made(shape, uniform(0.2, 4)), count),
].filter(({ options, inputs }) => !('batchAxis' in options) && sizeOf(inputs[0]!.shape) > 0)
const full = poisson.map(
  (one): Case => ({
    ...one,
    name: `${one.name}, in full`,
    options: { ...one.options, computeFull: true },
    wanted: [0],
  }),
)

const twoClasses: Case[] = [
  ...usual('HingeLoss', {}, real, signs),
  ...usual('HingeLoss', { margin: 0.5 }, real, signs),
  ...usual('SquaredHingeLoss', {}, real, signs),
  ...usual('SquaredHingeLoss', { margin: 2 }, real, signs),
  ...usual('LogisticLoss', {}, real, signs).map((one) => ({ ...one, wanted: [0] })),
  ...usual('LogisticLoss', { labelFormat: 'binary' }, real, bits).map((one) => ({ ...one, wanted: [0] })),
  edges('HingeLoss', [...large, inf, -inf], [-1, 1]),
  { ...edges('HingeLoss', [none], [-1, 1]), wanted: [] },
  edges('SquaredHingeLoss', [0, -0, 1, -1, inf, -inf], [-1, 1]),
  { ...edges('SquaredHingeLoss', [none], [-1, 1]), wanted: [] },
  edges('LogisticLoss', large, [-1, 1]),
  edges('LogisticLoss', large, [0, 1], { labelFormat: 'binary' }),
]

const sigmoid = 'SigmoidBinaryCrossEntropyLoss'
const binary: Case[] = [
  ...usual(sigmoid, {}, real, share),
  ...usual(sigmoid, {}, real, bits),
  ...usual(sigmoid, { fromSigmoid: true }, share, share),
  edges(sigmoid, large, [0, 1, 0.25]),
  edges(sigmoid, [0, 1, 0.5, 1e-6], [0, 1], { fromSigmoid: true }),
  ...[{}, { fromSigmoid: true }].flatMap((options) =>
    [[9], [1, 9], [5, 9], [1]].map((shape): Case => {
      const inputs = [share([5, 9]), bits([5, 9]), share([5, 1]), made(shape, uniform(0.5, 4))]
      return { name: `with weights (${shape})`, loss: sigmoid, options, inputs, wanted: [0, 3], second: true }
    }),
  ),
  {
    name: 'of large logits with weights',
    loss: sigmoid,
    options: {},
    inputs: [numbers([12, 1], ...large), numbers([12], 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0), null, numbers([1], 3)],
    wanted: [0],
    second: false,
  },
]

const classes = 'SoftmaxCrossEntropyLoss'
const entropies: Case[] = [
  [{}, [6, 5], [6]],
  [{ weight: 0.5 }, [3, 1], [3]],
  [{ axis: 1 }, [2, 3, 4, 5], [2, 4, 5]],
  [{ axis: 1 }, [2, 3, 4], [2, 1, 4]],
  [{ axis: 0, batchAxis: 1 }, [3, 4], [4]],
].map(([options, shape, labels]): Case => {
  const count = (shape as number[])[1] === 1 ? 1 : 3
  const [pred, label] = [real(shape as number[], 5), whole(labels as number[], count)]
  return {
    name: `of (${shape})`,
    loss: classes,
    options: options as Case['options'],
    inputs: [pred, label],
    wanted: [0],
    second: true,
  }
})
const distributions = usual(classes, { sparseLabel: false }, real, share)
  .filter(({ inputs, options }) => inputs[0]!.shape.length > 1 && !('batchAxis' in options) && inputs.length === 2)
  .map((one) => ({ ...one, rounding: 2e-6 }))
const weighted: Case = {
  name: 'weighted by sample',
  loss: classes,
  options: {},
  inputs: [real([6, 5]), whole([6], 5), share([6, 1])],
  wanted: [0],
  second: true,
}
const hugeLogits: Case = {
  name: 'of huge logits',
  loss: classes,
  options: {},
  inputs: [numbers([4, 3], 1e4, -1e4, 0, 88, 89, 90, 1e38, 0, -1e38, 0, 0, 0), whole([4], 3)],
  wanted: [0],
  second: false,
}

const divergences: Case[] = [
  ...usual('KLDivLoss', {}, real, share),
  ...usual('KLDivLoss', { fromLogits: false, axis: 0 }, real, share),
  edges('KLDivLoss', [0, -1, -20, -1e4], [0, 1, 0.5]),
]

const triplets: Case[] = usual('TripletLoss', {}, real, real)
  .filter(({ inputs }) => inputs.length === 2)
  .flatMap((one) =>
    [{}, { margin: 5 }].map((options): Case => {
      const { shape } = one.inputs[0] as Given
      const options_ = { ...one.options, ...options }
      return { ...one, options: options_, inputs: [real(shape), real(shape), real(shape)], wanted: [0, 1, 2] }
    }),
  )
triplets.push({
  name: 'weighted by sample',
  loss: 'TripletLoss',
  options: { weight: 2 },
  inputs: [real([5, 4]), real([5, 4]), real([5, 4]), share([5])],
  wanted: [0, 1, 2],
  second: true,
})

const vectors: Case[] = [
  [5, 4],
  [1, 3],
  [7, 1],
  [0, 3],
  [33, 65],
].flatMap((shape) =>
  [{}, { margin: 0.25 }, { weight: 0.5 }].map((options): Case => {
    const inputs = [real(shape), real(shape), signs([shape[0]]), ...('weight' in options ? [share([shape[0], 1])] : [])]
    return { name: `of (${shape})`, loss: 'CosineEmbeddingLoss', options, inputs, wanted: [0, 1], second: shape[1] > 1 }
  }),
)

const pairs: Case[] = [
  [2, 1],
  [3, 5],
  [17, 6],
].flatMap((shape) =>
  [{}, { smoothingParameter: 0.1, weight: 2 }].map((options): Case => {
    return {
      name: `of (${shape})`,
      loss: 'SDMLLoss',
      options,
      inputs: [real(shape, 1), real(shape, 1)],
      wanted: [0, 1],
      second: true,
    }
  }),
)

const labels: Given = numbers([3, 4], 1, 0, -1, -1, 2, 1, 1, -1, 0, 1, 0, 2)
const sequences: Case[] = (
  [
    { name: 'of words', options: {}, inputs: [real([3, 20, 4]), labels], second: false },
    {
      name: 'of int32 labels',
      options: { weight: 0.5 },
      inputs: [real([3, 9, 4]), { ...labels, dtype: 'int32' }],
      second: false,
    },
    { name: 'steps first', options: { layout: 'TNC' }, inputs: [real([20, 3, 4]), labels], second: false },
    {
      name: 'labels along axis 0',
      options: { layout: 'TNC', labelLayout: 'TN' },
      inputs: [real([6, 2, 4]), numbers([3, 2], 1, 0, 2, 0, -1, 2)],
      second: false,
    },
    {
      name: 'with lengths',
      options: {},
      inputs: [real([4, 9, 5]), whole([4, 3], 4), numbers([4], 9, 4, 7, 8), numbers([4], 3, 1, 0, 2)],
      second: true,
      rounding: 3e-5,
    },
    {
      name: 'with lengths and weights',
      options: { weight: 2 },
      inputs: [real([4, 9, 5]), whole([4, 3], 4), numbers([4], 9, 6, 7, 8), numbers([4], 3, 1, 0, 2), share([4])],
      second: false,
    },
    {
      name: 'of labels that just fit',
      options: {},
      inputs: [real([2, 4, 3]), numbers([2, 3], 0, 0, 1, 1, 0, 1)],
      second: false,
    },
    {
      name: 'of labels too long',
      options: {},
      inputs: [real([3, 3, 3]), numbers([3, 3], 0, 0, 1, 1, 0, 1, 0, -1, -1)],
      second: false,
    },
    { name: 'of large logits', options: {}, inputs: [real([3, 12, 4], 60), labels], second: false },
    { name: 'of one step', options: {}, inputs: [real([2, 1, 3]), numbers([2, 1], 0, -1)], second: false },
    { name: 'without samples', options: {}, inputs: [real([0, 5, 3]), numbers([0, 2])], second: false },
    { name: 'without labels', options: {}, inputs: [real([2, 5, 3]), numbers([2, 0])], second: false },
    { name: 'of a long sequence', options: {}, inputs: [real([2, 150, 30]), whole([2, 40], 29)], second: false },
  ] as const satisfies readonly Omit<Case, 'loss' | 'wanted'>[]
).map((one) => ({ ...one, loss: 'CTCLoss', wanted: [0] }))

/** All cases. */
export const cases: readonly Case[] = [
  ...regression,
  ...poisson,
  ...full,
  ...twoClasses,
  ...binary,
  ...entropies,
  ...distributions,
  weighted,
  hugeLogits,
  ...divergences,
  ...triplets,
  ...vectors,
  ...pairs,
  ...sequences,
]
