// CTCLoss: labels of sequences whose alignment is unknown (MXNet 1.9.1, gluon/loss.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { ctcLoss } from '../../ops/loss/ctc.ts'
import { swapaxes } from '../../ops/view/transpose.ts'
import { type BlockOptions, blockOptions } from '../block.ts'
import { checkInput } from '../nn/arguments.ts'
import { Loss, type Optional } from './loss.ts'

/** Options of CTCLoss, whose axis of samples follows from `labelLayout`. */
export interface CTCLossOptions extends BlockOptions {
  /** The axes of predictions: samples N, steps T, classes C. Default 'NTC'. */
  readonly layout?: 'NTC' | 'TNC'
  /** The axes of labels: samples N, places T. Default 'NT'. */
  readonly labelLayout?: 'NT' | 'TN'
  /** Factor on the loss. Default none. */
  readonly weight?: number | null
}

const ctcOptions: OptionNames<CTCLossOptions> = { ...blockOptions, layout: true, labelLayout: true, weight: 'number' }

function checkLayout(name: string, layout: string, known: readonly string[]): void {
  if (known.includes(layout)) return
  throw new OpError('CTCLoss', `${name} must be '${known.join("' or '")}', got ${nameOfKind(layout)}`)
}

/**
 * −ln of the probability of a label over all its alignments with a prediction; of shape (N,). Predictions are logits, of
 * which the last class is the blank. Labels are class numbers, and end at the first negative one unless `labelLengths`
 * (N,) are given; predictions are of `predLengths` (N,) steps, or whole. A label too long for its prediction counts 0.
 */
export class CTCLoss extends Loss<
  [pred: NDArray, label: NDArray, predLengths?: Optional, labelLengths?: Optional, sampleWeight?: Optional]
> {
  static override readonly className: string = 'CTCLoss'
  readonly layout: 'NTC' | 'TNC'
  readonly labelLayout: 'NT' | 'TN'

  constructor(options: CTCLossOptions = {}) {
    checkOptions('CTCLoss', options, "{ layout: 'TNC' }", ctcOptions)
    const { layout = 'NTC', labelLayout = 'NT', ...rest } = options
    checkLayout('layout', layout, ['NTC', 'TNC'])
    checkLayout('labelLayout', labelLayout, ['NT', 'TN'])
    super({ ...rest, batchAxis: labelLayout.indexOf('N') })
    this.layout = layout
    this.labelLayout = labelLayout
  }

  forward(
    pred: NDArray,
    label: NDArray,
    predLengths?: Optional,
    labelLengths?: Optional,
    sampleWeight?: Optional,
  ): NDArray {
    for (const x of [pred, label]) checkInput(this.className, x, 'predictions and labels')
    const samples = (axis: number) => (this.layout === 'NTC' ? pred.shape[axis] : pred.shape[1 - axis])
    const labelled = label.shape[this.batchAxis]
    if (pred.ndim !== 3 || label.ndim !== 2 || samples(0) !== labelled || samples(1) === 0 || pred.shape[2] === 0) {
      const expected = `predictions (${[...this.layout].join(', ')}) and labels (${[...this.labelLayout].join(', ')})`
      const got = `${formatShape(pred.shape)} and ${formatShape(label.shape)}`
      throw new OpError(
        this.className,
        `takes ${expected} with the same number of samples and at least one step: got ${got}`,
      )
    }
    const steps = this.layout === 'NTC' ? swapaxes(pred, 0, 1) : pred
    const rows = this.labelLayout === 'NT' ? label : swapaxes(label, 0, 1)
    return this.weighted(ctcLoss(steps, rows, { predLengths, labelLengths }), sampleWeight)
  }
}
