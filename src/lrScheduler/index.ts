// The names of lrScheduler.
export {
  CosineScheduler,
  type CosineSchedulerOptions,
  FactorScheduler,
  type FactorSchedulerOptions,
  LRScheduler,
  type LRSchedulerOptions,
  MultiFactorScheduler,
  type MultiFactorSchedulerOptions,
  PolyScheduler,
  type PolySchedulerOptions,
} from './lrScheduler.ts'
