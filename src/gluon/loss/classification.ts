// Losses of classes: cross-entropies and the divergence of distributions (MXNet 1.9.1, gluon/loss.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, reducedShape, sameShape } from '../../core/shape.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { multiply } from '../../ops/elementwise/elementwise.ts'
import { binaryCrossEntropy, klDivergence, logistic } from '../../ops/loss/pointwise.ts'
import { sum } from '../../ops/reduce/reduce.ts'
import { softmaxCrossEntropy } from '../../ops/softmax/crossEntropy.ts'
import { logSoftmax } from '../../ops/softmax/softmax.ts'
import { pick } from '../../ops/take/index.ts'
import { checkInput } from '../nn/arguments.ts'
import { Loss, type LossOptions, like, lossOptions, type Optional } from './loss.ts'

/** Options of SoftmaxCrossEntropyLoss. */
export interface SoftmaxCrossEntropyLossOptions extends LossOptions {
  /** The axis of classes. Default the last. */
  readonly axis?: number
  /** Whether labels are class numbers; else they are distributions over the classes. Default true. */
  readonly sparseLabel?: boolean
  /** Whether predictions are logarithms of probabilities already. Default false. */
  readonly fromLogits?: boolean
}

const crossEntropyOptions: OptionNames<SoftmaxCrossEntropyLossOptions> = {
  ...lossOptions,
  axis: 'number',
  sparseLabel: 'boolean',
  fromLogits: 'boolean',
}

/**
 * −log softmax(pred)[label] of each sample; for (N, classes) of shape (N,). Labels are int32 or float32 numbers, clipped
 * into range; with `sparseLabel: false`, −Σ label·log softmax(pred).
 */
export class SoftmaxCrossEntropyLoss extends Loss {
  static override readonly className: string = 'SoftmaxCrossEntropyLoss'
  readonly axis: number
  readonly sparseLabel: boolean
  readonly fromLogits: boolean

  constructor(options: SoftmaxCrossEntropyLossOptions = {}) {
    checkOptions('SoftmaxCrossEntropyLoss', options, '{ axis: 1 }', crossEntropyOptions)
    super(options)
    this.axis = options.axis ?? -1
    this.sparseLabel = options.sparseLabel ?? true
    this.fromLogits = options.fromLogits ?? false
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    checkInput(this.className, pred, 'predictions and labels')
    checkInput(this.className, label, 'predictions and labels')
    const plain = pred.ndim === 2 && (this.axis === -1 || this.axis === 1) && label.ndim === 1
    if (plain && this.sparseLabel && !this.fromLogits)
      return this.finish(softmaxCrossEntropy(pred, label), sampleWeight)
    if (this.sparseLabel) this.#refuseDistributions(pred, label)
    const { axis } = this
    const log = this.fromLogits ? pred : logSoftmax(pred, { axis })
    const picked = this.sparseLabel
      ? pick(log, label, { axis, keepdims: true })
      : sum(multiply(log, like(this.className, pred, label)), { axis, keepdims: true })
    return this.finish(multiply(picked, -1), sampleWeight)
  }

  /** Throws where each sample has a value for each class, in the place of a class number. */
  #refuseDistributions({ shape }: NDArray, label: NDArray): void {
    const axis = checkAxis(this.className, this.axis, shape.length)
    if (shape[axis] === 1 || !sameShape(label.shape, shape)) return
    const numbers = reducedShape(shape, [axis], false)
    throw new OpError(
      this.className,
      `labels are class numbers of shape ${formatShape(numbers)}, got ${formatShape(shape)}, the shape of the ` +
        'predictions: for distributions over the classes, such as one-hot rows, pass { sparseLabel: false }',
    )
  }
}

/** Options of SigmoidBinaryCrossEntropyLoss. */
export interface SigmoidBinaryCrossEntropyLossOptions extends LossOptions {
  /** Whether predictions are probabilities already. Default false, for logits, which lose no digits. */
  readonly fromSigmoid?: boolean
}

/**
 * −label·ln σ(pred) − (1 − label)·ln(1 − σ(pred)), labels from 0 to 1; the mean over all axes but that of the samples.
 * `posWeight`, of a shape that broadcasts to that of the predictions, multiplies the part of the label.
 */
export class SigmoidBinaryCrossEntropyLoss extends Loss<
  [pred: NDArray, label: NDArray, sampleWeight?: Optional, posWeight?: Optional]
> {
  static override readonly className: string = 'SigmoidBinaryCrossEntropyLoss'
  readonly fromSigmoid: boolean

  constructor(options: SigmoidBinaryCrossEntropyLossOptions = {}) {
    const known = { ...lossOptions, fromSigmoid: 'boolean' } as const
    checkOptions('SigmoidBinaryCrossEntropyLoss', options, '{ fromSigmoid: true }', known)
    super(options)
    this.fromSigmoid = options.fromSigmoid ?? false
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional, posWeight?: Optional): NDArray {
    const labels = like(this.className, pred, label)
    const loss = this.fromSigmoid ? binaryCrossEntropy : logistic
    return this.finish(loss(pred, labels, posWeight ? this.#weights(posWeight, pred) : 1), sampleWeight)
  }

  #weights(weights: NDArray, { shape, dtype }: NDArray): NDArray {
    checkInput(this.className, weights, 'predictions, labels and weights')
    const pad = shape.length - weights.ndim
    if (pad < 0 || weights.shape.some((size, axis) => size !== 1 && size !== shape[pad + axis])) {
      const [got, expected] = [weights.shape, shape].map(formatShape)
      throw new OpError(
        this.className,
        `wrong shape of posWeight: got ${got}, expected one that broadcasts to ${expected}`,
      )
    }
    return weights.dtype === dtype ? weights : cast(weights, dtype)
  }
}

/** Options of KLDivLoss. */
export interface KLDivLossOptions extends LossOptions {
  /** Whether predictions are logarithms of probabilities. Default true; else they are logits. */
  readonly fromLogits?: boolean
  /** The axis of the softmax of logits. Default the last. */
  readonly axis?: number
}

/** label·(ln(label + 10⁻¹²) − pred), the sum over all axes but that of the samples. Labels are distributions. */
export class KLDivLoss extends Loss {
  static override readonly className: string = 'KLDivLoss'
  readonly fromLogits: boolean
  readonly axis: number

  constructor(options: KLDivLossOptions = {}) {
    checkOptions('KLDivLoss', options, '{ fromLogits: false }', {
      ...lossOptions,
      fromLogits: 'boolean',
      axis: 'number',
    })
    super(options)
    this.fromLogits = options.fromLogits ?? true
    this.axis = options.axis ?? -1
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    const labels = like(this.className, pred, label)
    const log = this.fromLogits ? pred : logSoftmax(pred, { axis: this.axis })
    const result = this.weighted(klDivergence(log, labels), sampleWeight)
    return result.ndim > 1 ? sum(result, { axis: this.batchAxis, exclude: true }) : result
  }
}
