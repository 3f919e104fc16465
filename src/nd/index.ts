// The names of nd.

export { type ConcatOptions, concat, type SplitOptions, split } from '../ops/concat/concat.ts'
export { concatenate, type SplitV2Options, splitV2 } from '../ops/concat/splitV2.ts'
export { type StackOptions, stack } from '../ops/concat/stack.ts'
export { addN } from '../ops/elementwise/addN.ts'
export {
  abs,
  add,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctan2,
  arctanh,
  cbrt,
  ceil,
  clip,
  cos,
  cosh,
  degrees,
  divide,
  equal,
  erf,
  erfinv,
  exp,
  expm1,
  fix,
  floor,
  gamma,
  gammaln,
  greater,
  greaterEqual,
  type HardSigmoidOptions,
  hardSigmoid,
  hypot,
  lesser,
  lesserEqual,
  log,
  log1p,
  log2,
  log10,
  logaddexp,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  maximum,
  minimum,
  modulo,
  multiply,
  negative,
  notEqual,
  power,
  radians,
  rcbrt,
  reciprocal,
  relu,
  rint,
  round,
  rsqrt,
  type SmoothL1Options,
  sigmoid,
  sign,
  sin,
  sinh,
  smoothL1,
  softrelu,
  softsign,
  sqrt,
  square,
  subtract,
  tan,
  tanh,
  trunc,
  where,
} from '../ops/elementwise/elementwise.ts'
export { type LeakyReLUKind, type LeakyReLUOptions, leakyReLU } from '../ops/leakyReLU/leakyReLU.ts'
export { batchDot, type DotOptions } from '../ops/matmul/batchDot.ts'
export { type BatchNormOptions, batchNorm } from '../ops/norm/batchNorm.ts'
export {
  type GroupNormOptions,
  groupNorm,
  type InstanceNormOptions,
  instanceNorm,
  type LayerNormOptions,
  layerNorm,
} from '../ops/norm/normalise.ts'
export { type ArgmaxOptions, argmax, argmin } from '../ops/reduce/argmax.ts'
export { cumprod } from '../ops/reduce/cumprod.ts'
export { type CumsumOptions, cumsum } from '../ops/reduce/cumsum.ts'
export { nanprod, nansum } from '../ops/reduce/nan.ts'
export { max, mean, min, norm, prod, type ReduceOptions, sum } from '../ops/reduce/reduce.ts'
export { type MomentsOptions, momentsOf as moments, std, variance as var } from '../ops/reduce/variance.ts'
export {
  type SequenceMaskOptions,
  type SequenceOptions,
  sequenceLast,
  sequenceMask,
  sequenceReverse,
} from '../ops/sequence/sequence.ts'
export { logSoftmax, logsumexp, type SoftmaxOptions, softmax, softmin } from '../ops/softmax/softmax.ts'
export {
  type ArgsortOptions,
  argsort,
  type SortOptions,
  sort,
  type TopkBothOptions,
  type TopkOptions,
  type TopkResultOptions,
  topk,
} from '../ops/sort/sort.ts'
export {
  batchTake,
  gatherNd,
  type RavelOptions,
  ravelMultiIndex,
  scatterNd,
  unravelIndex,
} from '../ops/take/gatherNd.ts'
export { type OneHotOptions, oneHot, type PickOptions, pick, type TakeOptions, take } from '../ops/take/index.ts'
export { broadcastTo } from '../ops/view/broadcastTo.ts'
export { depthToSpace, spaceToDepth } from '../ops/view/depth.ts'
export { type DiagOptions, diag } from '../ops/view/diag.ts'
export { flip } from '../ops/view/flip.ts'
export {
  type BroadcastAxisOptions,
  type BroadcastLikeOptions,
  broadcastAxis,
  broadcastLike,
  type ReshapeLikeOptions,
  reshapeLike,
} from '../ops/view/like.ts'
export { type PadMode, type PadOptions, pad } from '../ops/view/pad.ts'
export { expandDims, flatten, reshape, squeeze } from '../ops/view/reshape.ts'
export { type RollOptions, roll } from '../ops/view/roll.ts'
export { sliceAxis } from '../ops/view/slice.ts'
export { type SliceLikeOptions, sliceLike } from '../ops/view/sliceLike.ts'
export { type RepeatOptions, repeat, tile } from '../ops/view/tile.ts'
export { moveaxis, swapaxes, transpose } from '../ops/view/transpose.ts'
export * as contrib from './contrib.ts'
export {
  type ConvolutionOptions,
  convolution,
  type DeconvolutionOptions,
  deconvolution,
} from './convolution.ts'
export {
  type ArangeOptions,
  type ArrayOptions,
  arange,
  array,
  type CreationOptions,
  empty,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from './creation.ts'
export { dot } from './dot.ts'
export { type LoadOptions, load, loadFrombuffer, type NamedArrays, save } from './files.ts'
export { type FormulaOptions, formula } from './formula.ts'
export {
  type ActivationOptions,
  activation,
  type DropoutOptions,
  dropout,
  type EmbeddingOptions,
  embedding,
  type FullyConnectedOptions,
  fullyConnected,
} from './layers.ts'
export * as linalg from './linalg.ts'
export { type L2NormalizationOptions, type LrnOptions, l2Normalization, lrn } from './normalisation.ts'
export * from './oldSpellings.ts'
export { type PoolingOptions, pooling } from './pooling.ts'
export * as random from './random.ts'
export {
  type MultinomialOptions,
  type MultinomialProbOptions,
  multinomial as sampleMultinomial,
  type NormalOptions,
  normal as randomNormal,
  type RandomOptions,
  randint as randomRandint,
  shuffle,
  type UniformOptions,
  uniform as randomUniform,
} from './random.ts'
export { waitall } from './reading.ts'
export { shapeArray, sizeArray } from './shapeArray.ts'
export { type SliceOptions, slice } from './slice.ts'
export { type UpSamplingOptions, upSampling } from './upSampling.ts'
export type { NestedNumbers } from './values.ts'
