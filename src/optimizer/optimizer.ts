// Optimizers: how a weight follows its gradient (MXNet 1.9.1, optimizer/optimizer.py).

import { GlueballError, nameOfKind, type OptionNames } from '../core/errors.ts'
import { hintOn } from '../core/hints.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { LRScheduler } from '../lrScheduler/lrScheduler.ts'

/** The rate of an update as a function of its number, which is counted from 1. */
export type RateFunction = (numUpdate: number) => number

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** The rate, or the base rate of a scheduler. Default 0.01, unless the optimizer says another or a scheduler is given. */
  readonly learningRate?: number
  /** Weight decay, on all parameters alike: biases, γ and β too. Default 0. */
  readonly wd?: number
  /** Bound on each element of the rescaled gradient. Default none. */
  readonly clipGradient?: number | null
  /** Factor on gradients, which are also divided by the batch size. Default 1. */
  readonly rescaleGrad?: number
  /** A scheduler, or a plain function of the update's number: `(numUpdate) => 0.1 / Math.sqrt(numUpdate)`. */
  readonly lrScheduler?: LRScheduler | RateFunction
  /** Updates that count as done before the first. Default 0. */
  readonly beginNumUpdate?: number
}

/** The names of OptimizerOptions. */
export const optimizerOptions: OptionNames<OptimizerOptions> = {
  beginNumUpdate: 'number',
  clipGradient: 'number',
  learningRate: 'number',
  lrScheduler: true,
  rescaleGrad: 'number',
  wd: 'number',
}

/** The numbers of one update of a range of weights. */
export interface UpdateNumbers {
  /** The rate, times the parameter's `lrMult`. */
  readonly lr: number
  /** Weight decay, times the parameter's `wdMult`. */
  readonly wd: number
  /** What the gradient is to be multiplied by: `rescaleGrad` ÷ batch size. */
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

/** Throws where an option is not a share: at least 0 and below 1. */
export function checkShare(name: string, value: number): void {
  if (typeof value === 'number' && value >= 0 && value < 1) return
  throw new GlueballError(`${name} must be a number from 0 to below 1, got ${nameOfKind(value)}`)
}

/** Throws where an option is no boolean. */
export function checkFlag(name: string, value: boolean): void {
  if (typeof value !== 'boolean') throw new GlueballError(`${name} must be true or false, got ${nameOfKind(value)}`)
}

/**
 * Base of optimizers. A subclass says how many state arrays a weight needs, how one range of weights is updated, and
 * whether it must be given a parameter at a time: see docs/optimizers.md.
 */
export abstract class Optimizer {
  /** Name of the class, kept by bundlers that rename it. */
  static readonly className: string = 'Optimizer'
  readonly wd: number
  readonly clipGradient: number
  readonly rescaleGrad: number
  readonly lrScheduler: LRScheduler | RateFunction | undefined
  /** Updates done. */
  numUpdate: number
  #learningRate: number

  /** `defaultRate` is the rate where neither `learningRate` nor a scheduler is given. */
  constructor(options: OptimizerOptions = {}, defaultRate = 0.01) {
    this.#learningRate = options.learningRate ?? defaultRate
    this.wd = options.wd ?? 0
    this.clipGradient = options.clipGradient ?? 0
    this.rescaleGrad = options.rescaleGrad ?? 1
    this.lrScheduler = options.lrScheduler
    this.numUpdate = options.beginNumUpdate ?? 0
    checkNumber('learningRate', this.#learningRate, 0)
    checkNumber('wd', this.wd)
    checkNumber('clipGradient', this.clipGradient, 0)
    checkNumber('rescaleGrad', this.rescaleGrad)
    if (!Number.isSafeInteger(this.numUpdate) || this.numUpdate < 0) {
      throw new GlueballError(`beginNumUpdate must be a non-negative integer, got ${nameOfKind(this.numUpdate)}`)
    }
    if (this.lrScheduler) checkScheduler(this.lrScheduler, options.learningRate)
  }

  /** Name of the class, which a trainer's state says. */
  get className(): string {
    return classNameOf(this.constructor)
  }

  /** Arrays of the weight's size that an update carries from step to step. They start as zeros. */
  abstract readonly stateCount: number

  /**
   * Whether `update` gets one parameter at a time, in its own shape. By default it gets flat ranges, in which neighbouring
   * parameters are joined; what looks at a parameter as a whole, such as its norm, must say true.
   */
  readonly perParameter: boolean = false

  /**
   * Updates a range of weights in place. The gradient is as backward left it, the sum over the batch: the update multiplies
   * it by `numbers.rescale`, bounds it by `clipGradient` and adds decay.
   */
  abstract update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void

  /** The rate of the latest update, or of the first when none was done. */
  get learningRate(): number {
    const { lrScheduler } = this
    if (!lrScheduler) return this.#learningRate
    const update = Math.max(1, this.numUpdate)
    const rate = typeof lrScheduler === 'function' ? lrScheduler(update) : lrScheduler.rate(update)
    checkNumber(`the rate that lrScheduler gives for update ${update}`, rate, 0)
    return rate
  }

  /** Changes the rate. Throws when a scheduler sets it. */
  setLearningRate(rate: number): void {
    if (this.lrScheduler) throw new GlueballError('the learning rate is set by lrScheduler: change that instead')
    checkNumber('the learning rate', rate, 0)
    this.#learningRate = rate
  }
}

/** The name of a class of optimizers: its own static `className`, or else that which it was written with. */
export function classNameOf(optimizer: { readonly name: string; readonly className?: string }): string {
  return (Object.hasOwn(optimizer, 'className') && optimizer.className) || optimizer.name
}

/** Throws for what is no scheduler; a scheduler takes the optimizer's rate as its base. */
function checkScheduler(scheduler: LRScheduler | RateFunction, learningRate: number | undefined): void {
  const isFunction = typeof scheduler === 'function' && !/^class\b/.test(String(scheduler))
  if (!isFunction && typeof (scheduler as Partial<LRScheduler>).rate !== 'function') {
    throw new GlueballError(
      'lrScheduler must be a scheduler, as new FactorScheduler(100), or a function, as (numUpdate) => 0.1 / numUpdate, ' +
        `got ${nameOfKind(scheduler)}`,
    )
  }
  if (learningRate === undefined) return
  if (typeof scheduler !== 'function') scheduler.baseLr = learningRate
  else throw new GlueballError('learningRate must be left out where lrScheduler is a function, which gives the rate')
}

hintOn(Optimizer.prototype, 'optimizer')
