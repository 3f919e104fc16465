// BatchProcessor: how an Estimator computes a batch, for training and for evaluation.
import { record } from '../../../autograd/autograd.ts'
import { OpError } from '../../../core/errors.ts'
import { NDArray } from '../../../core/ndarray.ts'
import type { Estimator } from './estimator.ts'
import type { Batch, BatchResult } from './handler.ts'

/** Computes batches of one array of data and one of labels. Subclass it for batches of other parts. */
export class BatchProcessor {
  /** Forward and backward of a batch, without an update. */
  async fitBatch(estimator: Estimator, batch: Batch): Promise<BatchResult> {
    const { data, label } = this.load(estimator, batch)
    const [pred, loss] = record(() => {
      const pred = estimator.net(data)
      return [pred, estimator.loss(pred, label)] as const
    })
    await estimator.breathe()
    loss.backward()
    await estimator.breathe()
    return { data, label, pred, loss }
  }

  /** Predictions of a batch, and their losses. */
  async evaluateBatch(estimator: Estimator, batch: Batch): Promise<BatchResult> {
    const { data, label } = this.load(estimator, batch)
    const pred = estimator.valNet(data)
    return { data, label, pred, loss: estimator.valLoss(pred, label) }
  }

  /** Data and labels of a batch, on the estimator's context. */
  protected load({ context }: Estimator, batch: Batch): Pick<BatchResult, 'data' | 'label'> {
    const [data, label] = Array.isArray(batch) ? (batch as Batch) : []
    if (data instanceof NDArray && label instanceof NDArray) {
      return { data: data.asInContext(context), label: label.asInContext(context) }
    }
    throw new OpError('Estimator', 'a batch must be [data, label]: give a batchProcessor for batches of other parts')
  }
}
