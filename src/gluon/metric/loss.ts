// Loss: the mean of losses that were computed elsewhere.
import type { NDArray } from '../../core/ndarray.ts'
import { sum } from '../../ops/reduce/reduce.ts'
import { EvalMetric, type Measured, type OneOrMany } from './metric.ts'
import { checkName, type NameOptions } from './regression.ts'

/** Mean of the losses given as predictions; labels are not looked at, and may be null. */
export class Loss extends EvalMetric {
  constructor(options: NameOptions = {}) {
    checkName('Loss', options)
    super(options.name ?? 'loss', 'float32')
  }

  override update(_labels: OneOrMany | null | undefined, preds: OneOrMany): void {
    super.update(preds, preds)
  }

  protected measure(_label: NDArray, pred: NDArray): Measured {
    return { sum: sum(pred), count: pred.size }
  }
}
