// Cases of convolutions of sequences, and of transposed ones: strides wider than filters, ends added, groups, one element.
import type { CaseInput, OpCase } from '../cases.ts'
import { looser, sumOf } from '../tolerance.ts'
import { convolve, type DeconvolveOptions, deconvolve } from './convolve.ts'

interface Shaped extends Partial<DeconvolveOptions> {
  readonly x: readonly number[]
  readonly weight: readonly number[]
  readonly bias?: boolean
}

const sequences: Readonly<Record<string, Shaped>> = {
  'one element': { x: [1, 1, 1], weight: [1, 1, 1] },
  'no sequences': { x: [0, 3, 7], weight: [5, 3, 3], bias: true },
  'width 3, padded': { x: [2, 5, 11], weight: [7, 5, 3], padding: [1], bias: true, activation: 'relu' },
  'strides that do not divide': { x: [3, 4, 17], weight: [6, 4, 4], strides: [3], padding: [2], bias: true },
  'dilation in groups': { x: [2, 6, 19], weight: [9, 2, 3], dilation: [4], padding: [3], groups: 3, bias: true },
  'a group for each channel': { x: [2, 8, 33], weight: [8, 1, 5], padding: [2], groups: 8 },
  'the whole sequence': { x: [9, 17, 6], weight: [4, 17, 6], bias: true },
  'width 1': { x: [2, 33, 10], weight: [12, 33, 1], strides: [2] },
}

const transposed: Readonly<Record<string, Shaped>> = {
  'one pixel': { x: [1, 1, 1, 1], weight: [1, 1, 1, 1] },
  'one pixel spread': { x: [2, 3, 1, 1], weight: [3, 5, 4, 3], strides: [2, 3], bias: true },
  'no images': { x: [0, 3, 2, 4], weight: [3, 4, 3, 3], strides: [2, 2], bias: true },
  'twice as large': { x: [2, 6, 5, 7], weight: [6, 3, 4, 4], strides: [2, 2], padding: [1, 1], bias: true },
  'twice as large, odd filters': {
    x: [2, 5, 4, 3],
    weight: [5, 6, 3, 3],
    strides: [2, 2],
    padding: [1, 1],
    adj: [1, 1],
    bias: true,
    activation: 'relu',
  },
  'strides wider than the filter': { x: [2, 4, 3, 5], weight: [4, 7, 2, 1], strides: [3, 4], adj: [2, 3] },
  'stride 1': { x: [2, 4, 6, 5], weight: [4, 3, 3, 2], bias: true, activation: 'tanh' },
  'stride 1, channels in multiples of 16': { x: [2, 16, 9, 8], weight: [16, 32, 3, 3], padding: [1, 1], bias: true },
  groups: { x: [2, 6, 4, 5], weight: [6, 4, 3, 3], strides: [2, 1], groups: 3, bias: true },
  'a group for each channel': { x: [1, 8, 5, 5], weight: [8, 1, 4, 4], strides: [2, 2], padding: [1, 1], groups: 8 },
  'dilation, more padding than the filter': {
    x: [2, 3, 6, 7],
    weight: [3, 5, 3, 2],
    strides: [2, 3],
    dilation: [3, 2],
    padding: [4, 3],
    adj: [1, 2],
    bias: true,
  },
  'twice as large, 17 filters': {
    x: [2, 18, 9, 7],
    weight: [18, 17, 4, 4],
    strides: [2, 2],
    padding: [1, 1],
    bias: true,
  },
  'bilinear upsampling by 8': { x: [1, 3, 4, 3], weight: [3, 3, 16, 16], strides: [8, 8], padding: [4, 4] },
  'upsampling by 8 in 17 channels': { x: [2, 17, 3, 4], weight: [17, 17, 16, 16], strides: [8, 8], padding: [4, 4] },
  'upsampling by 7 and 5, filters of 16 and 11': {
    x: [1, 6, 4, 3],
    weight: [6, 9, 16, 11],
    strides: [7, 5],
    padding: [3, 4],
    adj: [5, 1],
    bias: true,
  },
  'upsampling by 6 over dilation of 4': { x: [1, 7, 5, 4], weight: [7, 6, 5, 4], strides: [6, 4], dilation: [4, 6] },
  'sequences, twice as long': { x: [2, 5, 7], weight: [5, 4, 3], strides: [2], padding: [1], adj: [1], bias: true },
  'sequences in groups, dilation': { x: [3, 4, 6], weight: [4, 3, 2], dilation: [3], groups: 2, activation: 'relu' },
}

/** The options with all their numbers. */
function optionsOf({ x, weight, bias: _, ...given }: Shaped): DeconvolveOptions {
  const all = (n: number) => x.slice(2).map(() => n)
  return { strides: all(1), padding: all(0), dilation: all(1), adj: all(0), groups: 1, ...given }
}

/** Products that one result may add up, and its bias. */
const terms = (axis: 0 | 1, { weight, groups = 1 }: Shaped) =>
  1 + (axis === 0 ? weight[0] / groups : weight[1]) * weight.slice(2).reduce((product, n) => product * n, 1)

/** Winograd's convolution takes differences of sums, which leaves a digit less: see conv.cases.ts. */
const winogradSum = (n: number) =>
  looser({ terms: 256 * n, absolute: 0.5 * Math.max(64, n) ** 1.5 * 2 ** -23 }, 'Winograd leaves a digit less')

const tolerance = (of: Shaped, axis: 0 | 1) => {
  if (of.activation === 'tanh') return looser({ absolute: 1e-5 }, 'the sum is as exact as ever, its activation bounded')
  return (of.weight.slice(0, 2).every((n) => n % 16 === 0) ? winogradSum : sumOf)(terms(axis, of))
}

const inputsOf = ({ x, weight, bias }: Shaped, filters: number): CaseInput[] => [
  ...[{ shape: x }, { shape: weight }],
  ...(bias ? [{ shape: [filters] }] : []),
]

const right: OpCase[] = [
  ...Object.entries(sequences).map(([name, of]): OpCase => {
    const { adj: _, ...options } = optionsOf(of)
    return {
      name: `convolution of sequences, ${name}`,
      inputs: inputsOf(of, of.weight[0]),
      run: ([x, weight, bias]) => convolve('convolution', x, weight, bias ?? null, options),
      tolerance: tolerance(of, 1),
    }
  }),
  ...Object.entries(transposed).map(
    ([name, of]): OpCase => ({
      name: `transposed convolution, ${name}`,
      inputs: inputsOf(of, of.weight[1] * (of.groups ?? 1)),
      run: ([x, weight, bias]) => deconvolve('deconvolution', x, weight, bias ?? null, optionsOf(of)),
      tolerance: tolerance(of, 0),
    }),
  ),
]

const wrong = (throws: string, of: Shaped, bias?: readonly number[]): OpCase => ({
  name: throws,
  inputs: [{ shape: of.x }, { shape: of.weight }, ...(bias ? [{ shape: bias }] : [])],
  run: ([x, weight, b]) => deconvolve('deconvolution', x, weight, b ?? null, optionsOf(of)),
  throws,
})

const errors: OpCase[] = [
  wrong('[deconvolution] the input (1, 3, 4, 4) has 3 channels, weight (2, 3, 3, 3) takes 2', {
    x: [1, 3, 4, 4],
    weight: [2, 3, 3, 3],
  }),
  wrong('[deconvolution] groups must divide the channels of the input: got 3 channels in 2 groups', {
    x: [1, 3, 4, 4],
    weight: [3, 2, 3, 3],
    groups: 2,
  }),
  wrong(
    '[deconvolution] wrong shape of bias: got (3,), expected (4,)',
    { x: [1, 2, 4, 4], weight: [2, 2, 3, 3], groups: 2 },
    [3],
  ),
  wrong('[deconvolution] padding leaves nothing of the result: got size (3, 0) from input (1, 2, 2, 1)', {
    x: [1, 2, 2, 1],
    weight: [2, 2, 2, 2],
    padding: [0, 1],
  }),
  wrong('[deconvolution] input (1, 2, 4) and weight (2, 2, 3, 3) must have the same number of axes', {
    x: [1, 2, 4],
    weight: [2, 2, 3, 3],
  }),
  wrong('[deconvolution] wrong shape of the input: got (1, 2, 0), expected no axis empty but the batch', {
    x: [1, 2, 0],
    weight: [2, 2, 3],
  }),
  wrong('[deconvolution] wrong shape of weight: got (2, 0, 3), expected no axis empty', {
    x: [1, 2, 4],
    weight: [2, 0, 3],
  }),
  wrong('[deconvolution] the input must be (N, C, W) or (N, C, H, W), got (2, 3, 4, 5, 6)', {
    x: [2, 3, 4, 5, 6],
    weight: [3, 2, 3, 3],
  }),
  {
    name: 'sequences of too few channels',
    inputs: [{ shape: [1, 3, 9] }, { shape: [4, 2, 3] }],
    run: ([x, weight]) => {
      return convolve('convolution', x, weight, null, { strides: [1], padding: [0], dilation: [1], groups: 1 })
    },
    throws: '[convolution] the input (1, 3, 9) has 3 channels, weight (4, 2, 3) takes 2',
  },
]

/** All cases. */
export const cases: readonly OpCase[] = [...right, ...errors]
