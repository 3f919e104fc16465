// Loss: the base of all losses, and what they do alike with labels and weights (MXNet 1.9.1, gluon/loss.py).
import { nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { multiply } from '../../ops/elementwise/elementwise.ts'
import { mean } from '../../ops/reduce/reduce.ts'
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

/** The names of LossOptions. */
export const lossOptions: OptionNames<LossOptions> = { ...blockOptions, weight: 'number', batchAxis: 'number' }

/** An array that a call may leave out: `undefined` or `null`. */
export type Optional = NDArray | null | undefined

/** What most losses are called with. */
export type LossInputs = [pred: NDArray, label: NDArray, sampleWeight?: Optional]

/** Base of losses: `loss(pred, label, sampleWeight?)` gives one value for each sample. */
export abstract class Loss<Inputs extends unknown[] = LossInputs> extends HybridBlock<Inputs, NDArray> {
  static override readonly className: string = 'Loss'
  readonly weight: number | null
  readonly batchAxis: number

  constructor(options: LossOptions = {}, weight: number | null = null) {
    super(options)
    this.weight = options.weight ?? weight
    this.batchAxis = options.batchAxis ?? 0
    if (this.weight !== null) checkFactor(this.className, 'weight', this.weight)
  }

  /** The loss times sample weights, which broadcast to its shape, and times the factor. */
  protected weighted(loss: NDArray, sampleWeight: Optional): NDArray {
    const result = sampleWeight ? multiply(loss, weightsFor(this.className, sampleWeight, loss)) : loss
    return this.weight !== null && this.weight !== 1 ? multiply(result, this.weight) : result
  }

  /** Sample weights and the factor, then the mean over all axes but that of the samples. */
  protected finish(loss: NDArray, sampleWeight: Optional): NDArray {
    const result = this.weighted(loss, sampleWeight)
    return result.ndim > 1 ? mean(result, { axis: this.batchAxis, exclude: true }) : result
  }

  override describe(): string {
    const { weight } = this
    const text = weight === null ? 'None' : Number.isInteger(weight) ? weight.toFixed(1) : weight
    return `${this.className}(batch_axis=${this.batchAxis}, w=${text})`
  }
}

/** Throws where an option is no number. */
export function checkFactor(op: string, name: string, value: number): void {
  if (typeof value === 'number') return
  throw new OpError(op, `${name} must be a number, got ${nameOfKind(value)}`)
}

/** Labels, or other arrays of a call, in the dtype and shape of the predictions; throws for another number of elements. */
export function like(op: string, pred: NDArray, label: NDArray, what = 'labels'): NDArray {
  checkInput(op, pred, 'predictions and labels')
  checkInput(op, label, 'predictions and labels')
  if (label.size !== pred.size) {
    const [got, expected] = [label.shape, pred.shape].map(formatShape)
    throw new OpError(op, `wrong shape of ${what}: got ${got}, expected the same number of elements as ${expected}`)
  }
  return alike(sameShape(label.shape, pred.shape) ? label : withShape(label, pred.shape), pred)
}

/** The values in the dtype of another array. */
function alike(x: NDArray, { dtype }: NDArray): NDArray {
  return x.dtype === dtype ? x : cast(x, dtype)
}

/** Sample weights in the dtype of the loss and a shape that broadcasts to its own. */
function weightsFor(op: string, weights: NDArray, loss: NDArray): NDArray {
  checkInput(op, weights, 'predictions, labels and sample weights')
  const { shape } = loss
  const flat = loss.ndim === 1 && weights.ndim !== 1 ? withShape(weights, [weights.size]) : weights
  const fits = flat.ndim === loss.ndim && flat.shape.every((size, axis) => size === 1 || size === shape[axis])
  if (fits) return alike(flat, loss)
  const [got, expected] = [weights.shape, shape].map(formatShape)
  throw new OpError(
    op,
    `wrong shape of sampleWeight: got ${got}, expected that of the losses, ${expected}, or 1 on some axes`,
  )
}
