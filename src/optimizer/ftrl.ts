// Ftrl: follows the regularised leader, with weights of 0 where the gradients are small.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { ftrl } from '../ops/update/adaptive.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import { checkNumber, Optimizer, type OptimizerOptions, optimizerOptions, type UpdateNumbers } from './optimizer.ts'

/** Options of Ftrl. The learning rate is 0.1 by default. */
export interface FtrlOptions extends OptimizerOptions {
  /** L1 regularisation. Default 0.01. */
  readonly lamda1?: number
  /** Added to the root of the sum of squares, so that the first rates are not too high. Default 1. */
  readonly beta?: number
}

const ftrlOptions: OptionNames<FtrlOptions> = { ...optimizerOptions, lamda1: 'number', beta: 'number' }

/**
 * Ftrl (H. B. McMahan et al., 2013; MXNet 1.9.1). g = clip(rescale·gradient); z ← z + g − (√(n + g²) − √n)·w ÷ lr;
 * n ← n + g²; w ← (sign(z)·lamda1 − z) ÷ ((beta + √n) ÷ lr + wd) where |z| > lamda1, else 0. A rate of 0 changes nothing.
 */
export class Ftrl extends Optimizer {
  static override readonly className: string = 'Ftrl'
  readonly lamda1: number
  readonly beta: number

  constructor(options: FtrlOptions = {}) {
    checkOptions('Ftrl', options, '{ learningRate: 0.1 }', ftrlOptions)
    super(options, 0.1)
    this.lamda1 = options.lamda1 ?? 0.01
    this.beta = options.beta ?? 1
    checkNumber('lamda1', this.lamda1, 0)
    checkNumber('beta', this.beta, 0)
  }

  get stateCount(): number {
    return 2
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { lr, wd, rescale } = numbers
    if (lr === 0) return
    updateInPlace(ftrl, weight, gradient, state, [lr, wd, rescale, bound(this.clipGradient), this.lamda1, this.beta])
  }
}
