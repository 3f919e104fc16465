// The names of gluon.metric.
export { Accuracy, type AccuracyOptions, TopKAccuracy, type TopKAccuracyOptions } from './accuracy.ts'
export { type BinaryOptions, F1, MCC } from './binary.ts'
export {
  CompositeEvalMetric,
  create,
  type MetricLike,
  type MetricOptions,
  type NamedPerplexityOptions,
} from './composite.ts'
export {
  type ArrayFunction,
  CustomMetric,
  type CustomMetricOptions,
  ofValues,
  type ValueFunction,
  type Values,
} from './custom.ts'
export {
  CrossEntropy,
  type LikelihoodOptions,
  NegativeLogLikelihood,
  Perplexity,
  type PerplexityOptions,
} from './likelihood.ts'
export { Loss } from './loss.ts'
export { EvalMetric, type Measured, type Metric, type NameValue } from './metric.ts'
export { MAE, MSE, type NameOptions, PearsonCorrelation, RMSE } from './regression.ts'
export type { AnyMetricState, MetricState } from './state.ts'
