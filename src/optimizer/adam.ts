// Adam: steps by the mean of gradients over the root of the mean of their squares.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { adamUpdate } from '../ops/update/update.ts'
import {
  checkNumber,
  checkShare,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of Adam. The learning rate is 0.001 by default. */
export interface AdamOptions extends OptimizerOptions {
  /** Share of the mean of gradients that is kept. Default 0.9. */
  readonly beta1?: number
  /** Share of the mean of squares that is kept. Default 0.999. */
  readonly beta2?: number
  /** Added to the root. Default 1e-8. */
  readonly epsilon?: number
}

const adamOptions: OptionNames<AdamOptions> = {
  ...optimizerOptions,
  beta1: 'number',
  beta2: 'number',
  epsilon: 'number',
}

/** lr · √(1 − β₂ᵗ) ÷ (1 − β₁ᵗ), in float64, as both differences are small. */
export const correctedRate = (lr: number, update: number, beta1: number, beta2: number): number =>
  (lr * Math.sqrt(1 - beta2 ** update)) / (1 - beta1 ** update)

/**
 * Adam (D. P. Kingma, J. Ba, 2015; MXNet 1.9.1). g = clip(rescale·gradient + wd·w); m ← β₁m + (1 − β₁)g;
 * v ← β₂v + (1 − β₂)g²; w ← w − lr·√(1 − β₂ᵗ) ÷ (1 − β₁ᵗ)·m ÷ (√v + ε) in update t.
 */
export class Adam extends Optimizer {
  static override readonly className: string = 'Adam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number

  constructor(options: AdamOptions = {}) {
    checkOptions('Adam', options, '{ learningRate: 0.001 }', adamOptions)
    super(options, 0.001)
    this.beta1 = options.beta1 ?? 0.9
    this.beta2 = options.beta2 ?? 0.999
    this.epsilon = options.epsilon ?? 1e-8
    checkShare('beta1', this.beta1)
    checkShare('beta2', this.beta2)
    checkNumber('epsilon', this.epsilon, 0)
  }

  get stateCount(): number {
    return 2
  }

  update(weight: NDArray, gradient: NDArray, [mean, square]: readonly NDArray[], numbers: UpdateNumbers): void {
    const { beta1, beta2, epsilon } = this
    const { lr, update, wd, rescale } = numbers
    adamUpdate(weight, gradient, mean, square, {
      ...{ lr: correctedRate(lr, update, beta1, beta2), wd, rescale, clip: this.clipGradient },
      ...{ beta1, beta2, epsilon },
    })
  }
}
