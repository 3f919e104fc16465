// Losses of two classes: hinge, squared hinge and logistic (MXNet 1.9.1, gluon/loss.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { hinge, logistic, signedLogistic, squaredHinge } from '../../ops/loss/pointwise.ts'
import { checkFactor, Loss, type LossInputs, type LossOptions, like, lossOptions, type Optional } from './loss.ts'

/** Options of losses with a margin. */
export interface MarginLossOptions extends LossOptions {
  /** The distance that leaves no loss. Default 1. */
  readonly margin?: number
}

const marginOptions: OptionNames<MarginLossOptions> = { ...lossOptions, margin: 'number' }

/** Base of losses with a margin, 1 by default. */
export abstract class MarginLoss<Inputs extends unknown[] = LossInputs> extends Loss<Inputs> {
  /** The margin where none is given. */
  protected static readonly usualMargin: number = 1
  readonly margin: number

  constructor(options: MarginLossOptions = {}) {
    const { className, usualMargin } = new.target
    checkOptions(className, options, `{ margin: ${usualMargin} }`, marginOptions)
    super(options)
    this.margin = options.margin ?? usualMargin
    checkFactor(this.className, 'margin', this.margin)
  }
}

/** max(0, margin − pred·label), labels −1 and 1; the mean over all axes but that of the samples. */
export class HingeLoss extends MarginLoss {
  static override readonly className: string = 'HingeLoss'

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    return this.finish(hinge(pred, like(this.className, pred, label), this.margin), sampleWeight)
  }
}

/** max(0, margin − pred·label)², labels −1 and 1; the mean over all axes but that of the samples. */
export class SquaredHingeLoss extends MarginLoss {
  static override readonly className: string = 'SquaredHingeLoss'

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    return this.finish(squaredHinge(pred, like(this.className, pred, label), this.margin), sampleWeight)
  }
}

/** Options of LogisticLoss. */
export interface LogisticLossOptions extends LossOptions {
  /** Labels of −1 and 1, or of 0 and 1. Default 'signed'. */
  readonly labelFormat?: 'signed' | 'binary'
}

/** ln(1 + e^(−pred·label)), labels −1 and 1; the mean over all axes but that of the samples. */
export class LogisticLoss extends Loss {
  static override readonly className: string = 'LogisticLoss'
  readonly labelFormat: 'signed' | 'binary'

  constructor(options: LogisticLossOptions = {}) {
    checkOptions('LogisticLoss', options, "{ labelFormat: 'binary' }", { ...lossOptions, labelFormat: true })
    super(options)
    this.labelFormat = options.labelFormat ?? 'signed'
    if (['signed', 'binary'].includes(this.labelFormat)) return
    throw new OpError('LogisticLoss', `labelFormat must be 'signed' or 'binary', got ${nameOfKind(this.labelFormat)}`)
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    const labels = like(this.className, pred, label)
    const loss = this.labelFormat === 'signed' ? signedLogistic(pred, labels) : logistic(pred, labels)
    return this.finish(loss, sampleWeight)
  }
}
