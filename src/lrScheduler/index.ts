// The names of lrScheduler.
export {
  CosineScheduler,
  type CosineSchedulerOptions,
  FactorScheduler,
  type FactorSchedulerOptions,
  LRScheduler,
  type LRSchedulerOptions,
} from './lrScheduler.ts'
