// RMSProp: steps by the gradient over the root of the mean of its squares, centered or not.
import { checkOptions, GlueballError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { rmsProp, rmsPropCentered } from '../ops/update/adaptive.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import {
  checkFlag,
  checkNumber,
  checkShare,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of RMSProp. The learning rate is 0.001 by default. */
export interface RMSPropOptions extends OptimizerOptions {
  /** Share of the means that is kept. Default 0.9. */
  readonly gamma1?: number
  /** Share of the last step that is repeated; for `centered` alone. Default 0.9. */
  readonly gamma2?: number
  /** Added under the root. Default 1e-8. */
  readonly epsilon?: number
  /** Whether squares are taken from the mean of the gradients, as A. Graves does. Default false. */
  readonly centered?: boolean
  /** Bound on each weight. Default none. */
  readonly clipWeights?: number | null
}

const rmsPropOptions: OptionNames<RMSPropOptions> = {
  ...optimizerOptions,
  gamma1: 'number',
  gamma2: 'number',
  epsilon: 'number',
  centered: 'boolean',
  clipWeights: 'number',
}

/**
 * RMSProp (T. Tieleman, G. Hinton, 2012; MXNet 1.9.1). g = clip(rescale·gradient + wd·w); n ← γ₁n + (1 − γ₁)g²;
 * w ← w − lr·g ÷ √(n + ε). Centered (A. Graves, 2013): also ḡ ← γ₁ḡ + (1 − γ₁)g, then
 * δ ← γ₂δ − lr·g ÷ √(n − ḡ² + ε); w ← w + δ.
 */
export class RMSProp extends Optimizer {
  static override readonly className: string = 'RMSProp'
  readonly gamma1: number
  readonly gamma2: number
  readonly epsilon: number
  readonly centered: boolean
  readonly clipWeights: number

  constructor(options: RMSPropOptions = {}) {
    checkOptions('RMSProp', options, '{ learningRate: 0.001 }', rmsPropOptions)
    super(options, 0.001)
    this.gamma1 = options.gamma1 ?? 0.9
    this.gamma2 = options.gamma2 ?? 0.9
    this.epsilon = options.epsilon ?? 1e-8
    this.centered = options.centered ?? false
    this.clipWeights = options.clipWeights ?? 0
    checkShare('gamma1', this.gamma1)
    checkNumber('gamma2', this.gamma2, 0)
    checkNumber('epsilon', this.epsilon, 0)
    checkFlag('centered', this.centered)
    checkNumber('clipWeights', this.clipWeights, 0)
    if (options.gamma2 !== undefined && !this.centered) {
      throw new GlueballError('gamma2 is for centered RMSProp: pass centered: true, or leave it out')
    }
  }

  get stateCount(): number {
    return this.centered ? 3 : 1
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { gamma1, gamma2, epsilon, centered } = this
    const { lr, wd, rescale } = numbers
    const shared = [lr, wd, rescale, bound(this.clipGradient), gamma1, 1 - gamma1, epsilon, bound(this.clipWeights)]
    if (centered) updateInPlace(rmsPropCentered, weight, gradient, state, [...shared, gamma2])
    else updateInPlace(rmsProp, weight, gradient, state, shared)
  }
}
