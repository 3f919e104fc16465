// Nadam: Adam with the momentum of Nesterov.
import { checkOptions, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { nadam } from '../ops/update/moments.ts'
import { bound, updateInPlace } from '../ops/update/update.ts'
import {
  checkNumber,
  checkShare,
  Optimizer,
  type OptimizerOptions,
  optimizerOptions,
  type UpdateNumbers,
} from './optimizer.ts'

/** Options of Nadam. The learning rate is 0.001 by default. */
export interface NadamOptions extends OptimizerOptions {
  /** Share of the mean of gradients that is kept. Default 0.9. */
  readonly beta1?: number
  /** Share of the mean of squares that is kept. Default 0.999. */
  readonly beta2?: number
  /** Added to the root. Default 1e-8. */
  readonly epsilon?: number
  /** How fast the momentum rises to beta1. Default 0.004. */
  readonly scheduleDecay?: number
}

const nadamOptions: OptionNames<NadamOptions> = {
  ...optimizerOptions,
  beta1: 'number',
  beta2: 'number',
  epsilon: 'number',
  scheduleDecay: 'number',
}

/**
 * Nadam (T. Dozat, 2015; MXNet 1.9.1). g, m and v as Adam has them; μₜ = β₁·(1 − ½·0.96^(t·scheduleDecay)) and
 * Πₜ = μ₁·…·μₜ; w ← w − lr·((1 − μₜ)·g ÷ (1 − Πₜ) + μₜ₊₁·m ÷ (1 − Πₜ₊₁)) ÷ (√(v ÷ (1 − β₂ᵗ)) + ε) in update t.
 */
export class Nadam extends Optimizer {
  static override readonly className: string = 'Nadam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly scheduleDecay: number
  /** The product of the momenta to an update. */
  #schedule = { update: 0, product: 1 }

  constructor(options: NadamOptions = {}) {
    checkOptions('Nadam', options, '{ learningRate: 0.001 }', nadamOptions)
    super(options, 0.001)
    this.beta1 = options.beta1 ?? 0.9
    this.beta2 = options.beta2 ?? 0.999
    this.epsilon = options.epsilon ?? 1e-8
    this.scheduleDecay = options.scheduleDecay ?? 0.004
    checkShare('beta1', this.beta1)
    checkShare('beta2', this.beta2)
    checkNumber('epsilon', this.epsilon, 0)
    checkNumber('scheduleDecay', this.scheduleDecay, 0)
  }

  get stateCount(): number {
    return 2
  }

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: UpdateNumbers): void {
    const { beta1, beta2, epsilon } = this
    const { lr, wd, rescale, update } = numbers
    const product = this.#productTo(update)
    const [now, next] = [this.#momentum(update), this.#momentum(update + 1)]
    const a = (1 - now) / (1 - product)
    const b = next / (1 - product * next)
    const shared = [lr, wd, rescale, bound(this.clipGradient), beta1, 1 - beta1, beta2, 1 - beta2, epsilon]
    updateInPlace(nadam, weight, gradient, state, [...shared, a, b, 1 / (1 - beta2 ** update)])
  }

  #momentum(update: number): number {
    return this.beta1 * (1 - 0.5 * 0.96 ** (update * this.scheduleDecay))
  }

  /** Multiplied from update 1 on, so that a trainer that was resumed has the same bits. */
  #productTo(update: number): number {
    let { update: done, product } = this.#schedule.update <= update ? this.#schedule : { update: 0, product: 1 }
    while (done < update) product *= this.#momentum(++done)
    this.#schedule = { update, product }
    return product
  }
}
