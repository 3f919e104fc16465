// Learning-rate schedulers: functions of the number of updates, which starts at 1 (MXNet 1.9.1, lr_scheduler.py).
import { checkOptions, GlueballError, type OptionNames } from '../core/errors.ts'

/** Options of every scheduler. */
export interface LRSchedulerOptions {
  /** The rate after warm-up. Default 0.01, or what the optimizer is given. */
  readonly baseLr?: number
  /** Updates of warm-up. Default none. */
  readonly warmupSteps?: number
  /** Rate at which warm-up begins. */
  readonly warmupBeginLr?: number
  /** Whether warm-up rises linearly or stays constant. */
  readonly warmupMode?: 'linear' | 'constant'
}

const schedulerOptions: OptionNames<LRSchedulerOptions> = {
  baseLr: true,
  warmupSteps: true,
  warmupBeginLr: true,
  warmupMode: true,
}

/** Base of schedulers: warm-up, then what a subclass says. */
export abstract class LRScheduler {
  /** The rate after warm-up. */
  baseLr: number
  readonly warmupSteps: number
  readonly warmupBeginLr: number
  readonly warmupMode: 'linear' | 'constant'

  constructor(options: LRSchedulerOptions = {}) {
    this.baseLr = options.baseLr ?? 0.01
    this.warmupSteps = options.warmupSteps ?? 0
    this.warmupBeginLr = options.warmupBeginLr ?? 0
    this.warmupMode = options.warmupMode ?? 'linear'
    if (this.warmupBeginLr > this.baseLr) {
      throw new GlueballError(`warmupBeginLr ${this.warmupBeginLr} must not exceed baseLr ${this.baseLr}`)
    }
    if (!Number.isInteger(this.warmupSteps) || this.warmupSteps < 0) {
      throw new GlueballError(`warmupSteps must be a non-negative integer, got ${this.warmupSteps}`)
    }
  }

  /** The rate for an update; the first one has number 1. */
  rate(update: number): number {
    if (update >= this.warmupSteps) return this.afterWarmup(update)
    if (this.warmupMode === 'constant') return this.warmupBeginLr
    return this.warmupBeginLr + ((this.baseLr - this.warmupBeginLr) * update) / this.warmupSteps
  }

  /** The rate for an update after warm-up. */
  protected abstract afterWarmup(update: number): number
}

/** Options of FactorScheduler. */
export interface FactorSchedulerOptions extends LRSchedulerOptions {
  /** What the rate is multiplied by. Default 1. */
  readonly factor?: number
  /** The rate does not fall below this. Default 1e-8. */
  readonly stopFactorLr?: number
}

const factorOptions: OptionNames<FactorSchedulerOptions> = { ...schedulerOptions, factor: true, stopFactorLr: true }

/** Multiplies the rate by a factor every `step` updates: the first drop is at update step + 1. */
export class FactorScheduler extends LRScheduler {
  readonly step: number
  readonly factor: number
  readonly stopFactorLr: number

  constructor(step: number, options: FactorSchedulerOptions = {}) {
    checkOptions('FactorScheduler', options, '{ factor: 0.5 }', factorOptions)
    super(options)
    this.step = step
    this.factor = options.factor ?? 1
    this.stopFactorLr = options.stopFactorLr ?? 1e-8
    if (!(step >= 1)) throw new GlueballError(`FactorScheduler needs a step of at least 1, got ${step}`)
    if (this.factor > 1)
      throw new GlueballError(`the factor must not exceed 1, or the rate would grow: got ${this.factor}`)
  }

  protected afterWarmup(update: number): number {
    const drops = Math.max(0, Math.ceil(update / this.step) - 1)
    return Math.max(this.baseLr * this.factor ** drops, Math.min(this.stopFactorLr, this.baseLr))
  }
}

/** Options of CosineScheduler. */
export interface CosineSchedulerOptions extends LRSchedulerOptions {
  /** The rate at the end. Default 0. */
  readonly finalLr?: number
}

const cosineOptions: OptionNames<CosineSchedulerOptions> = { ...schedulerOptions, finalLr: true }

/** Falls along half a cosine from the base rate to the final one at `maxUpdate`, and stays there. */
export class CosineScheduler extends LRScheduler {
  readonly maxUpdate: number
  readonly finalLr: number

  constructor(maxUpdate: number, options: CosineSchedulerOptions = {}) {
    checkOptions('CosineScheduler', options, '{ warmupSteps: 5 }', cosineOptions)
    super(options)
    this.maxUpdate = maxUpdate
    this.finalLr = options.finalLr ?? 0
    if (!(maxUpdate > this.warmupSteps)) {
      throw new GlueballError(`maxUpdate must exceed warmupSteps ${this.warmupSteps}, got ${maxUpdate}`)
    }
  }

  protected afterWarmup(update: number): number {
    const progress = (Math.min(update, this.maxUpdate) - this.warmupSteps) / (this.maxUpdate - this.warmupSteps)
    return this.finalLr + ((this.baseLr - this.finalLr) * (1 + Math.cos(Math.PI * progress))) / 2
  }
}
