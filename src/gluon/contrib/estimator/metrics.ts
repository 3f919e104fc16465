// The metrics of an Estimator: what they are made of, their names, and which way is better.
import { OpError } from '../../../core/errors.ts'
import { SoftmaxCrossEntropyLoss } from '../../loss/classification.ts'
import type { Loss } from '../../loss/loss.ts'
import { Accuracy } from '../../metric/accuracy.ts'
import { CompositeEvalMetric, create, type MetricLike } from '../../metric/composite.ts'
import { Loss as LossMetric } from '../../metric/loss.ts'
import { EvalMetric, type Metric } from '../../metric/metric.ts'
import { type AnyEvalMetric, Twin } from '../../metric/twin.ts'

/** A metric of a training. */
export type TrainingMetric = Metric

/** Whether a metric is given losses, not predictions. */
export function measuresLoss(metric: Metric): boolean {
  return metric instanceof LossMetric || (metric instanceof Twin && metric.source instanceof LossMetric)
}

/** Metrics as a user gives them: one, or a list. */
type Given = MetricLike | undefined

function metricsOf(given: Given): Metric[] {
  if (given === undefined || given === null) return []
  const made = create(given as Metric | CompositeEvalMetric)
  return made instanceof CompositeEvalMetric ? [...made.metrics] : [made]
}

/** Those of a loss where none are given: accuracy where the loss is one of classes, and the loss itself. */
function defaults(loss: Loss): Metric[] {
  const name = loss.name.replace(/\d+$/, '')
  return [...(loss instanceof SoftmaxCrossEntropyLoss ? [new Accuracy()] : []), new LossMetric({ name })]
}

/** The metrics of a training and those of its validation; their names begin with `training` and `validation`. */
export function makeMetrics(
  loss: Loss,
  train: Given,
  val: Given,
): { train: readonly Metric[]; val: readonly Metric[] } {
  const given = metricsOf(train)
  const training = given.length > 0 ? given : defaults(loss)
  for (const metric of training) metric.name = prefixed('training', metric.name)
  const wanted = metricsOf(val)
  const validation = wanted.length > 0 ? wanted : training.map(twinOf)
  for (const metric of validation) metric.name = prefixed('validation', metric.name)
  return { train: training, val: validation }
}

function prefixed(phase: 'training' | 'validation', name: string): string {
  return `${phase} ${name.replace(/^(training|validation) /, '')}`
}

function twinOf(metric: Metric): Metric {
  if (metric instanceof EvalMetric) return new Twin(metric as AnyEvalMetric, metric.name)
  if (metric instanceof Twin) return new Twin(metric.source, metric.name)
  throw new OpError('Estimator', `give valMetrics, too: the metric ${metric.name} can't be copied for the validation`)
}

/** Which way a metric gets better. */
export type Mode = 'auto' | 'min' | 'max'

const lower = /loss|err|mae|mse|entropy|perplexity|nll/
const higher = /acc|f1|mcc|pearson|correlation|precision|recall|auc|iou|score/

/** Whether the first value is better than the second. `'auto'` goes by the name: lower for losses, higher for accuracies. */
export function betterBy(op: string, mode: Mode, { name }: Metric): (value: number, best: number) => boolean {
  if (!['auto', 'min', 'max'].includes(mode))
    throw new OpError(op, `mode must be 'auto', 'min' or 'max', got '${mode}'`)
  const falls = mode === 'auto' ? lower.test(name.toLowerCase()) : mode === 'min'
  if (mode === 'auto' && !falls && !higher.test(name.toLowerCase())) {
    throw new OpError(op, `mode 'auto' can't tell whether '${name}' is better when lower: give mode 'min' or 'max'`)
  }
  return falls ? (value, best) => value < best : (value, best) => value > best
}
