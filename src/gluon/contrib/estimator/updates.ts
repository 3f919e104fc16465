// Handlers that every training has: the end, updates, metrics, validation (MXNet 1.9.1, estimator/event_handler.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../../core/errors.ts'
import type { Parameter } from '../../parameter.ts'
import type { BatchSource, Estimator, EvaluateOptions } from './estimator.ts'
import type { BatchEnd, EventHandler } from './handler.ts'
import { measuresLoss, type TrainingMetric } from './metrics.ts'

/** Options that all handlers take. */
export interface PriorityOptions {
  /** Handlers with a lower number are called first. */
  readonly priority?: number
}

/** Throws where an option is given and is no positive integer. */
export function checkCount(op: string, name: string, value: number | null | undefined): void {
  if (value === undefined || value === null || (Number.isInteger(value) && value > 0)) return
  throw new OpError(op, `${name} must be a positive integer, got ${nameOfKind(value)}`)
}

/** Ends a training after the epochs or batches that `fit` was given. Each training has one. */
export class StoppingHandler implements EventHandler {
  #epochs = 0
  #batches = 0

  trainBegin(): void {
    this.#epochs = 0
    this.#batches = 0
  }

  batchEnd(estimator: Estimator): boolean {
    return ++this.#batches === estimator.maxBatch
  }

  epochEnd(estimator: Estimator): boolean {
    return ++this.#epochs === estimator.maxEpoch
  }
}

/** Options of GradientUpdateHandler. */
export interface GradientUpdateOptions extends PriorityOptions {
  /** Batches whose gradients are summed for an update. Default 1. */
  readonly accumulate?: number
  /** What the gradients of a batch are divided by. Default the number of its samples. */
  readonly batchSize?: number
}

const gradientUpdateOptions: OptionNames<GradientUpdateOptions> = {
  priority: 'number',
  accumulate: 'number',
  batchSize: 'number',
}

/** Updates the parameters after each batch, or each few; what is left at the end of an epoch is an update, too. */
export class GradientUpdateHandler implements EventHandler {
  readonly priority: number
  readonly accumulate: number
  readonly #batchSize: number | undefined
  /** Batches and samples since the last update. */
  #batches = 0
  #samples = 0
  /** Parameters whose gradients are added up while this handler trains. */
  #adding: readonly Parameter[] = []

  constructor(options: GradientUpdateOptions = {}) {
    checkOptions('GradientUpdateHandler', options, '{ accumulate: 4 }', gradientUpdateOptions)
    const { priority = -2000, accumulate = 1, batchSize } = options
    checkCount('GradientUpdateHandler', 'accumulate', accumulate)
    checkCount('GradientUpdateHandler', 'batchSize', batchSize)
    this.priority = priority
    this.accumulate = accumulate
    this.#batchSize = batchSize
  }

  trainBegin({ net }: Estimator): void {
    this.#batches = 0
    this.#samples = 0
    if (this.accumulate === 1) return
    this.#adding = [...net.collectParams().values()].filter(({ gradReq }) => gradReq === 'write')
    // a new buffer of gradients starts at zero
    for (const parameter of this.#adding) parameter.gradReq = 'add'
  }

  batchEnd(estimator: Estimator, { loss }: BatchEnd): void {
    this.#batches++
    this.#samples += this.#batchSize ?? loss.shape[0]
    if (this.#batches === this.accumulate) this.#update(estimator)
  }

  epochEnd(estimator: Estimator): void {
    if (this.#batches > 0) this.#update(estimator)
  }

  trainEnd(): void {
    for (const parameter of this.#adding) parameter.gradReq = 'write'
    this.#adding = []
  }

  #update({ trainer }: Estimator): void {
    // a fixed divisor counts whole groups: the last one of an epoch may have fewer batches, as a batch fewer samples
    trainer.step(this.#batchSize === undefined ? this.#samples : this.#batchSize * this.accumulate)
    for (const parameter of this.#adding) parameter.zeroGrad()
    this.#batches = 0
    this.#samples = 0
  }
}

/** Resets metrics when an epoch begins, and takes each batch into them. */
export class MetricHandler implements EventHandler {
  readonly priority: number
  readonly metrics: readonly TrainingMetric[]

  constructor(metrics: readonly TrainingMetric[], options: PriorityOptions = {}) {
    if (!Array.isArray(metrics)) throw new OpError('MetricHandler', `takes metrics, got ${nameOfKind(metrics)}`)
    checkOptions('MetricHandler', options, '{ priority: -1000 }', { priority: 'number' })
    this.metrics = metrics
    this.priority = options.priority ?? -1000
  }

  epochBegin(_estimator: Estimator): void {
    for (const metric of this.metrics) metric.reset()
  }

  batchEnd(_estimator: Estimator, { label, pred, loss }: BatchEnd): void {
    for (const metric of this.metrics) metric.update(label, measuresLoss(metric) ? loss : pred)
  }
}

/** Options of ValidationHandler. */
export interface ValidationOptions extends PriorityOptions {
  /** Epochs between evaluations; null for none. Default 1. */
  readonly epochPeriod?: number | null
  /** Batches between evaluations; null for none. Default null. */
  readonly batchPeriod?: number | null
  /** Handlers of the evaluation. */
  readonly eventHandlers?: readonly EventHandler[]
}

const validationOptions: OptionNames<ValidationOptions> = {
  priority: 'number',
  epochPeriod: 'number',
  batchPeriod: 'number',
  eventHandlers: true,
}

/** Evaluates after each few epochs or batches: `new ValidationHandler(valData, (data) => estimator.evaluate(data))`. */
export class ValidationHandler implements EventHandler {
  readonly priority: number
  readonly #valData: BatchSource
  readonly #evalFn: (valData: BatchSource, options: EvaluateOptions) => void | Promise<void>
  readonly #options: ValidationOptions
  #epochs = 0
  #batches = 0

  constructor(
    valData: BatchSource,
    evalFn: (valData: BatchSource, options: EvaluateOptions) => void | Promise<void>,
    options: ValidationOptions = {},
  ) {
    checkOptions('ValidationHandler', options, '{ epochPeriod: 2 }', validationOptions)
    if (typeof evalFn !== 'function') {
      const right = '(data, options) => estimator.evaluate(data, options)'
      throw new OpError('ValidationHandler', `evalFn must be a function, as ${right}: got ${nameOfKind(evalFn)}`)
    }
    checkCount('ValidationHandler', 'epochPeriod', options.epochPeriod)
    checkCount('ValidationHandler', 'batchPeriod', options.batchPeriod)
    this.priority = options.priority ?? -1000
    this.#valData = valData
    this.#evalFn = evalFn
    this.#options = options
  }

  trainBegin(): void {
    this.#epochs = 0
    this.#batches = 0
  }

  async batchEnd(): Promise<void> {
    const { batchPeriod } = this.#options
    if (++this.#batches % (batchPeriod ?? Infinity) === 0) await this.#evaluate()
  }

  async epochEnd(): Promise<void> {
    const { epochPeriod = 1 } = this.#options
    if (++this.#epochs % (epochPeriod ?? Infinity) === 0) await this.#evaluate()
  }

  async #evaluate(): Promise<void> {
    const { eventHandlers = [] } = this.#options
    await this.#evalFn(this.#valData, { eventHandlers })
  }
}
