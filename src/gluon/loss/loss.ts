// Losses: one value for each sample (MXNet 1.9.1, gluon/loss.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, reducedShape, sameShape } from '../../core/shape.ts'
import { multiply, square, subtract } from '../../ops/elementwise/elementwise.ts'
import { mean, sum } from '../../ops/reduce/reduce.ts'
import { softmaxCrossEntropy } from '../../ops/softmax/crossEntropy.ts'
import { logSoftmax } from '../../ops/softmax/softmax.ts'
import { pick } from '../../ops/take/index.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { type BlockOptions, blockOptions, HybridBlock } from '../block.ts'
import { checkInput } from '../nn/arguments.ts'

/** Options of every loss. */
export interface LossOptions extends BlockOptions {
  /** Factor on the loss. Default none. */
  readonly weight?: number | null
  /** The axis of samples. Default 0. */
  readonly batchAxis?: number
}

const lossOptions: OptionNames<LossOptions> = { ...blockOptions, weight: true, batchAxis: true }

/** Base of losses: `loss(pred, label, sampleWeight?)` gives one value for each sample. */
export abstract class Loss extends HybridBlock<[pred: NDArray, label: NDArray, sampleWeight?: NDArray], NDArray> {
  static override readonly className: string = 'Loss'
  readonly weight: number | null
  readonly batchAxis: number

  constructor(options: LossOptions = {}, weight: number | null = null) {
    super(options)
    this.weight = options.weight ?? weight
    this.batchAxis = options.batchAxis ?? 0
  }

  /** Sample weights and the factor, then the mean over all axes but that of the samples. */
  protected finish(loss: NDArray, sampleWeight: NDArray | undefined): NDArray {
    let result = sampleWeight ? multiply(loss, sampleWeight) : loss
    if (this.weight !== null && this.weight !== 1) result = multiply(result, this.weight)
    return result.ndim > 1 ? mean(result, { axis: this.batchAxis, exclude: true }) : result
  }

  override describe(): string {
    const { weight } = this
    const text = weight === null ? 'None' : Number.isInteger(weight) ? weight.toFixed(1) : weight
    return `${this.className}(batch_axis=${this.batchAxis}, w=${text})`
  }
}

/** ½·weight·(label − pred)², the mean over all axes but that of the samples. */
export class L2Loss extends Loss {
  static override readonly className: string = 'L2Loss'

  constructor(options: LossOptions = {}) {
    checkOptions('L2Loss', options, '{ weight: 0.5 }', lossOptions)
    super(options, 1)
  }

  forward(pred: NDArray, label: NDArray, sampleWeight?: NDArray): NDArray {
    checkInput(this.className, pred, 'predictions and labels')
    checkInput(this.className, label, 'predictions and labels')
    const difference = subtract(withShape(label, pred.shape), pred)
    return this.finish(multiply(square(difference), 0.5), sampleWeight)
  }
}

/** Options of SoftmaxCrossEntropyLoss. */
export interface SoftmaxCrossEntropyLossOptions extends LossOptions {
  /** The axis of classes. Default the last. */
  readonly axis?: number
  /** Labels are class numbers. Default otherwise distributions over the classes. True. */
  readonly sparseLabel?: boolean
  /** Predictions are logarithms of probabilities already. */
  readonly fromLogits?: boolean
}

const crossEntropyOptions: OptionNames<SoftmaxCrossEntropyLossOptions> = {
  ...lossOptions,
  axis: true,
  sparseLabel: true,
  fromLogits: true,
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

  forward(pred: NDArray, label: NDArray, sampleWeight?: NDArray): NDArray {
    checkInput(this.className, pred, 'predictions and labels')
    checkInput(this.className, label, 'predictions and labels')
    const plain = pred.ndim === 2 && (this.axis === -1 || this.axis === 1) && label.ndim === 1
    if (plain && this.sparseLabel && !this.fromLogits)
      return this.finish(softmaxCrossEntropy(pred, label), sampleWeight && withShape(sampleWeight, [sampleWeight.size]))
    if (this.sparseLabel) this.#refuseDistributions(pred, label)
    const { axis } = this
    const log = this.fromLogits ? pred : logSoftmax(pred, { axis })
    const picked = this.sparseLabel
      ? pick(log, label, { axis, keepdims: true })
      : sum(multiply(log, withShape(label, pred.shape)), { axis, keepdims: true })
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
