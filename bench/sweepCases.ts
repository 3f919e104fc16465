// The single operations that the sweep times beside PyTorch. Cases are only added, so that tables of different builds compare.

/** What an operation computes; each system has a program for each. */
export type SweepOp =
  | 'add'
  | 'exp'
  | 'relu'
  | 'tanh'
  | 'multiply'
  | 'sum'
  | 'mean'
  | 'softmax'
  | 'argmax'
  | 'transposeAdd'
  | 'transpose'
  | 'concat'
  | 'slice'
  | 'take'
  | 'matmul'
  | 'conv'
  | 'maxPool'
  | 'avgPool'
  | 'globalAvgPool'
  | 'batchNorm'
  | 'adam'
  | 'lstm'
  | 'embedding'

/** What is said of an operation besides its inputs, as far as it needs it. */
export interface SweepAttributes {
  readonly axes?: readonly number[]
  /** Of convolutions and pools, the same in both directions. */
  readonly kernel?: number
  readonly stride?: number
  readonly padding?: number
  readonly dilation?: number
  readonly groups?: number
}

/** One case of the sweep, all of it plain JSON, since every system reads it. */
export interface SweepCase {
  readonly name: string
  readonly op: SweepOp
  /** Shapes of the inputs. */
  readonly inputs: readonly (readonly number[])[]
  readonly attributes: SweepAttributes
  /** Whether the gradients of all inputs are computed too, from ones. */
  readonly gradients: boolean
  /** Operations in a step. */
  readonly batch: 1
}

function single(name: string, op: SweepOp, inputs: SweepCase['inputs'], attributes: SweepAttributes = {}): SweepCase {
  return { name, op, inputs, attributes, gradients: false, batch: 1 }
}

/** The operation alone, and with its gradients. */
function both({ name, ...rest }: SweepCase): SweepCase[] {
  return [
    { ...rest, name: `${name} fwd` },
    { ...rest, name: `${name} fwd+bwd`, gradients: true },
  ]
}

/** A convolution with bias of `batch` images of `before` channels and this side. */
function conv(
  name: string,
  [batch, before, channels, kernel, side]: readonly number[],
  attributes: SweepAttributes = {},
): SweepCase[] {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = attributes
  const inputs = [[batch, before, side, side], [channels, before / groups, kernel, kernel], [channels]]
  return both(single(name, 'conv', inputs, { kernel, stride, padding, dilation, groups }))
}

const values = [4, 1024, 1024]
const images = [64, 64, 28, 28]
const rows = [4096, 1024]
const square = [2048, 2048]
const pooled = [16, 64, 112, 112]

const product = (m: number, k: number, n: number) => [
  [m, k],
  [k, n],
]

/** The cases in their order. */
export const sweepCases: readonly SweepCase[] = [
  single('add 4M', 'add', [values, values]),
  single('exp 4M', 'exp', [values]),
  single('relu 4M', 'relu', [values]),
  single('tanh 4M', 'tanh', [values]),
  single('image*channel', 'multiply', [images, [1, 64, 1, 1]]),
  single('sum all 4M', 'sum', [values]),
  single('mean NHW of (64,64,28,28)', 'mean', [images], { axes: [0, 2, 3] }),
  single('sum axis1 (4096,1024)', 'sum', [rows], { axes: [1] }),
  single('sum axis0 (4096,1024)', 'sum', [rows], { axes: [0] }),
  single('softmax (4096,1024)', 'softmax', [rows]),
  single('argmax (4096,1024)', 'argmax', [rows]),
  single('transpose 2048', 'transposeAdd', [square]),
  single('transpose image', 'transpose', [images], { axes: [0, 2, 3, 1] }),
  single('concat', 'concat', [images, images]),
  single('slice step', 'slice', [square]),
  single('take rows', 'take', [rows, [4096]]),
  single('matmul 128', 'matmul', product(128, 128, 128)),
  single('matmul 512', 'matmul', product(512, 512, 512)),
  single('matmul 1024', 'matmul', product(1024, 1024, 1024)),
  single('matmul 64x4096x1024', 'matmul', product(64, 4096, 1024)),
  single('matmul 1x4096x1024', 'matmul', product(1, 4096, 1024)),
  ...conv('conv 7x7/2 3-64@224 b8', [8, 3, 64, 7, 224], { stride: 2, padding: 3 }),
  ...conv('conv 3x3 64-64@56 b16', [16, 64, 64, 3, 56], { padding: 1 }),
  ...conv('conv 3x3/2 64-128@56 b16', [16, 64, 128, 3, 56], { stride: 2, padding: 1 }),
  ...conv('conv 3x3 256-256@14 b16', [16, 256, 256, 3, 14], { padding: 1 }),
  ...conv('conv 3x3 512-512@7 b16', [16, 512, 512, 3, 7], { padding: 1 }),
  ...conv('conv 1x1 256-64@56 b16', [16, 256, 64, 1, 56]),
  ...conv('conv 1x1/2 256-512@56 b8', [8, 256, 512, 1, 56], { stride: 2 }),
  ...conv('depthwise 3x3 128@28 b32', [32, 128, 128, 3, 28], { padding: 1, groups: 128 }),
  ...conv('depthwise 3x3/2 128@56 b16', [16, 128, 128, 3, 56], { stride: 2, padding: 1, groups: 128 }),
  ...conv('grouped 3x3 g32 256@14 b16', [16, 256, 256, 3, 14], { padding: 1, groups: 32 }),
  ...conv('conv 3x3 d2 128@28 b16', [16, 128, 128, 3, 28], { padding: 2, dilation: 2 }),
  ...conv('conv 5x5 1-6@28 b256', [256, 1, 6, 5, 28], { padding: 2 }),
  ...conv('conv 3x3 3-64@32 b128', [128, 3, 64, 3, 32], { padding: 1 }),
  ...both(single('maxpool 3/2', 'maxPool', [pooled], { kernel: 3, stride: 2, padding: 1 })),
  single('avgpool 2 fwd', 'avgPool', [pooled], { kernel: 2 }),
  single('global avg pool', 'globalAvgPool', [[64, 512, 7, 7]]),
  // behind the 51 of the first tables
  single('transpose 2048 dense', 'transpose', [square], { axes: [1, 0] }),
  ...both(single('batch norm (64,64,28,28)', 'batchNorm', [images, [64], [64]])),
  single('adam 2M', 'adam', [[2_000_000], [2_000_000]]),
  ...both(single('lstm 256 (64,32,256)', 'lstm', [[64, 32, 256], [1024, 256], [1024, 256], [1024], [1024]])),
  ...both(
    single('embedding 20000x256 (32,64)', 'embedding', [
      [20_000, 256],
      [32, 64],
    ]),
  ),
]

/** Whether PyTorch may be faster in its other layout. */
export const hasLayouts = ({ op }: SweepCase): boolean => op === 'conv' || op.endsWith('Pool')
