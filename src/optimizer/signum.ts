// Signum: steps of one size, along the sign of the momentum or of the gradient.
import { checkOptions, GlueballError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { signSgd, signum } from '../ops/update/momentum.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import {
  checkNumber,
  checkShare,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of Signum. */
export interface SignumOptions extends OptimizerOptions {
  /** Share of the momentum that is kept; 0 for the sign of the gradient alone. Default 0.9. */
  readonly momentum?: number
  /** Decay of the weights themselves, by lr·wdLh a step; needs momentum. Default 0. */
  readonly wdLh?: number
}

const signumOptions: OptionNames<SignumOptions> = { ...optimizerOptions, momentum: 'number', wdLh: 'number' }

/**
 * Signum (J. Bernstein et al., 2018; MXNet 1.9.1). g = clip(rescale·gradient) + wd·w; m ← momentum·m − (1 − momentum)·g;
 * w ← (1 − lr·wdLh)·w + lr·sign(m). Without momentum w ← (1 − lr·wd)·w − lr·sign(gradient).
 */
export class Signum extends Optimizer {
  static override readonly className: string = 'Signum'
  readonly momentum: number
  readonly wdLh: number

  constructor(options: SignumOptions = {}) {
    checkOptions('Signum', options, '{ learningRate: 0.01 }', signumOptions)
    super(options)
    this.momentum = options.momentum ?? 0.9
    this.wdLh = options.wdLh ?? 0
    checkShare('momentum', this.momentum)
    checkNumber('wdLh', this.wdLh, 0)
    if (this.momentum === 0 && this.wdLh !== 0) {
      throw new GlueballError(`wdLh needs momentum, got wdLh ${this.wdLh} and momentum 0: use wd, which then does that`)
    }
  }

  get stateCount(): number {
    return this.momentum === 0 ? 0 : 1
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { momentum, wdLh } = this
    const { lr, wd, rescale } = numbers
    if (momentum === 0) updateInPlace(signSgd, weight, gradient, state, [lr, 1 - lr * wd])
    else {
      const others = [momentum, 1 - momentum, 1 - lr * wdLh]
      updateInPlace(signum, weight, gradient, state, [lr, wd, rescale, bound(this.clipGradient), ...others])
    }
  }
}
