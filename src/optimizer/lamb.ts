// LAMB: Adam whose step for each parameter has the norm of its values.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { lambUpdate } from '../ops/update/norms.ts'
import {
  checkFlag,
  checkNumber,
  checkShare,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of LAMB. The learning rate is 0.001 by default. */
export interface LAMBOptions extends OptimizerOptions {
  /** Share of the mean of gradients that is kept. Default 0.9. */
  readonly beta1?: number
  /** Share of the mean of squares that is kept. Default 0.999. */
  readonly beta2?: number
  /** Added to the root. Default 1e-6. */
  readonly epsilon?: number
  /** Least norm of the values that counts. Default none. */
  readonly lowerBound?: number | null
  /** Largest norm of the values that counts. Default none. */
  readonly upperBound?: number | null
  /** Whether the means are corrected for their start at 0. Default true. */
  readonly biasCorrection?: boolean
}

const lambOptions: OptionNames<LAMBOptions> = {
  ...optimizerOptions,
  beta1: 'number',
  beta2: 'number',
  epsilon: 'number',
  lowerBound: 'number',
  upperBound: 'number',
  biasCorrection: 'boolean',
}

/**
 * LAMB (Y. You et al., 2020; MXNet 1.9.1), for each parameter by itself. g = clip(rescale·gradient); m and v as Adam has
 * them; r = m̂ ÷ (√v̂ + ε) + wd·w, where m̂ = m ÷ (1 − β₁ᵗ) and v̂ = v ÷ (1 − β₂ᵗ) in update t; w ← w − lr·‖w‖ ÷ ‖r‖·r, with
 * ‖w‖ between the bounds; w − lr·r if a norm is 0.
 */
export class LAMB extends Optimizer {
  static override readonly className: string = 'LAMB'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly lowerBound: number
  readonly upperBound: number
  readonly biasCorrection: boolean
  override readonly perParameter: boolean = true

  constructor(options: LAMBOptions = {}) {
    checkOptions('LAMB', options, '{ learningRate: 0.001 }', lambOptions)
    super(options, 0.001)
    this.beta1 = options.beta1 ?? 0.9
    this.beta2 = options.beta2 ?? 0.999
    this.epsilon = options.epsilon ?? 1e-6
    this.lowerBound = options.lowerBound ?? 0
    this.upperBound = options.upperBound ?? 0
    this.biasCorrection = options.biasCorrection ?? true
    checkShare('beta1', this.beta1)
    checkShare('beta2', this.beta2)
    checkNumber('epsilon', this.epsilon, 0)
    checkNumber('lowerBound', this.lowerBound, 0)
    checkNumber('upperBound', this.upperBound, 0)
    checkFlag('biasCorrection', this.biasCorrection)
  }

  get stateCount(): number {
    return 2
  }

  update(weight: NDArray, gradient: NDArray, [mean, square]: readonly NDArray[], numbers: UpdateNumbers): void {
    const { beta1, beta2, epsilon, lowerBound, upperBound, biasCorrection, clipGradient: clip } = this
    const { lr, wd, rescale, update } = numbers
    const share = (beta: number) => (biasCorrection ? 1 / (1 - beta ** update) : 1)
    lambUpdate(weight, gradient, mean, square, {
      ...{ lr, wd, rescale, clip, beta1, beta2, epsilon, lowerBound, upperBound },
      corrections: [share(beta1), share(beta2)],
    })
  }
}
