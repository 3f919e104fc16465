// Learning-rate schedulers: functions of the number of updates, which starts at 1 (MXNet 1.9.1, lr_scheduler.py).

import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { hintOn } from '../core/hints.ts'

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
  baseLr: 'number',
  warmupSteps: 'number',
  warmupBeginLr: 'number',
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
    if (this.warmupMode !== 'linear' && this.warmupMode !== 'constant') {
      throw new GlueballError(`warmupMode must be 'linear' or 'constant', got ${nameOfKind(this.warmupMode)}`)
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

const factorOptions: OptionNames<FactorSchedulerOptions> = {
  ...schedulerOptions,
  factor: 'number',
  stopFactorLr: 'number',
}

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
    if (!(typeof step === 'number' && step >= 1)) {
      throw new GlueballError(`FactorScheduler needs a step of at least 1, got ${nameOfKind(step)}`)
    }
    checkFactor(this.factor)
  }

  protected afterWarmup(update: number): number {
    const drops = Math.max(0, Math.ceil(update / this.step) - 1)
    return Math.max(this.baseLr * this.factor ** drops, Math.min(this.stopFactorLr, this.baseLr))
  }
}

function checkFactor(factor: number): void {
  if (factor > 1) throw new GlueballError(`the factor must not exceed 1, or the rate would grow: got ${factor}`)
}

/** Options of MultiFactorScheduler. */
export interface MultiFactorSchedulerOptions extends LRSchedulerOptions {
  /** What the rate is multiplied by. Default 1. */
  readonly factor?: number
}

const multiFactorOptions: OptionNames<MultiFactorSchedulerOptions> = { ...schedulerOptions, factor: 'number' }

/** Multiplies the rate by a factor after each of the updates listed: the first drop is at update step[0] + 1. */
export class MultiFactorScheduler extends LRScheduler {
  readonly step: readonly number[]
  readonly factor: number

  constructor(step: readonly number[], options: MultiFactorSchedulerOptions = {}) {
    checkOptions('MultiFactorScheduler', options, '{ factor: 0.1 }', multiFactorOptions)
    super(options)
    if (!Array.isArray(step) || step.length === 0) {
      throw new GlueballError(`MultiFactorScheduler takes a list of updates, as [100, 200], got ${nameOfKind(step)}`)
    }
    const wrong = step.findIndex((update, i) => !(update >= 1 && (i === 0 || update > step[i - 1])))
    if (wrong >= 0) {
      const got = `${nameOfKind(step[wrong])} at ${wrong}`
      throw new GlueballError(`the steps of MultiFactorScheduler must rise and be at least 1, got ${got}`)
    }
    this.step = [...step]
    this.factor = options.factor ?? 1
    checkFactor(this.factor)
  }

  protected afterWarmup(update: number): number {
    return this.baseLr * this.factor ** this.step.filter((last) => update > last).length
  }
}

/** Options of schedulers that fall to a rate at their end. */
interface FallingOptions extends LRSchedulerOptions {
  /** The rate at the end. Default 0. */
  readonly finalLr?: number
}

/** Base of schedulers that fall from the base rate to the final one at `maxUpdate`, and stay there. */
abstract class FallingScheduler extends LRScheduler {
  readonly maxUpdate: number
  readonly finalLr: number

  constructor(name: string, maxUpdate: number, options: FallingOptions) {
    super(options)
    this.maxUpdate = maxUpdate
    this.finalLr = options.finalLr ?? 0
    if (typeof maxUpdate === 'number' && maxUpdate > this.warmupSteps) return
    throw new OpError(name, `maxUpdate must exceed warmupSteps ${this.warmupSteps}, got ${nameOfKind(maxUpdate)}`)
  }

  protected afterWarmup(update: number): number {
    const done = (Math.min(update, this.maxUpdate) - this.warmupSteps) / (this.maxUpdate - this.warmupSteps)
    return this.finalLr + (this.baseLr - this.finalLr) * this.left(done)
  }

  /** The share of the way down that is left, where a share of the updates after warm-up is done. */
  protected abstract left(done: number): number
}

/** Options of PolyScheduler. */
export interface PolySchedulerOptions extends FallingOptions {
  /** The power of the share of updates that is left. Default 2. */
  readonly pwr?: number
}

const polyOptions: OptionNames<PolySchedulerOptions> = { ...schedulerOptions, pwr: 'number', finalLr: 'number' }

/** Falls along a power from the base rate to the final one at `maxUpdate`, and stays there. */
export class PolyScheduler extends FallingScheduler {
  readonly pwr: number

  constructor(maxUpdate: number, options: PolySchedulerOptions = {}) {
    checkOptions('PolyScheduler', options, '{ pwr: 1 }', polyOptions)
    super('PolyScheduler', maxUpdate, options)
    this.pwr = options.pwr ?? 2
  }

  protected left(done: number): number {
    return (1 - done) ** this.pwr
  }
}

/** Options of CosineScheduler. */
export interface CosineSchedulerOptions extends FallingOptions {}

const cosineOptions: OptionNames<CosineSchedulerOptions> = { ...schedulerOptions, finalLr: 'number' }

/** Falls along half a cosine from the base rate to the final one at `maxUpdate`, and stays there. */
export class CosineScheduler extends FallingScheduler {
  constructor(maxUpdate: number, options: CosineSchedulerOptions = {}) {
    checkOptions('CosineScheduler', options, '{ warmupSteps: 5 }', cosineOptions)
    super('CosineScheduler', maxUpdate, options)
  }

  protected left(done: number): number {
    return (1 + Math.cos(Math.PI * done)) / 2
  }
}

hintOn(LRScheduler.prototype, 'scheduler')
