// LARS: SGD whose rate for each parameter follows the norms of its values and its gradient.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { larsUpdate } from '../ops/update/norms.ts'
import {
  checkFlag,
  checkNumber,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of LARS. */
export interface LARSOptions extends OptimizerOptions {
  /** Share of the last step that is repeated. Default 0. */
  readonly momentum?: number
  /** What the ratio of the norms is multiplied by. Default 0.001. */
  readonly eta?: number
  /** Added to the divisor of that ratio. Default 0. */
  readonly eps?: number
  /** Whether the momentum is scaled along when the rate changes. Default true. */
  readonly momentumCorrection?: boolean
}

const larsOptions: OptionNames<LARSOptions> = {
  ...optimizerOptions,
  momentum: 'number',
  eta: 'number',
  eps: 'number',
  momentumCorrection: 'boolean',
}

/**
 * Layer-wise adaptive rates (Y. You et al., 2017; MXNet 1.9.1), for each parameter by itself, biases too.
 * λ = eta·‖w‖ ÷ (‖rescale·gradient‖ + wd·‖w‖ + eps), or 1 if one of the norms is 0; then SGD with the rate λ·lr. With
 * `momentumCorrection` the state is the momentum over the rate.
 */
export class LARS extends Optimizer {
  static override readonly className: string = 'LARS'
  readonly momentum: number
  readonly eta: number
  readonly eps: number
  readonly momentumCorrection: boolean
  override readonly perParameter: boolean = true

  constructor(options: LARSOptions = {}) {
    checkOptions('LARS', options, '{ learningRate: 0.01 }', larsOptions)
    super(options)
    this.momentum = options.momentum ?? 0
    this.eta = options.eta ?? 0.001
    this.eps = options.eps ?? 0
    this.momentumCorrection = options.momentumCorrection ?? true
    checkNumber('momentum', this.momentum, 0)
    checkNumber('eta', this.eta, 0)
    checkNumber('eps', this.eps, 0)
    checkFlag('momentumCorrection', this.momentumCorrection)
  }

  get stateCount(): number {
    return this.momentum === 0 ? 0 : 1
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { momentum, eta, eps, clipGradient: clip, momentumCorrection: corrected } = this
    const { lr, wd, rescale } = numbers
    larsUpdate(weight, gradient, state[0] ?? null, { lr, wd, rescale, clip, momentum, eta, eps, corrected })
  }
}
