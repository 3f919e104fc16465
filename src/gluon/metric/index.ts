// The names of gluon.metric.
export { Accuracy, CompositeEvalMetric, EvalMetric, Loss, type MetricState, type NameValue } from './metric.ts'
