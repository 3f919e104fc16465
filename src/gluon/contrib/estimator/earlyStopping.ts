// EarlyStoppingHandler: ends a training that gets no better (MXNet 1.9.1, estimator/event_handler.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../../core/errors.ts'
import type { Estimator } from './estimator.ts'
import type { EventHandler } from './handler.ts'
import { betterBy, type Mode, type TrainingMetric } from './metrics.ts'
import type { PriorityOptions } from './updates.ts'

/** Options of EarlyStoppingHandler. */
export interface EarlyStoppingOptions extends PriorityOptions {
  /** What counts as better is better by more than this. Default 0. */
  readonly minDelta?: number
  /** Epochs without a better value after which the training ends. Default 0, as 1: the first of them. */
  readonly patience?: number
  /** Which way is better. Default 'auto': lower for losses, higher for accuracies. */
  readonly mode?: Mode
  /** What the first epoch must be better than. Default none. */
  readonly baseline?: number | null
}

const earlyStoppingOptions: OptionNames<EarlyStoppingOptions> = {
  priority: 'number',
  minDelta: 'number',
  patience: 'number',
  mode: true,
  baseline: 'number',
}

/** The value of a metric that a handler watches; NaN with a warning where nothing was measured. */
export async function watched(op: string, metric: TrainingMetric): Promise<number> {
  const [name, value] = await metric.get()
  if (Number.isNaN(value)) {
    console.warn(`[${op}] ${name} has no value: is it one of estimator.trainMetrics or estimator.valMetrics?`)
  }
  return value
}

/** Throws where what a handler watches is no metric. */
export function checkMonitor(op: string, monitor: TrainingMetric): void {
  if (typeof monitor?.get === 'function') return
  const right = 'one of estimator.trainMetrics or estimator.valMetrics'
  throw new OpError(op, `monitor must be a metric, ${right}: got ${nameOfKind(monitor)}`)
}

/** Ends a training when a metric has not got better for some epochs. */
export class EarlyStoppingHandler implements EventHandler {
  readonly priority: number
  readonly #monitor: TrainingMetric
  readonly #options: EarlyStoppingOptions
  readonly #better: (value: number, best: number) => boolean
  #best: number | undefined
  #wait = 0
  #epoch = 0
  /** The epoch that ended the training. */
  #stopped: number | undefined

  constructor(monitor: TrainingMetric, options: EarlyStoppingOptions = {}) {
    checkMonitor('EarlyStoppingHandler', monitor)
    checkOptions('EarlyStoppingHandler', options, '{ patience: 3 }', earlyStoppingOptions)
    this.#monitor = monitor
    this.#options = options
    this.#better = betterBy('EarlyStoppingHandler', options.mode ?? 'auto', monitor)
    this.priority = options.priority ?? 0
  }

  trainBegin(): void {
    this.#best = this.#options.baseline ?? undefined
    this.#wait = 0
    this.#epoch = 0
    this.#stopped = undefined
  }

  async epochEnd(): Promise<boolean> {
    const { minDelta = 0, patience = 0 } = this.#options
    const epoch = this.#epoch++
    const value = await watched('EarlyStoppingHandler', this.#monitor)
    if (Number.isNaN(value)) return false
    // towards the worse, whichever way that is
    const less = this.#better(1, 0) ? value - minDelta : value + minDelta
    if (this.#best === undefined || this.#better(less, this.#best)) {
      this.#best = value
      this.#wait = 0
      return false
    }
    if (++this.#wait < patience) return false
    this.#stopped = epoch
    return true
  }

  trainEnd({ logger }: Estimator): void {
    if (this.#stopped === undefined) return
    logger?.(`[Epoch ${this.#stopped}] EarlyStoppingHandler: ${this.#monitor.name} did not get better`)
  }
}
