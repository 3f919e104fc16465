// AdamW: Adam with decay of the weights themselves, apart from the gradient.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { adamW } from '../ops/update/moments.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import { correctedRate } from './adam.ts'
import {
  checkFlag,
  checkNumber,
  checkShare,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of AdamW. The learning rate is 0.001 by default. */
export interface AdamWOptions extends OptimizerOptions {
  /** Share of the mean of gradients that is kept. Default 0.9. */
  readonly beta1?: number
  /** Share of the mean of squares that is kept. Default 0.999. */
  readonly beta2?: number
  /** Added to the root. Default 1e-6. */
  readonly epsilon?: number
  /** Whether the rate is corrected for means that start at 0. Default true. */
  readonly correctBias?: boolean
}

const adamWOptions: OptionNames<AdamWOptions> = {
  ...optimizerOptions,
  beta1: 'number',
  beta2: 'number',
  epsilon: 'number',
  correctBias: 'boolean',
}

/**
 * AdamW (I. Loshchilov, F. Hutter, 2019; MXNet 2.0). g = clip(rescale·gradient); m ← β₁m + (1 − β₁)g;
 * v ← β₂v + (1 − β₂)g²; w ← w − η·(m ÷ (√v + ε) + wd·w), where η = lr·√(1 − β₂ᵗ) ÷ (1 − β₁ᵗ) in update t, or lr without
 * `correctBias`.
 */
export class AdamW extends Optimizer {
  static override readonly className: string = 'AdamW'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly correctBias: boolean

  constructor(options: AdamWOptions = {}) {
    checkOptions('AdamW', options, '{ learningRate: 0.001 }', adamWOptions)
    super(options, 0.001)
    this.beta1 = options.beta1 ?? 0.9
    this.beta2 = options.beta2 ?? 0.999
    this.epsilon = options.epsilon ?? 1e-6
    this.correctBias = options.correctBias ?? true
    checkShare('beta1', this.beta1)
    checkShare('beta2', this.beta2)
    checkNumber('epsilon', this.epsilon, 0)
    checkFlag('correctBias', this.correctBias)
  }

  get stateCount(): number {
    return 2
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { beta1, beta2, epsilon, correctBias } = this
    const { lr, wd, rescale, update } = numbers
    const rate = correctBias ? correctedRate(lr, update, beta1, beta2) : lr
    const shares = [beta1, 1 - beta1, beta2, 1 - beta2]
    updateInPlace(adamW, weight, gradient, state, [rate, wd, rescale, bound(this.clipGradient), ...shares, epsilon])
  }
}
