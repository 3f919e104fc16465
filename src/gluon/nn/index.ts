// The names of gluon.nn.
export { AnyBlock, Block, type BlockOptions, type HookHandle, HybridBlock } from '../block.ts'
export type { InitializeOptions } from '../parameterDict.ts'
export { Activation } from './activation.ts'
export type { BiasOf } from './affine.ts'
export type { Pair } from './arguments.ts'
export { Dense, type DenseOptions, Dropout, type DropoutOptions, Flatten } from './basic.ts'
export { Conv2D, type Conv2DOptions } from './conv.ts'
export {
  AvgPool2D,
  type AvgPoolOptions,
  GlobalAvgPool2D,
  GlobalMaxPool2D,
  MaxPool2D,
  type PoolOptions,
} from './pool.ts'
export type { BlockAt } from './sequential.ts'
export { HybridSequential, Sequential } from './sequential.ts'
