// The public surface of glueball.
import { Context } from './core/engine.ts'
import { cpu } from './engines/wasm/start.ts'
import './setup.ts'

export * as autograd from './autograd/index.ts'
export type { DType, TypedArray } from './core/dtype.ts'
export {
  DeferredInitializationError,
  DeviceLostError,
  EngineError,
  GlueballError,
  MemoryLimitError,
  OpError,
} from './core/errors.ts'
export { type MemoryInfo, memoryInfo } from './core/memory.ts'
export { NDArray } from './core/ndarray.ts'
export type { Shape } from './core/shape.ts'
export { type GpuOptions, gpu } from './engines/gpu.ts'
export { reference } from './engines/reference/start.ts'
export { useWideSimd } from './engines/wasm/features.ts'
export { type CpuOptions, configureCpu } from './engines/wasm/start.ts'
export * as data from './gluon/data/index.ts'
export * as gluon from './gluon/index.ts'
export * as io from './gluon/interop.ts'
export * as kvstore from './gluon/kvstore/index.ts'
export * as loss from './gluon/loss/index.ts'
export * as metric from './gluon/metric/index.ts'
export * as nn from './gluon/nn/index.ts'
export * as rnn from './gluon/rnn/index.ts'
export * as image from './image/index.ts'
export * as init from './init/index.ts'
export * as lrScheduler from './lrScheduler/index.ts'
export * as nd from './nd/index.ts'
export * as random from './nd/random.ts'
export * as optimizer from './optimizer/index.ts'
export { Context, cpu }
