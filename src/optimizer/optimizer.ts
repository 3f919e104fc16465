// Optimizers: how a weight follows its gradient (MXNet 1.9.1, optimizer/optimizer.py).
import { GlueballError, nameOfKind, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { LRScheduler } from '../lrScheduler/lrScheduler.ts'

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** The rate. Default 0.01, if no scheduler is given. */
  readonly learningRate?: number
  /** Weight decay, on all parameters alike. */
  readonly wd?: number
  /** Bound on each element of the rescaled gradient. Default none. */
  readonly clipGradient?: number | null
  /** Factor on gradients, before the batch size. */
  readonly rescaleGrad?: number
  readonly lrScheduler?: LRScheduler
  /** Updates that count as done before the first. */
  readonly beginNumUpdate?: number
}

/** The names of OptimizerOptions. */
export const optimizerOptions: OptionNames<OptimizerOptions> = {
  beginNumUpdate: true,
  clipGradient: true,
  learningRate: true,
  lrScheduler: true,
  rescaleGrad: true,
  wd: true,
}

/** The numbers of one update of a range of weights. */
export interface UpdateNumbers {
  readonly lr: number
  readonly wd: number
  readonly rescale: number
  /** The number of this update, counted from 1. */
  readonly update: number
}

/** Throws where an option is no number, or below the least. */
export function checkNumber(name: string, value: number, least = Number.NEGATIVE_INFINITY): void {
  if (typeof value === 'number' && value >= least) return
  const kind = least === 0 ? 'a non-negative number' : 'a number'
  throw new GlueballError(`${name} must be ${kind}, got ${nameOfKind(value)}`)
}

/** Base of optimizers. A subclass says how many state arrays a weight needs and how one range is updated. */
export abstract class Optimizer {
  /** Name of the class, kept by bundlers that rename it. */
  static readonly className: string = 'Optimizer'
  readonly wd: number
  readonly clipGradient: number
  readonly rescaleGrad: number
  readonly lrScheduler: LRScheduler | undefined
  /** Updates done. */
  numUpdate: number
  #learningRate: number

  constructor(options: OptimizerOptions = {}) {
    this.#learningRate = options.learningRate ?? 0.01
    this.wd = options.wd ?? 0
    this.clipGradient = options.clipGradient ?? 0
    this.rescaleGrad = options.rescaleGrad ?? 1
    this.lrScheduler = options.lrScheduler
    this.numUpdate = options.beginNumUpdate ?? 0
    checkNumber('learningRate', this.#learningRate, 0)
    checkNumber('wd', this.wd)
    checkNumber('clipGradient', this.clipGradient, 0)
    if (this.lrScheduler && typeof this.lrScheduler.rate !== 'function') {
      throw new GlueballError(
        `lrScheduler must be a scheduler, as new FactorScheduler(100), got ${nameOfKind(this.lrScheduler)}`,
      )
    }
    if (this.lrScheduler && options.learningRate !== undefined) this.lrScheduler.baseLr = options.learningRate
  }

  /** Name of the class, which a trainer's state says. */
  get className(): string {
    const own = this.constructor as typeof Optimizer
    return Object.hasOwn(own, 'className') ? own.className : own.name
  }

  /** Arrays of the weight's size that an update carries from step to step. */
  abstract readonly stateCount: number

  /** Updates a range of weights in place. */
  abstract update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void

  /** The rate of the latest update, or of the first when none was done. */
  get learningRate(): number {
    return this.lrScheduler ? this.lrScheduler.rate(Math.max(1, this.numUpdate)) : this.#learningRate
  }

  /** Changes the rate. Throws when a scheduler sets it. */
  setLearningRate(rate: number): void {
    if (this.lrScheduler) throw new GlueballError('the learning rate is set by lrScheduler: change that instead')
    checkNumber('the learning rate', rate, 0)
    this.#learningRate = rate
  }
}
