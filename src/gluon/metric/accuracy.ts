// Shares of predictions that are right: Accuracy and TopKAccuracy (MXNet 1.9.1, metric.py).
import { checkOptions, nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import { arange } from '../../nd/creation.ts'
import { formula } from '../../nd/formula.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { equal } from '../../ops/elementwise/elementwise.ts'
import { argmax } from '../../ops/reduce/argmax.ts'
import { sum } from '../../ops/reduce/reduce.ts'
import { pick } from '../../ops/take/index.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { EvalMetric, type Measured } from './metric.ts'

/** Options of Accuracy. */
export interface AccuracyOptions {
  /** The axis of classes. Default 1. */
  readonly axis?: number
  /** Default 'accuracy'. */
  readonly name?: string
}

/** Share of predictions whose class is the label; `axis` is that of the classes. */
export class Accuracy extends EvalMetric {
  readonly axis: number

  constructor(options: AccuracyOptions = {}) {
    checkOptions('Accuracy', options, '{ axis: 1 }', { axis: 'number', name: 'string' })
    const { axis = 1, name = 'accuracy' } = options
    super(name, 'int32')
    this.axis = axis
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    if (!sameShape(pred.shape, label.shape) && this.axis >= pred.ndim) {
      const got = `${formatShape(pred.shape)}, with labels ${formatShape(label.shape)}`
      throw new OpError(
        this.name,
        `update takes labels, then predictions with classes on axis ${this.axis}, got ${got}`,
      )
    }
    const classes = sameShape(pred.shape, label.shape) ? pred : argmax(pred, { axis: this.axis, dtype: 'int32' })
    if (classes.size !== label.size) {
      const got = `${formatShape(pred.shape)} for labels ${formatShape(label.shape)}`
      throw new OpError(this.name, `predictions and labels don't match: got ${got}`)
    }
    const hits = equal(cast(classes, 'int32'), cast(label, 'int32'))
    return { sum: sum(hits), count: label.size }
  }
}

/** Throws where predictions are not (N, classes) for N labels. */
export function checkRows(name: string, label: NDArray, pred: NDArray): void {
  if (pred.ndim === 2 && pred.shape[0] === label.size && pred.shape[1] > 0) return
  const got = `${formatShape(label.shape)} and ${formatShape(pred.shape)}`
  throw new OpError(name, `update takes labels (N,), then predictions (N, classes), got ${got}`)
}

/** 1 where a class stands above the label's in ascending order: NaN is the largest, and the later of two equal ones. */
const isAbove = formula(
  (m, score, own, place, label) => {
    const behind = m.greater(place, label)
    const above = m.or(m.greater(score, own), m.and(m.equal(score, own), behind))
    const lost = m.notEqual(score, score)
    const ownLost = m.notEqual(own, own)
    return m.select(
      m.or(m.and(lost, m.or(m.not(ownLost), behind)), m.and(m.not(ownLost), above)),
      m.constant(1),
      m.constant(0),
    )
  },
  { name: 'topKAccuracy' },
)

/** 1 where fewer than k classes stand above the label's, and the label is a class. */
const isHit = formula(
  (m, above, label, k, classes) => {
    const known = m.and(m.greaterEqual(label, 0), m.less(label, classes))
    return m.select(m.and(m.less(above, k), known), m.constant(1), m.constant(0))
  },
  { name: 'topKAccuracy' },
)

/** Options of TopKAccuracy. */
export interface TopKAccuracyOptions {
  /** How many classes are taken; at least 2. */
  readonly topK: number
  /** Default 'top_k_accuracy'; `_K` follows. */
  readonly name?: string
}

/** Share of labels among the k classes of the highest scores; of equal scores the later class is taken first. */
export class TopKAccuracy extends EvalMetric {
  readonly topK: number

  constructor(options: TopKAccuracyOptions) {
    checkOptions('TopKAccuracy', options, '{ topK: 5 }', { topK: 'number', name: 'string' })
    const { topK, name = 'top_k_accuracy' } = options
    if (!(Number.isInteger(topK) && topK > 1)) {
      const hint = topK === 1 ? ': for 1 use Accuracy' : ''
      throw new OpError('TopKAccuracy', `topK must be an integer above 1, got ${nameOfKind(topK)}${hint}`)
    }
    super(`${name}_${topK}`, 'int32')
    this.topK = topK
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    checkRows(this.name, label, pred)
    const [samples, classes] = pred.shape
    const scores = cast(pred, 'float32')
    const labels = cast(withShape(cast(label, 'int32'), [samples, 1]), 'float32')
    const own = pick(scores, labels, { axis: 1, keepdims: true })
    const above = sum(isAbove(scores, own, arange(classes, null, { ctx: pred.context }), labels), {
      axis: 1,
      keepdims: true,
    })
    return { sum: sum(cast(isHit(above, labels, this.topK, classes), 'int32')), count: samples }
  }
}
