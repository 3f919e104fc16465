// Scores of two classes: F1 and the Matthews correlation coefficient (MXNet 1.9.1, metric.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formula } from '../../nd/formula.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { add, equal, multiply, notEqual } from '../../ops/elementwise/elementwise.ts'
import { fill } from '../../ops/fill/fill.ts'
import { argmax } from '../../ops/reduce/argmax.ts'
import { max, min, sum } from '../../ops/reduce/reduce.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { checkRows } from './accuracy.ts'
import { EvalMetric, type Measured } from './metric.ts'

/** Options of F1 and MCC. */
export interface BinaryOptions {
  /** 'macro' for the mean of the scores of updates, 'micro' for one score of all samples. Default 'macro'. */
  readonly average?: 'macro' | 'micro'
  /** Default 'f1' and 'mcc'. */
  readonly name?: string
}

const binaryOptions: OptionNames<BinaryOptions> = { average: true, name: 'string' }

/** Of n samples, those of class 1 that were found, those predicted, and those labelled. */
type Score = (found: number, predicted: number, labelled: number, n: number) => number

/** A score by arrays of float32, and one of numbers. */
interface Scores {
  readonly ofArrays: (found: NDArray, predicted: NDArray, labelled: NDArray, n: number) => NDArray
  readonly ofNumbers: Score
}

/** Base of metrics of class 1 against the rest. */
abstract class BinaryMetric extends EvalMetric<readonly number[]> {
  readonly average: 'macro' | 'micro'
  readonly #scores: Scores

  constructor(kind: string, name: string, options: BinaryOptions, scores: Scores) {
    checkOptions(kind, options, "{ average: 'micro' }", binaryOptions)
    const { average = 'macro' } = options
    if (average !== 'macro' && average !== 'micro') {
      throw new OpError(kind, `average must be 'macro' or 'micro', got ${nameOfKind(average)}`)
    }
    // behind the sums stands how many labels were of a third value
    if (average === 'macro') super(options.name ?? name, 'float32', 'int32')
    else super(options.name ?? name, 'int32', 'int32', 'int32', 'int32')
    this.average = average
    this.#scores = scores
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    checkRows(this.name, label, pred)
    const labels = cast(withShape(label, [label.size]), 'int32')
    const [predicted, labelled] = [equal(argmax(pred, { axis: 1, dtype: 'int32' }), 1), equal(labels, 1)]
    const sums = [multiply(predicted, labelled), predicted, labelled].map((each) => sum(each))
    return { sum: [...sums, othersIn(labels)], count: label.size }
  }

  protected override measureAll(labels: readonly NDArray[], preds: readonly NDArray[]): readonly Measured[] {
    const each = super.measureAll(labels, preds)
    if (this.average === 'micro' || each.length === 0) return each
    const count = each.reduce((total, one) => total + one.count, 0)
    const sums = each.map((one) => one.sum as readonly NDArray[])
    const [found, predicted, labelled, others] = sums.reduce((total, more) => total.map((one, i) => add(one, more[i])))
    const [a, b, c] = [found, predicted, labelled].map((one) => cast(one, 'float32'))
    return [{ sum: [this.#scores.ofArrays(a, b, c, count), others], count: 1 }]
  }

  protected override value(sums: readonly number[], count: number): number {
    const others = sums[sums.length - 1]
    if (others > 0)
      throw new OpError(this.name, `labels must be of two values, 1 and another, got ${others} of a third`)
    const [found, predicted, labelled] = sums
    return this.average === 'macro' ? sums[0] / count : this.#scores.ofNumbers(found, predicted, labelled, count)
  }
}

/** How many labels are neither the smallest nor the largest. */
function othersIn(labels: NDArray): NDArray {
  if (labels.size === 0) return fill([1], 0, { context: labels.context, dtype: 'int32' })
  return sum(multiply(notEqual(labels, min(labels)), notEqual(labels, max(labels))))
}

/** 2 · found ÷ (predicted + labelled): the harmonic mean of precision and recall; 0 where nothing was found. */
const f1: Scores = {
  ofArrays: formula((m, found, predicted, labelled, _n) =>
    m.select(m.equal(found, 0), 0, m.div(m.mul(found, 2), m.add(predicted, labelled))),
  ),
  ofNumbers: (found, predicted, labelled) => (found === 0 ? 0 : (2 * found) / (predicted + labelled)),
}

/** The correlation of predictions and labels of 0 and 1; 0 where one of them is the same for all samples. */
const mcc: Scores = {
  ofArrays: formula((m, found, predicted, labelled, n) => {
    const [p, q] = [m.div(predicted, n), m.div(labelled, n)]
    const roots = [p, m.div(m.sub(n, predicted), n), q, m.div(m.sub(n, labelled), n)].map((share) => m.sqrt(share))
    const spread = roots.reduce((product, root) => m.mul(product, root))
    return m.select(m.greater(spread, 0), m.div(m.sub(m.div(found, n), m.mul(p, q)), spread), 0)
  }),
  ofNumbers(found, predicted, labelled, n) {
    const spread = Math.sqrt(predicted * (n - predicted)) * Math.sqrt(labelled * (n - labelled))
    return spread > 0 ? (n * found - predicted * labelled) / spread : 0
  },
}

/** F1 of two classes, 1 and another: 2 · precision · recall ÷ (precision + recall). */
export class F1 extends BinaryMetric {
  constructor(options: BinaryOptions = {}) {
    super('F1', 'f1', options, f1)
  }
}

/** The Matthews correlation coefficient of two classes, 1 and another: from −1, all wrong, to 1. */
export class MCC extends BinaryMetric {
  constructor(options: BinaryOptions = {}) {
    super('MCC', 'mcc', options, mcc)
  }
}
