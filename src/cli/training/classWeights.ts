// The loss of a run whose classes are uneven.
import { type Context, gluon, type NDArray, nd } from '../../index.ts'

/** Cross-entropy in which a sample counts by its class. */
export class ClassWeightedLoss extends gluon.loss.SoftmaxCrossEntropyLoss {
  static override readonly className: string = 'ClassWeightedLoss'
  readonly #weights: NDArray

  /** `weights` says what a sample of each class counts. */
  constructor(weights: readonly number[], ctx: Context) {
    super()
    this.#weights = nd.array([...weights], { ctx })
  }

  override forward(pred: NDArray, label: NDArray): NDArray {
    return super.forward(pred, label, nd.take(this.#weights, label))
  }
}
