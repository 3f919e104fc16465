// The names of nd.

export { type ConcatOptions, concat, type SplitOptions, split } from '../ops/concat/concat.ts'
export { concatenate, type SplitV2Options, splitV2 } from '../ops/concat/splitV2.ts'
export { type StackOptions, stack } from '../ops/concat/stack.ts'
export {
  abs,
  add,
  ceil,
  clip,
  divide,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  greaterEqual,
  lesser,
  lesserEqual,
  log,
  log1p,
  logaddexp,
  maximum,
  minimum,
  modulo,
  multiply,
  negative,
  notEqual,
  power,
  relu,
  rint,
  round,
  rsqrt,
  sigmoid,
  sign,
  softrelu,
  softsign,
  sqrt,
  square,
  subtract,
  tanh,
  trunc,
  where,
} from '../ops/elementwise/elementwise.ts'
export { batchDot, type DotOptions } from '../ops/matmul/batchDot.ts'
export { type BatchNormOptions, batchNorm } from '../ops/norm/batchNorm.ts'
export { type ArgmaxOptions, argmax, argmin } from '../ops/reduce/argmax.ts'
export { cumprod } from '../ops/reduce/cumprod.ts'
export { type CumsumOptions, cumsum } from '../ops/reduce/cumsum.ts'
export { max, mean, min, norm, prod, type ReduceOptions, sum } from '../ops/reduce/reduce.ts'
export { std, variance as var } from '../ops/reduce/variance.ts'
export {
  type SequenceMaskOptions,
  type SequenceOptions,
  sequenceLast,
  sequenceMask,
  sequenceReverse,
} from '../ops/sequence/sequence.ts'
export { logSoftmax, logsumexp, type SoftmaxOptions, softmax } from '../ops/softmax/softmax.ts'
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
export { type PadMode, type PadOptions, pad } from '../ops/view/pad.ts'
export { expandDims, flatten, reshape, squeeze } from '../ops/view/reshape.ts'
export { type RollOptions, roll } from '../ops/view/roll.ts'
export { sliceAxis } from '../ops/view/slice.ts'
export { type SliceLikeOptions, sliceLike } from '../ops/view/sliceLike.ts'
export { type RepeatOptions, repeat, tile } from '../ops/view/tile.ts'
export { moveaxis, swapaxes, transpose } from '../ops/view/transpose.ts'
export * as contrib from './contrib.ts'
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
export * as linalg from './linalg.ts'
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
export type { NestedNumbers } from './values.ts'
