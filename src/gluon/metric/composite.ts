// CompositeEvalMetric and create: several metrics as one, and metrics by name (MXNet 1.9.1, metric.py).
import { checkOptions, GlueballError, nameOfKind, OpError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import { Accuracy, type AccuracyOptions, TopKAccuracy, type TopKAccuracyOptions } from './accuracy.ts'
import { type BinaryOptions, F1, MCC } from './binary.ts'
import { type ArrayFunction, CustomMetric, type CustomMetricOptions } from './custom.ts'
import {
  CrossEntropy,
  type LikelihoodOptions,
  NegativeLogLikelihood,
  Perplexity,
  type PerplexityOptions,
} from './likelihood.ts'
import { Loss } from './loss.ts'
import type { Metric, OneOrMany } from './metric.ts'
import { MAE, MSE, type NameOptions, PearsonCorrelation, RMSE } from './regression.ts'
import type { AnyMetricState } from './state.ts'

/** What becomes a metric: one, its name, a function of labels and predictions, several metrics, or a list of these. */
export type MetricLike = Metric | CompositeEvalMetric | string | ArrayFunction | readonly MetricLike[]

/** Several metrics as one; the metrics of a composite among them are taken one by one. */
export class CompositeEvalMetric {
  readonly name: string
  readonly metrics: Metric[] = []

  constructor(metrics: readonly MetricLike[] = [], options: NameOptions = {}) {
    if (!Array.isArray(metrics)) {
      throw new OpError('CompositeEvalMetric', `takes a list of metrics, got ${nameOfKind(metrics)}`)
    }
    checkOptions('CompositeEvalMetric', options, "{ name: 'all' }", { name: 'string' })
    this.name = options.name ?? 'composite'
    for (const metric of metrics) this.add(metric)
  }

  /** Adds a metric, or one by its name, or of a function. */
  add(metric: MetricLike): void {
    const made = madeOf(metric)
    if (made instanceof CompositeEvalMetric) this.metrics.push(...made.metrics)
    else this.metrics.push(made)
  }

  /** Takes in labels and predictions for each metric. */
  update(labels: OneOrMany, preds: OneOrMany): void {
    for (const metric of this.metrics) metric.update(labels, preds)
  }

  /** Forgets all. */
  reset(): void {
    for (const metric of this.metrics) metric.reset()
  }

  /** What each metric gathered so far. */
  state(): Promise<readonly AnyMetricState[]> {
    return Promise.all(this.metrics.map((metric) => metric.state()))
  }

  /** Continues from a state with one entry for each metric. */
  restore(states: readonly AnyMetricState[]): void {
    if (!Array.isArray(states) || states.length !== this.metrics.length) {
      const got = Array.isArray(states) ? `one of ${states.length} metrics` : nameOfKind(states)
      throw new OpError(this.name, `the state must be one of ${this.metrics.length} metrics, got ${got}`)
    }
    for (const [i, metric] of this.metrics.entries()) metric.restore(states[i])
  }

  /** Names and values so far. */
  async get(): Promise<readonly [names: string[], values: number[]]> {
    const pairs = await Promise.all(this.metrics.map((metric) => metric.get()))
    return [pairs.map(([name]) => name), pairs.map(([, value]) => value)]
  }
}

/** Options of Perplexity that is made by its name. */
export interface NamedPerplexityOptions extends PerplexityOptions {
  /** The label that does not count. Default null: all labels count. */
  readonly ignoreLabel?: number | null
}

/** The options of each metric, by the names that Gluon has for it. */
export interface MetricOptions {
  readonly acc: AccuracyOptions
  readonly accuracy: AccuracyOptions
  readonly ce: LikelihoodOptions
  readonly composite: NameOptions
  readonly crossentropy: LikelihoodOptions
  readonly f1: BinaryOptions
  readonly loss: NameOptions
  readonly mae: NameOptions
  readonly mcc: BinaryOptions
  readonly mse: NameOptions
  readonly negativeloglikelihood: LikelihoodOptions
  readonly nll_loss: LikelihoodOptions
  readonly pearsoncorrelation: NameOptions
  readonly pearsonr: NameOptions
  readonly perplexity: NamedPerplexityOptions
  readonly rmse: NameOptions
  readonly top_k_acc: TopKAccuracyOptions
  readonly top_k_accuracy: TopKAccuracyOptions
  readonly topkaccuracy: TopKAccuracyOptions
}

type Makers = { readonly [N in keyof MetricOptions]: (options?: MetricOptions[N]) => Metric | CompositeEvalMetric }

const topK = (options?: TopKAccuracyOptions) => new TopKAccuracy(options as TopKAccuracyOptions)

const makers: Makers = {
  acc: (options) => new Accuracy(options),
  accuracy: (options) => new Accuracy(options),
  ce: (options) => new CrossEntropy(options),
  composite: (options) => new CompositeEvalMetric([], options),
  crossentropy: (options) => new CrossEntropy(options),
  f1: (options) => new F1(options),
  loss: (options) => new Loss(options),
  mae: (options) => new MAE(options),
  mcc: (options) => new MCC(options),
  mse: (options) => new MSE(options),
  negativeloglikelihood: (options) => new NegativeLogLikelihood(options),
  nll_loss: (options) => new NegativeLogLikelihood(options),
  pearsoncorrelation: (options) => new PearsonCorrelation(options),
  pearsonr: (options) => new PearsonCorrelation(options),
  perplexity({ ignoreLabel = null, ...rest } = {}) {
    return new Perplexity(ignoreLabel, rest)
  },
  rmse: (options) => new RMSE(options),
  top_k_acc: topK,
  top_k_accuracy: topK,
  topkaccuracy: topK,
}

function madeOf(metric: MetricLike, options?: object): Metric | CompositeEvalMetric {
  if (typeof metric === 'string') {
    const make = Object.hasOwn(makers, metric.toLowerCase()) && makers[metric.toLowerCase() as keyof Makers]
    if (make) return (make as (options?: object) => Metric | CompositeEvalMetric)(options)
    const meant = nearest(metric.toLowerCase(), Object.keys(makers))
    const hint = meant === undefined ? '' : `, did you mean '${meant}'?`
    throw new GlueballError(
      `no metric is named ${nameOfKind(metric)}${hint}; there are ${Object.keys(makers).join(', ')}`,
    )
  }
  const kind = nameOfKind(metric)
  if (kind.startsWith('the class')) throw new GlueballError(`a metric is made by new, got ${kind}`)
  if (typeof metric === 'function') return new CustomMetric(metric, options)
  if (Array.isArray(metric)) return new CompositeEvalMetric(metric as readonly MetricLike[])
  if (typeof (metric as Metric | null)?.update === 'function') return metric as Metric | CompositeEvalMetric
  throw new GlueballError(
    `a metric is made of its name, a function, or a list of these, as metric.create('acc'), got ${kind}`,
  )
}

/** Several metrics as one, each by its name, a function, or itself. */
export function create(metrics: readonly MetricLike[]): CompositeEvalMetric
/** The metric of a function of labels and predictions: a CustomMetric. */
export function create(metric: ArrayFunction, options?: CustomMetricOptions): CustomMetric
/** A metric by Gluon's name for it, in any case: `metric.create('top_k_acc', { topK: 5 })`. */
export function create<N extends string>(
  metric: N,
  options?: Lowercase<N> extends keyof MetricOptions ? MetricOptions[Lowercase<N>] : never,
): Lowercase<N> extends 'composite' ? CompositeEvalMetric : Metric
/** The metric itself. */
export function create<M extends Metric | CompositeEvalMetric>(metric: M): M
export function create(metric: MetricLike, options?: object): Metric | CompositeEvalMetric {
  return madeOf(metric, options)
}
