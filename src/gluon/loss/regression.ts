// Losses of numbers: L1, L2, Huber and Poisson (MXNet 1.9.1, gluon/loss.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { add, multiply, square, subtract } from '../../ops/elementwise/elementwise.ts'
import { absoluteError, huber, poisson, poissonOfRates, stirling } from '../../ops/loss/pointwise.ts'
import { mean } from '../../ops/reduce/reduce.ts'
import { type BlockOptions, blockOptions } from '../block.ts'
import { checkFactor, Loss, type LossOptions, like, lossOptions, type Optional } from './loss.ts'

/** |label − pred|, the mean over all axes but that of the samples. */
export class L1Loss extends Loss {
  static override readonly className: string = 'L1Loss'

  constructor(options: LossOptions = {}) {
    checkOptions('L1Loss', options, '{ weight: 0.5 }', lossOptions)
    super(options)
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    return this.finish(absoluteError(pred, like(this.className, pred, label)), sampleWeight)
  }
}

/** ½·weight·(label − pred)², the mean over all axes but that of the samples. */
export class L2Loss extends Loss {
  static override readonly className: string = 'L2Loss'

  constructor(options: LossOptions = {}) {
    checkOptions('L2Loss', options, '{ weight: 0.5 }', lossOptions)
    super(options, 1)
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    const difference = subtract(like(this.className, pred, label), pred)
    return this.finish(multiply(square(difference), 0.5), sampleWeight)
  }
}

/** Options of HuberLoss. */
export interface HuberLossOptions extends LossOptions {
  /** The distance up to which the loss is a square. Default 1. */
  readonly rho?: number
}

/** With d = |label − pred|: d² ÷ 2ρ up to ρ, d − ρ/2 beyond; the mean over all axes but that of the samples. */
export class HuberLoss extends Loss {
  static override readonly className: string = 'HuberLoss'
  readonly rho: number

  constructor(options: HuberLossOptions = {}) {
    checkOptions('HuberLoss', options, '{ rho: 1 }', { ...lossOptions, rho: 'number' })
    super(options)
    this.rho = options.rho ?? 1
    checkFactor('HuberLoss', 'rho', this.rho)
    if (!(this.rho > 0)) throw new OpError('HuberLoss', `rho must be positive, got ${this.rho}`)
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    return this.finish(huber(pred, like(this.className, pred, label), this.rho), sampleWeight)
  }
}

/** Options of PoissonNLLLoss, whose result is one number, so that there is no `batchAxis`. */
export interface PoissonNLLLossOptions extends BlockOptions {
  /** Factor on the loss. Default none. */
  readonly weight?: number | null
  /** Whether predictions are logarithms of the expected counts. Default true. */
  readonly fromLogits?: boolean
  /** Whether to add Stirling's approximation of ln(target!), for targets above 1. Default false. */
  readonly computeFull?: boolean
}

const poissonOptions: OptionNames<PoissonNLLLossOptions> = {
  ...blockOptions,
  weight: 'number',
  fromLogits: 'boolean',
  computeFull: 'boolean',
}

/**
 * The negative log-likelihood of counts: eᵖ − target·p, or p − target·ln(p + epsilon) with `fromLogits: false`. The
 * result is the mean over all elements, of shape (1,).
 */
export class PoissonNLLLoss extends Loss<[pred: NDArray, target: NDArray, sampleWeight?: Optional, epsilon?: number]> {
  static override readonly className: string = 'PoissonNLLLoss'
  readonly fromLogits: boolean
  readonly computeFull: boolean

  constructor(options: PoissonNLLLossOptions = {}) {
    checkOptions('PoissonNLLLoss', options, '{ fromLogits: false }', poissonOptions)
    super(options)
    this.fromLogits = options.fromLogits ?? true
    this.computeFull = options.computeFull ?? false
  }

  forward(pred: NDArray, target: NDArray, sampleWeight?: Optional, epsilon = 1e-8): NDArray {
    const counts = like(this.className, pred, target, 'targets')
    checkFactor(this.className, 'epsilon', epsilon)
    const loss = this.fromLogits ? poisson(pred, counts) : poissonOfRates(pred, counts, epsilon)
    return mean(this.weighted(this.computeFull ? add(loss, stirling(counts)) : loss, sampleWeight))
  }
}
