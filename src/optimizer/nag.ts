// NAG: stochastic gradient descent with the momentum of Nesterov.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { nag } from '../ops/update/momentum.ts'
import { bound, sgdUpdate, updateInPlace } from '../ops/update/update.ts'
import { checkNumber, Optimizer, type OptimizerOptions, optimizerOptions, type UpdateNumbers } from './optimizer.ts'

/** Options of NAG. */
export interface NAGOptions extends OptimizerOptions {
  /** Share of the last step that is repeated. Default 0. */
  readonly momentum?: number
}

const nagOptions: OptionNames<NAGOptions> = { ...optimizerOptions, momentum: 'number' }

/**
 * Nesterov's accelerated gradient (MXNet 1.9.1). g = clip(rescale·gradient) + wd·w; m ← momentum·m − lr·g;
 * w ← w + momentum·m − lr·g. Without momentum it is SGD.
 */
export class NAG extends Optimizer {
  static override readonly className: string = 'NAG'
  readonly momentum: number

  constructor(options: NAGOptions = {}) {
    checkOptions('NAG', options, '{ learningRate: 0.01 }', nagOptions)
    super(options)
    this.momentum = options.momentum ?? 0
    checkNumber('momentum', this.momentum, 0)
  }

  get stateCount(): number {
    return this.momentum === 0 ? 0 : 1
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { momentum, clipGradient: clip } = this
    const { lr, wd, rescale } = numbers
    if (momentum === 0) sgdUpdate(weight, gradient, null, { lr, wd, rescale, clip, momentum })
    else updateInPlace(nag, weight, gradient, state, [lr, wd, rescale, bound(clip), momentum])
  }
}
