// Cases of conv and its gradients: sizes that don't divide, strides, padding, dilation, groups, few and many channels.
import type { NDArray } from '../../core/ndarray.ts'
import type { Pair } from '../../core/shape.ts'
import type { CaseInput, OpCase } from '../cases.ts'
import { looser, sumOf } from '../tolerance.ts'
import { activationGradientSum, type ConvOptions, channelSum, conv, convData, convWeight } from './conv.ts'
import { geometryOf } from './geometry.ts'

/** A convolution: x of shape (N, C, H, W), the number of filters, and the options of conv. */
export interface ConvCase extends Omit<ConvOptions, 'kernel'> {
  readonly x: readonly [N: number, C: number, H: number, W: number]
  readonly filters: number
  readonly kernel: Pair
  readonly bias?: boolean
}

const shapes: Readonly<Record<string, ConvCase>> = {
  'one number': { x: [1, 1, 1, 1], filters: 1, kernel: [1, 1] },
  'no images': { x: [0, 3, 5, 5], filters: 4, kernel: [3, 3], bias: true },
  '1 x 1': { x: [5, 6, 7, 7], filters: 10, kernel: [1, 1], bias: true, activation: 'relu' },
  '1 x 1 with strides': { x: [2, 6, 7, 8], filters: 10, kernel: [1, 1], strides: [2, 3], activation: 'softsign' },
  '1 x 1 with strides, 35 channels, 390 products': {
    x: [3, 390, 7, 5],
    filters: 35,
    kernel: [1, 1],
    strides: [2, 1],
    bias: true,
    activation: 'relu',
  },
  '1 x 1 with strides, 4 images': { x: [4, 37, 21, 22], filters: 50, kernel: [1, 1], strides: [2, 2] },
  '1 x 1, 300 pixels, 400 products': { x: [2, 400, 20, 15], filters: 21, kernel: [1, 1], bias: true },
  '1 x 1, 67 channels': { x: [9, 67, 5, 5], filters: 67, kernel: [1, 1], bias: true },
  '1 x 1, channels in a power of two': { x: [5, 256, 4, 4], filters: 128, kernel: [1, 1], bias: true },
  '3 x 3 padded': { x: [2, 3, 8, 8], filters: 16, kernel: [3, 3], padding: [1, 1], bias: true, activation: 'relu' },
  'strides that do not divide': { x: [3, 3, 9, 7], filters: 10, kernel: [3, 3], strides: [2, 2], bias: true },
  'rows and columns apart': { x: [2, 5, 9, 12], filters: 6, kernel: [3, 2], strides: [2, 1], padding: [1, 2] },
  dilation: { x: [2, 4, 13, 11], filters: 6, kernel: [3, 3], padding: [2, 1], dilation: [2, 3] },
  'dilation with strides': { x: [1, 5, 12, 13], filters: 3, kernel: [2, 3], strides: [2, 3], dilation: [3, 2] },
  groups: { x: [3, 12, 6, 7], filters: 18, kernel: [3, 3], padding: [1, 1], groups: 3, bias: true, activation: 'tanh' },
  'a group for each channel': { x: [2, 8, 10, 10], filters: 16, kernel: [3, 3], padding: [1, 1], groups: 8 },
  'a group for each channel, no images': { x: [0, 5, 3, 4], filters: 5, kernel: [3, 3], padding: [1, 1], groups: 5 },
  '64 channels apart, stride 2': {
    x: [2, 64, 15, 13],
    filters: 64,
    kernel: [3, 3],
    strides: [2, 2],
    padding: [1, 1],
    groups: 64,
    bias: true,
    activation: 'relu',
  },
  '17 channels apart, 5 x 5': {
    x: [3, 17, 9, 11],
    filters: 17,
    kernel: [5, 5],
    padding: [2, 2],
    groups: 17,
    bias: true,
  },
  '5 channels apart, strides 3 and 1': {
    x: [2, 5, 11, 14],
    filters: 5,
    kernel: [3, 2],
    strides: [3, 1],
    padding: [2, 1],
    groups: 5,
  },
  '4 channels apart, dilation with strides': {
    x: [1, 4, 13, 17],
    filters: 4,
    kernel: [3, 3],
    strides: [2, 3],
    dilation: [2, 2],
    padding: [1, 3],
    groups: 4,
  },
  '3 channels apart, one pixel': {
    x: [4, 3, 1, 1],
    filters: 3,
    kernel: [3, 3],
    padding: [1, 1],
    groups: 3,
    bias: true,
  },
  '16 channels apart, padding beyond the filter': {
    x: [2, 16, 4, 3],
    filters: 16,
    kernel: [2, 3],
    padding: [4, 7],
    groups: 16,
    activation: 'sigmoid',
  },
  '21 channels apart, rows of 37 in bands': {
    x: [1, 21, 40, 37],
    filters: 21,
    kernel: [7, 7],
    padding: [3, 3],
    groups: 21,
  },
  '5 channels of 3 filters each': {
    x: [2, 5, 7, 9],
    filters: 15,
    kernel: [3, 3],
    padding: [1, 1],
    groups: 5,
    bias: true,
  },
  '6 channels of 4 filters each, stride 2': {
    x: [2, 6, 8, 7],
    filters: 24,
    kernel: [3, 3],
    strides: [2, 2],
    groups: 6,
    activation: 'relu',
  },
  'groups of 8 channels': { x: [3, 32, 9, 10], filters: 32, kernel: [3, 3], padding: [1, 1], groups: 4, bias: true },
  'groups of 17 channels': { x: [2, 34, 5, 6], filters: 38, kernel: [2, 2], strides: [2, 1], groups: 2, bias: true },
  'one channel, large filters': { x: [2, 1, 27, 31], filters: 20, kernel: [11, 11], strides: [4, 4], bias: true },
  'outputs 2 wide, 9 images': { x: [9, 24, 4, 4], filters: 10, kernel: [3, 3], bias: true, activation: 'relu' },
  'the whole image': { x: [9, 7, 3, 4], filters: 5, kernel: [3, 4], bias: true },
  'padding wider than the filter': { x: [1, 5, 4, 6], filters: 7, kernel: [2, 2], strides: [3, 3], padding: [3, 4] },
  'sums over 1800 products': { x: [2, 200, 5, 5], filters: 20, kernel: [3, 3], padding: [1, 1], bias: true },
  'sums cut within a tap': {
    x: [1, 530, 3, 5],
    filters: 9,
    kernel: [1, 2],
    dilation: [1, 2],
    bias: true,
    activation: 'relu',
  },
  'sums cut within a row': { x: [1, 270, 4, 5], filters: 9, kernel: [2, 3], activation: 'relu' },
  'Winograd F(4, 5)': {
    x: [3, 32, 12, 12],
    filters: 48,
    kernel: [5, 5],
    padding: [2, 2],
    bias: true,
    activation: 'relu',
  },
  'Winograd F(5, 3), 70 images': { x: [70, 16, 5, 5], filters: 32, kernel: [3, 3], padding: [1, 1], bias: true },
  'Winograd, tiles that reach beyond': { x: [2, 48, 14, 11], filters: 16, kernel: [3, 3], padding: [1, 0], bias: true },
  'Winograd, bands of tiles': { x: [2, 16, 62, 57], filters: 16, kernel: [3, 3], padding: [1, 1] },
  'Winograd, unequal padding': { x: [1, 16, 9, 13], filters: 32, kernel: [5, 5], padding: [0, 3], activation: 'relu' },
  'Winograd, dilation of 2': {
    x: [3, 32, 24, 24],
    filters: 48,
    kernel: [3, 3],
    padding: [2, 2],
    dilation: [2, 2],
    bias: true,
  },
  'Winograd, dilation of 2 and 3, bands of tiles': {
    x: [1, 16, 92, 69],
    filters: 16,
    kernel: [3, 3],
    padding: [2, 0],
    dilation: [2, 3],
  },
  'Winograd, 5 x 5, dilation across alone, unequal padding': {
    x: [2, 16, 9, 14],
    filters: 32,
    kernel: [5, 5],
    padding: [1, 4],
    dilation: [1, 2],
    bias: true,
  },
  'dilation of 2, phases that differ': {
    x: [2, 16, 13, 12],
    filters: 16,
    kernel: [3, 3],
    padding: [2, 2],
    dilation: [2, 2],
  },
  'dilation of 2, taps meet the other phase': {
    x: [2, 16, 12, 12],
    filters: 16,
    kernel: [3, 3],
    padding: [1, 1],
    dilation: [2, 2],
  },
  'strides of 2, taps meet every second row': {
    x: [2, 19, 15, 14],
    filters: 21,
    kernel: [3, 3],
    strides: [2, 2],
    padding: [1, 1],
  },
  'strides of 3 wider than the filters': {
    x: [2, 18, 16, 17],
    filters: 9,
    kernel: [1, 2],
    strides: [3, 3],
    padding: [1, 0],
  },
  'strides of 2 and 3, filters of 7 and 5': {
    x: [1, 17, 20, 23],
    filters: 6,
    kernel: [7, 5],
    strides: [2, 3],
    padding: [3, 2],
  },
  'strides of 4 and 2 over dilation of 2 and 4': {
    x: [2, 20, 19, 21],
    filters: 5,
    kernel: [3, 3],
    strides: [4, 2],
    padding: [1, 4],
    dilation: [2, 4],
  },
  'strides that only meet padding': { x: [2, 17, 1, 2], filters: 5, kernel: [1, 1], strides: [3, 3], padding: [1, 1] },
  'strides with sums over 512 products in each phase': {
    x: [2, 20, 8, 9],
    filters: 300,
    kernel: [3, 3],
    strides: [2, 2],
    padding: [1, 1],
  },
  'strides in groups of 17 channels': {
    x: [2, 34, 9, 12],
    filters: 38,
    kernel: [3, 3],
    strides: [2, 2],
    padding: [1, 1],
    groups: 2,
  },
  'three channels, 7 x 7': {
    x: [2, 3, 47, 33],
    filters: 20,
    kernel: [7, 7],
    strides: [2, 2],
    padding: [3, 3],
    bias: true,
  },
  'two channels, dilation': {
    x: [3, 2, 14, 19],
    filters: 9,
    kernel: [3, 4],
    strides: [1, 2],
    padding: [2, 1],
    dilation: [2, 3],
  },
  'two channels a group': { x: [2, 6, 12, 11], filters: 24, kernel: [3, 3], padding: [1, 1], groups: 3 },
  'images in several bands': { x: [2, 33, 30, 30], filters: 17, kernel: [3, 3], padding: [1, 1], bias: true },
}

/** The window of a case with all its numbers. */
function windowOf({ kernel, strides = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1 }: ConvCase) {
  return { kernel, strides, padding, dilation, groups }
}

/**
 * Sixteen times the policy's distance, of which some of the fuzz's results need nine: a tile's last output takes some
 * points 2⁵ times. And the error that a sum of `terms` terms of a half, or of a tile's points, may have: a result of few terms
 * shares its tile's rounding.
 */
const winogradSum = (terms: number) =>
  looser(
    { terms: 256 * terms, absolute: 0.5 * Math.max(64, terms) ** 1.5 * 2 ** -23 },
    'Winograd takes differences of sums, which leaves a digit less',
  )

/** Whether Winograd's convolutions may be chosen for some pass. */
function isWinograd(of: ConvCase): boolean {
  const { x, filters, kernel, strides = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1 } = of
  const divided = dilation.every((n, axis) => x[2 + axis] % n === 0 && padding[axis] % n === 0)
  const simple = groups === 1 && strides.every((n) => n === 1) && divided
  return simple && kernel[0] === kernel[1] && [3, 5].includes(kernel[0]) && x[1] % 16 === 0 && filters % 16 === 0
}

/** The three passes of a convolution as cases. */
export function convCases(name: string, of: ConvCase): OpCase[] {
  const { x, filters, bias = false, activation } = of
  const window = windowOf(of)
  const [, C, H, W] = x
  const { N, O, OH, OW } = geometryOf(x, filters, window)
  const weight: CaseInput = { shape: [filters, C / window.groups, ...window.kernel] }
  const dy: CaseInput = { shape: [N, O, OH, OW] }
  const taps = window.kernel[0] * window.kernel[1]
  const curved = activation && activation !== 'relu'
  const sum = isWinograd(of) ? winogradSum : sumOf
  const sums = sum((C / window.groups) * taps + 1)
  return [
    {
      name: `conv, ${name}`,
      inputs: [{ shape: x }, weight, ...(bias ? [{ shape: [filters] }] : [])],
      run: ([x, w, b]) => conv(x, w, b ?? null, { ...window, ...(activation && { activation }) }),
      tolerance: curved ? looser({ absolute: 1e-5 }, 'the sum is as exact as ever, its activation bounded') : sums,
    },
    {
      name: `gradient of the input, ${name}`,
      inputs: [dy, weight],
      run: ([dy, w]) => convData(dy, w, { ...window, size: [H, W] }),
      tolerance: sum((O / window.groups) * taps),
    },
    {
      name: `gradient of the filters, ${name}`,
      inputs: [{ shape: x }, dy],
      run: ([x, dy]) => convWeight(x, dy, window),
      tolerance: sum(Math.max(1, N * OH * OW)),
    },
  ]
}

const sums = [
  [1, 1, 1, 1],
  [0, 3, 2, 2],
  [2, 3, 5, 7],
  [3, 67, 4, 4],
  [2, 45, 30, 31],
  [700, 9, 1, 1],
].flatMap((shape): OpCase[] => {
  const tolerance = sumOf(Math.max(1, shape[0] * shape[2] * shape[3]))
  return [
    {
      name: `sum over images and pixels of ${shape.join(' x ')}`,
      inputs: [{ shape }],
      run: ([x]) => channelSum(x),
      tolerance,
    },
    ...(['relu', 'tanh'] as const).map(
      (activation): OpCase => ({
        name: `gradient of ${activation} and its sum over images and pixels of ${shape.join(' x ')}`,
        inputs: [{ shape }, { shape, domain: { values: [0, 0.5, -0.25, 0, 0.375] } }],
        run: ([dy, y]) => [activationGradientSum(activation, dy, y), dy],
        tolerance,
        gradient: false,
      }),
    ),
  ]
})

const special: OpCase = {
  name: 'conv, NaN and infinities in the image',
  inputs: [
    { shape: [2, 3, 5, 5], domain: { values: [1, -2, Number.NaN, 0.5, -0, 3, 1, 2, 4, -1, 1.5, Infinity, 2, 1] } },
    { shape: [4, 3, 3, 3], domain: [0.5, 1] },
  ],
  run: ([x, w]) => conv(x, w, null, { padding: [1, 1], activation: 'relu' }),
  tolerance: sumOf(27),
}

const wrong = (throws: string, shapes: readonly CaseInput[], options: ConvOptions = {}): OpCase => ({
  name: throws,
  inputs: shapes,
  run: ([x, w, b]) => conv(x, w, b ?? null, options),
  throws,
})

const image: CaseInput = { shape: [2, 3, 8, 8] }
const filters: CaseInput = { shape: [4, 3, 3, 3] }
const call = (throws: string, shapes: readonly CaseInput[], run: (inputs: readonly NDArray[]) => NDArray): OpCase => ({
  ...{ name: throws, inputs: shapes, run, throws },
})

const errors: OpCase[] = [
  wrong('[conv] wrong number of input channels: got 5 in (2, 5, 8, 8), expected 3 for weight (4, 3, 3, 3)', [
    { shape: [2, 5, 8, 8] },
    filters,
  ]),
  wrong('[conv] the filter is larger than the padded input: got (9, 3) on (8, 8), expected at most that size', [
    image,
    { shape: [4, 3, 9, 3] },
  ]),
  wrong(
    '[conv] groups must divide the channels and the filters: got 3 channels and 4 filters, expected multiples of 2',
    [image, filters],
    {
      groups: 2,
    },
  ),
  wrong('[conv] input and weight differ in dtype: got uint8 and float32, expected one dtype', [
    { ...image, dtype: 'uint8' },
    filters,
  ]),
  wrong('[conv] input must be float32, got int32', [
    { ...image, dtype: 'int32' },
    { ...filters, dtype: 'int32' },
  ]),
  wrong('[conv] wrong shape of bias: got (3,), expected (4,)', [image, filters, { shape: [3] }]),
  wrong('[conv] wrong shape of the input: got (3, 8, 8), expected (N, C, H, W)', [{ shape: [3, 8, 8] }, filters]),
  wrong('[conv] wrong strides: got [0,1], expected two positive integers', [image, filters], { strides: [0, 1] }),
  wrong('[conv] wrong size of the filters: got (3, 3) in weight (4, 3, 3, 3), expected (2, 2)', [image, filters], {
    kernel: [2, 2],
  }),
  call(
    '[convData] wrong shape of dy: got (2, 4, 5, 6), expected (2, 4, 6, 6)',
    [{ shape: [2, 4, 5, 6] }, filters],
    ([dy, w]) => convData(dy, w, { ...windowOf({ x: [2, 3, 8, 8], filters: 4, kernel: [3, 3] }), size: [8, 8] }),
  ),
]

/** All cases. */
export const cases: readonly OpCase[] = [
  ...Object.entries(shapes).flatMap(([name, of]) => convCases(name, of)),
  ...sums,
  special,
  ...errors,
]
