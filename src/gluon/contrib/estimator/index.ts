// The names of gluon.contrib.estimator.
export { BatchProcessor } from './batchProcessor.ts'
export { CheckpointHandler, type CheckpointOptions } from './checkpoint.ts'
export { EarlyStoppingHandler, type EarlyStoppingOptions } from './earlyStopping.ts'
export {
  type BatchSource,
  Estimator,
  type EstimatorOptions,
  type EvaluateOptions,
  type FitOptions,
} from './estimator.ts'
export type { Answer, Batch, BatchEnd, BatchResult, EventHandler } from './handler.ts'
export { LoggingHandler, type LoggingOptions } from './logging.ts'
export type { Mode, TrainingMetric } from './metrics.ts'
export {
  GradientUpdateHandler,
  type GradientUpdateOptions,
  MetricHandler,
  type PriorityOptions,
  StoppingHandler,
  ValidationHandler,
  type ValidationOptions,
} from './updates.ts'
