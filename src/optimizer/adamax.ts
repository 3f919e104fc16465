// Adamax: Adam with the largest gradient in place of the root of the mean of squares.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { adamax } from '../ops/update/moments.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import { checkShare, Optimizer, type OptimizerOptions, optimizerOptions, type UpdateNumbers } from './optimizer.ts'

/** Options of Adamax. The learning rate is 0.002 by default. */
export interface AdamaxOptions extends OptimizerOptions {
  /** Share of the mean of gradients that is kept. Default 0.9. */
  readonly beta1?: number
  /** Share of the largest gradient that is kept. Default 0.999. */
  readonly beta2?: number
}

const adamaxOptions: OptionNames<AdamaxOptions> = { ...optimizerOptions, beta1: 'number', beta2: 'number' }

/**
 * Adamax (D. P. Kingma, J. Ba, 2015; MXNet 1.9.1). g = clip(rescale·gradient + wd·w); m ← β₁m + (1 − β₁)g;
 * u ← max(β₂u, |g|); w ← w − lr ÷ (1 − β₁ᵗ)·m ÷ u in update t. A weight whose gradients all were 0 stays.
 */
export class Adamax extends Optimizer {
  static override readonly className: string = 'Adamax'
  readonly beta1: number
  readonly beta2: number

  constructor(options: AdamaxOptions = {}) {
    checkOptions('Adamax', options, '{ learningRate: 0.002 }', adamaxOptions)
    super(options, 0.002)
    this.beta1 = options.beta1 ?? 0.9
    this.beta2 = options.beta2 ?? 0.999
    checkShare('beta1', this.beta1)
    checkShare('beta2', this.beta2)
  }

  get stateCount(): number {
    return 2
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { beta1, beta2 } = this
    const { lr, wd, rescale, update } = numbers
    const shared = [lr / (1 - beta1 ** update), wd, rescale, bound(this.clipGradient)]
    updateInPlace(adamax, weight, gradient, state, [...shared, beta1, 1 - beta1, beta2])
  }
}
