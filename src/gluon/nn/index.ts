// The names of gluon.nn.
export { AnyBlock, Block, type BlockOptions, type HookHandle, HybridBlock } from '../block.ts'
export type { InitializeOptions } from '../parameterDict.ts'
export {
  Activation,
  ELU,
  type ELUOptions,
  GELU,
  LeakyReLU,
  PReLU,
  type PReLUOptions,
  SELU,
  SiLU,
  Swish,
  type SwishOptions,
} from './activations.ts'
export type { BiasOf } from './affine.ts'
export type { Pair, Single } from './arguments.ts'
export { Dense, type DenseOptions, Dropout, type DropoutOptions, Flatten } from './basic.ts'
export { BatchNorm, type BatchNormOptions, BatchNormReLU } from './batchNorm.ts'
export { Concurrent, type ConcurrentOptions, HybridConcurrent } from './concurrent.ts'
export {
  Conv1D,
  type Conv1DOptions,
  Conv1DTranspose,
  type Conv1DTransposeOptions,
  Conv2D,
  type Conv2DOptions,
  Conv2DTranspose,
  type Conv2DTransposeOptions,
} from './conv.ts'
export { Embedding, type EmbeddingOptions } from './embedding.ts'
export { type FunctionName, HybridLambda, Identity, Lambda } from './lambda.ts'
export {
  type AxisNormOptions,
  GroupNorm,
  type GroupNormOptions,
  InstanceNorm,
  LayerNorm,
  type NormOptions,
} from './norm.ts'
export { PixelShuffle1D, PixelShuffle2D } from './pixelShuffle.ts'
export {
  AvgPool1D,
  type AvgPool1DOptions,
  AvgPool2D,
  type AvgPoolOptions,
  GlobalAvgPool1D,
  GlobalAvgPool2D,
  GlobalMaxPool1D,
  GlobalMaxPool2D,
  type GlobalPoolOptions,
  MaxPool1D,
  MaxPool2D,
  type Pool1DOptions,
  type PoolOptions,
} from './pool.ts'
export { ReflectionPad2D, type ReflectionPad2DOptions } from './reflectionPad.ts'
export type { BlockAt } from './sequential.ts'
export { HybridSequential, Sequential } from './sequential.ts'
