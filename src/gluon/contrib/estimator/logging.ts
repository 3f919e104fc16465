// LoggingHandler: lines about a training, for each epoch or each few batches (MXNet 1.9.1, estimator/event_handler.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../../core/errors.ts'
import type { Estimator } from './estimator.ts'
import type { BatchEnd, EventHandler } from './handler.ts'
import type { TrainingMetric } from './metrics.ts'
import type { PriorityOptions } from './updates.ts'

/** Options of LoggingHandler. */
export interface LoggingOptions extends PriorityOptions {
  /** 'epoch', or the number of batches between lines. Default 'epoch'. */
  readonly logInterval?: 'epoch' | number
  /** What lines say. Default none. */
  readonly metrics?: readonly TrainingMetric[]
}

const loggingOptions: OptionNames<LoggingOptions> = { priority: 'number', logInterval: true, metrics: true }

/** Tells the estimator's logger how a training goes. */
export class LoggingHandler implements EventHandler {
  readonly priority: number
  readonly #interval: 'epoch' | number
  readonly #metrics: readonly TrainingMetric[]
  readonly #started = { train: 0, epoch: 0, interval: 0 }
  #epoch = 0
  #batch = 0
  #samples = 0

  constructor(options: LoggingOptions = {}) {
    checkOptions('LoggingHandler', options, '{ logInterval: 100 }', loggingOptions)
    const { logInterval = 'epoch', metrics = [], priority = Infinity } = options
    if (logInterval !== 'epoch' && !(Number.isInteger(logInterval) && logInterval > 0)) {
      const got = nameOfKind(logInterval)
      throw new OpError('LoggingHandler', `logInterval must be 'epoch' or a number of batches, got ${got}`)
    }
    this.priority = priority
    this.#interval = logInterval
    this.#metrics = metrics
  }

  trainBegin(estimator: Estimator): void {
    const { trainer, maxEpoch, maxBatch } = estimator
    this.#started.train = performance.now()
    this.#epoch = 0
    const rate = trainer.learningRate.toFixed(4)
    tell(estimator, `Training begin: using optimizer ${trainer.optimizer.className} with current learning rate ${rate}`)
    tell(estimator, maxEpoch === undefined ? `Train for ${maxBatch} batches.` : `Train for ${maxEpoch} epochs.`)
  }

  epochBegin(estimator: Estimator): void {
    this.#started.epoch = performance.now()
    this.#started.interval = performance.now()
    this.#batch = 0
    this.#samples = 0
    const rate = estimator.trainer.learningRate.toFixed(4)
    tell(estimator, `[Epoch ${this.#epoch}] Begin, current learning rate: ${rate}`)
  }

  async batchEnd(estimator: Estimator, { loss }: BatchEnd): Promise<void> {
    const batch = this.#batch++
    this.#samples += loss.shape[0]
    if (this.#interval === 'epoch' || batch % this.#interval !== 0) return
    const values = await this.#values()
    const where = `[Epoch ${this.#epoch}][Batch ${batch}][Samples ${this.#samples}]`
    tell(estimator, [`${where} time/interval: ${since(this.#started.interval)}s`, ...values].join(', '))
    this.#started.interval = performance.now()
  }

  async epochEnd(estimator: Estimator): Promise<void> {
    const values = await this.#values()
    const line = `[Epoch ${this.#epoch}] Finished in ${since(this.#started.epoch)}s`
    tell(estimator, [line, ...values].join(', '))
    this.#epoch++
  }

  async trainEnd(estimator: Estimator): Promise<void> {
    const seconds = Math.floor((performance.now() - this.#started.train) / 1000)
    const values = await this.#values()
    tell(estimator, `Train finished using total ${seconds}s with ${this.#epoch} epochs. ${values.join(', ')}`.trimEnd())
  }

  async #values(): Promise<string[]> {
    const pairs = await Promise.all(this.#metrics.map((metric) => metric.get()))
    return pairs.map(([name, value]) => `${name}: ${value.toFixed(4)}`)
  }
}

function tell({ logger }: Estimator, line: string): void {
  logger?.(line)
}

function since(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(3)
}
