// The names of gluon.nn.
export { AnyBlock, Block, type BlockOptions, type HookHandle, HybridBlock } from '../block.ts'
export type { InitializeOptions } from '../parameterDict.ts'
export { Activation } from './activation.ts'
export type { Pair, Single } from './arguments.ts'
export { Dense, type DenseOptions, Dropout, type DropoutOptions, Flatten } from './basic.ts'
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
export { HybridSequential, Sequential } from './sequential.ts'
