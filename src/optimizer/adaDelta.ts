// AdaDelta: steps by the size of the last steps over that of the gradients, without a rate.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { adaDelta } from '../ops/update/adaptive.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import {
  checkNumber,
  checkShare,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of AdaDelta. Its steps have no rate, so that `learningRate` and `lrScheduler` are refused. */
export interface AdaDeltaOptions extends Omit<OptimizerOptions, 'learningRate' | 'lrScheduler'> {
  /** Share of the means that is kept. Default 0.9. */
  readonly rho?: number
  /** Added under both roots. Default 1e-5. */
  readonly epsilon?: number
}

const { learningRate: _rate, lrScheduler: _scheduler, ...shared } = optimizerOptions
const adaDeltaOptions: OptionNames<AdaDeltaOptions> = { ...shared, rho: 'number', epsilon: 'number' }

/**
 * AdaDelta (M. Zeiler, 2012; MXNet 1.9.1). g = clip(rescale·gradient); a ← ρa + (1 − ρ)g²; δ = √(d + ε) ÷ √(a + ε)·g;
 * d ← ρd + (1 − ρ)δ²; w ← w − (δ + wd·w).
 */
export class AdaDelta extends Optimizer {
  static override readonly className: string = 'AdaDelta'
  readonly rho: number
  readonly epsilon: number

  constructor(options: AdaDeltaOptions = {}) {
    checkOptions('AdaDelta', options, '{ rho: 0.9 }', adaDeltaOptions)
    super(options)
    this.rho = options.rho ?? 0.9
    this.epsilon = options.epsilon ?? 1e-5
    checkShare('rho', this.rho)
    checkNumber('epsilon', this.epsilon, 0)
  }

  get stateCount(): number {
    return 2
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], { wd, rescale }: UpdateNumbers): void {
    const { rho, epsilon } = this
    updateInPlace(adaDelta, weight, gradient, state, [wd, rescale, bound(this.clipGradient), rho, 1 - rho, epsilon])
  }
}
