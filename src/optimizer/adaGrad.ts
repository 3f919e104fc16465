// AdaGrad: the rate of a weight falls with the sum of its squared gradients.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { adaGrad } from '../ops/update/adaptive.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import { checkNumber, Optimizer, type OptimizerOptions, optimizerOptions, type UpdateNumbers } from './optimizer.ts'

/** Options of AdaGrad. */
export interface AdaGradOptions extends OptimizerOptions {
  /** Added under the root. Default 1e-7. */
  readonly eps?: number
}

const adaGradOptions: OptionNames<AdaGradOptions> = { ...optimizerOptions, eps: 'number' }

/**
 * AdaGrad (J. Duchi et al., 2011; MXNet 1.9.1). g = clip(rescale·gradient); h ← h + g²;
 * w ← w − lr·(g ÷ √(h + eps) + wd·w).
 */
export class AdaGrad extends Optimizer {
  static override readonly className: string = 'AdaGrad'
  readonly eps: number

  constructor(options: AdaGradOptions = {}) {
    checkOptions('AdaGrad', options, '{ learningRate: 0.01 }', adaGradOptions)
    super(options)
    this.eps = options.eps ?? 1e-7
    checkNumber('eps', this.eps, 0)
  }

  get stateCount(): number {
    return 1
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { lr, wd, rescale } = numbers
    updateInPlace(adaGrad, weight, gradient, state, [lr, wd, rescale, bound(this.clipGradient), this.eps])
  }
}
