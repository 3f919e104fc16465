// Pooling of images by the largest element or the mean of each window.
export {
  type AveragePoolAttributes,
  type AveragePoolOptions,
  averagePool,
  averagePoolGradient,
  averagePoolGradientOp,
  averagePoolOp,
} from './averagePool.ts'
export { maxPool, maxPoolGradient, maxPoolGradientOp, maxPoolOp } from './maxPool.ts'
export type { PoolOptions, PoolWindow, Sized } from './window.ts'
