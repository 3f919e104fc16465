// Losses of vectors that are to be close or apart: triplets, cosines and SDML (MXNet 1.9.1, gluon/loss.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, sameShape } from '../../core/shape.ts'
import { arange } from '../../nd/creation.ts'
import {
  add,
  clip,
  divide,
  equal,
  maximum,
  multiply,
  negative,
  relu,
  subtract,
  where,
} from '../../ops/elementwise/elementwise.ts'
import { distanceDifference, squaredDistances } from '../../ops/loss/distances.ts'
import { klDivergence } from '../../ops/loss/pointwise.ts'
import { norm, sum } from '../../ops/reduce/reduce.ts'
import { logSoftmax } from '../../ops/softmax/softmax.ts'
import { oneHot } from '../../ops/take/index.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { type BlockOptions, blockOptions } from '../block.ts'
import { checkInput } from '../nn/arguments.ts'
import { Loss, type LossOptions, like, type Optional } from './loss.ts'
import { MarginLoss } from './margin.ts'

/**
 * max(0, ‖positive − pred‖² − ‖negative − pred‖² + margin) of each sample, the squares summed over all axes but that of
 * the samples. Sample weights are of shape (N,).
 */
export class TripletLoss extends MarginLoss<
  [pred: NDArray, positive: NDArray, negative: NDArray, sampleWeight?: Optional]
> {
  static override readonly className: string = 'TripletLoss'

  forward(pred: NDArray, positive: NDArray, negative: NDArray, sampleWeight?: Optional): NDArray {
    const near = like(this.className, pred, positive, 'positive')
    const far = like(this.className, pred, negative, 'negative')
    const axis = checkAxis(this.className, this.batchAxis, pred.ndim)
    return this.weighted(relu(add(distanceDifference(pred, near, far, axis), this.margin)), sampleWeight)
  }
}

/** Options of CosineEmbeddingLoss. */
export interface CosineEmbeddingLossOptions extends LossOptions {
  /** The cosine from which on vectors of label −1 are too close. Default 0. */
  readonly margin?: number
}

/**
 * With c the cosine between two vectors, which lie along the last axis: 1 − c where the label is 1, else
 * max(0, c − margin). There is a label, −1 or 1, and a result for each pair of vectors.
 */
export class CosineEmbeddingLoss extends MarginLoss<
  [input1: NDArray, input2: NDArray, label: NDArray, sampleWeight?: Optional]
> {
  static override readonly className: string = 'CosineEmbeddingLoss'
  protected static override readonly usualMargin: number = 0

  constructor(options: CosineEmbeddingLossOptions = {}) {
    super(options)
  }

  forward(input1: NDArray, input2: NDArray, label: NDArray, sampleWeight?: Optional): NDArray {
    const similarity = cosine(like(this.className, input2, input1, 'input1'), input2)
    const labels = like(this.className, similarity, label)
    const apart = clip(subtract(similarity, this.margin), 0, 1 - this.margin)
    return this.finish(where(equal(labels, 1), subtract(1, similarity), apart), sampleWeight)
  }
}

/** The cosine between vectors along the last axis, (M, 1); 0 where one of them is 0. */
function cosine(x: NDArray, y: NDArray): NDArray {
  const lengths = multiply(norm(x, { axis: -1 }), norm(y, { axis: -1 }))
  const cosines = divide(sum(multiply(x, y), { axis: -1 }), maximum(lengths, 1e-12))
  return withShape(cosines, [cosines.size, 1])
}

/** Options of SDMLLoss, whose samples are on axis 0. */
export interface SDMLLossOptions extends BlockOptions {
  /** The probability that is shared out among the other samples of a batch. Default 0.3. */
  readonly smoothingParameter?: number
  /** Factor on the loss. Default 1. */
  readonly weight?: number | null
}

const sdmlOptions: OptionNames<SDMLLossOptions> = { ...blockOptions, weight: 'number', smoothingParameter: 'number' }

/**
 * Smoothed deep metric learning (D. Bonadiman et al. 2019): rows of x1 (N, D) are to be closest to the same rows of x2.
 * Of each row the divergence between the softmax of −‖x1ᵢ − x2ₖ‖² over k and the distribution that has 1 − smoothing at i.
 */
export class SDMLLoss extends Loss<[x1: NDArray, x2: NDArray]> {
  static override readonly className: string = 'SDMLLoss'
  readonly smoothingParameter: number

  constructor(options: SDMLLossOptions = {}) {
    checkOptions('SDMLLoss', options, '{ smoothingParameter: 0.3 }', sdmlOptions)
    super(options, 1)
    this.smoothingParameter = options.smoothingParameter ?? 0.3
    if (this.smoothingParameter >= 0 && this.smoothingParameter < 1) return
    throw new OpError('SDMLLoss', `smoothingParameter must be from 0 to below 1, got ${this.smoothingParameter}`)
  }

  forward(x1: NDArray, x2: NDArray): NDArray {
    for (const x of [x1, x2]) checkInput(this.className, x, 'two arrays')
    const [samples] = x1.shape
    if (x1.ndim !== 2 || !sameShape(x1.shape, x2.shape) || samples < 2) {
      const got = `${formatShape(x1.shape)} and ${formatShape(x2.shape)}`
      throw new OpError(this.className, `takes two arrays of one shape (N, D) with at least two rows, got ${got}`)
    }
    const log = logSoftmax(negative(squaredDistances(x1, x2)), { axis: 1 })
    const own = arange(samples, null, { ctx: x1.context, dtype: 'int32' })
    const [onValue, offValue] = [1 - this.smoothingParameter, this.smoothingParameter / (samples - 1)]
    const labels = oneHot(own, samples, { onValue, offValue, dtype: x1.dtype })
    return this.weighted(sum(klDivergence(log, labels), { axis: 1 }), undefined)
  }
}
