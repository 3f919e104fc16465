// SGD: stochastic gradient descent, with momentum or without.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { sgdUpdate } from '../ops/update/update.ts'
import { checkNumber, Optimizer, type OptimizerOptions, optimizerOptions, type UpdateNumbers } from './optimizer.ts'

/** Options of SGD. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the last step that is repeated. Default 0. */
  readonly momentum?: number
}

const sgdOptions: OptionNames<SGDOptions> = { ...optimizerOptions, momentum: 'number' }

/**
 * Stochastic gradient descent. g = clip(rescale·gradient); without momentum w ← w − lr·(g + wd·w), with it
 * m ← momentum·m − lr·(g + wd·w), w ← w + m.
 */
export class SGD extends Optimizer {
  static override readonly className: string = 'SGD'
  readonly momentum: number

  constructor(options: SGDOptions = {}) {
    checkOptions('SGD', options, '{ learningRate: 0.1 }', sgdOptions)
    super(options)
    this.momentum = options.momentum ?? 0
    checkNumber('momentum', this.momentum)
  }

  get stateCount(): number {
    return this.momentum === 0 ? 0 : 1
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    sgdUpdate(weight, gradient, state[0] ?? null, { ...numbers, momentum: this.momentum, clip: this.clipGradient })
  }
}
