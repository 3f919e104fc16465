// How probable labels are to a model: cross-entropy, its two names, and perplexity (MXNet 1.9.1, metric.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape } from '../../core/shape.ts'
import { formula } from '../../nd/formula.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { add, equal, log, multiply } from '../../ops/elementwise/elementwise.ts'
import { fill } from '../../ops/fill/fill.ts'
import { sum } from '../../ops/reduce/reduce.ts'
import { pick } from '../../ops/take/index.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { checkRows } from './accuracy.ts'
import { EvalMetric, type Measured } from './metric.ts'

/** Options of CrossEntropy and NegativeLogLikelihood. */
export interface LikelihoodOptions {
  /** Added to each probability, of which 0 has no logarithm. Default 1e-12. */
  readonly eps?: number
  /** Default 'cross-entropy' and 'nll-loss'. */
  readonly name?: string
}

const likelihoodOptions: OptionNames<LikelihoodOptions> = { eps: 'number', name: 'string' }

abstract class Likelihood extends EvalMetric {
  readonly eps: number

  constructor(kind: string, name: string, options: LikelihoodOptions) {
    checkOptions(kind, options, '{ eps: 1e-12 }', likelihoodOptions)
    const { eps = 1e-12 } = options
    if (!(typeof eps === 'number' && eps >= 0)) {
      throw new OpError(kind, `eps must be a non-negative number, got ${nameOfKind(eps)}`)
    }
    super(options.name ?? name, 'float32')
    this.eps = eps
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    checkRows(this.name, label, pred)
    const own = pick(cast(pred, 'float32'), withShape(label, [label.size]), { axis: 1 })
    return { sum: multiply(sum(log(add(own, this.eps))), -1), count: label.size }
  }
}

/** Mean of −ln(probability of the label + eps): predictions are probabilities (N, classes). */
export class CrossEntropy extends Likelihood {
  constructor(options: LikelihoodOptions = {}) {
    super('CrossEntropy', 'cross-entropy', options)
  }
}

/** Mean of −ln(probability of the label + eps), by another name. */
export class NegativeLogLikelihood extends Likelihood {
  constructor(options: LikelihoodOptions = {}) {
    super('NegativeLogLikelihood', 'nll-loss', options)
  }
}

/** Options of Perplexity. */
export interface PerplexityOptions {
  /** The axis of classes. Default the last. */
  readonly axis?: number
  /** Default 'perplexity'. */
  readonly name?: string
}

/** −ln p of at least 10⁻¹⁰; 0 where the label is to be ignored. */
const surprise = formula((m, p, ignored) => m.select(m.notEqual(ignored, 0), 0, m.neg(m.log(m.max(p, 1e-10)))))

/**
 * e to the mean of −ln(probability of the label). Labels equal to `ignoreLabel` do not count. With null, all labels count.
 * Predictions hold one row of probabilities for each label.
 */
export class Perplexity extends EvalMetric<readonly number[]> {
  readonly ignoreLabel: number | null
  readonly axis: number

  constructor(ignoreLabel: number | null, options: PerplexityOptions = {}) {
    checkOptions('Perplexity', options, '{ axis: 1 }', { axis: 'number', name: 'string' })
    if (ignoreLabel !== null && !Number.isInteger(ignoreLabel)) {
      const got = nameOfKind(ignoreLabel)
      throw new OpError('Perplexity', `takes first the label to ignore, an integer, or null for none: got ${got}`)
    }
    super(options.name ?? 'perplexity', 'float32', 'int32')
    this.ignoreLabel = ignoreLabel
    this.axis = options.axis ?? -1
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    const axis = checkAxis(this.name, this.axis, pred.ndim)
    const rows = pred.shape.filter((_, k) => k !== axis)
    if (label.size * pred.shape[axis] !== pred.size) {
      const got = `${formatShape(label.shape)} for predictions ${formatShape(pred.shape)}`
      throw new OpError(this.name, `there must be a label for each distribution along axis ${axis}, got ${got}`)
    }
    const labels = withShape(label, rows)
    const own = pick(cast(pred, 'float32'), labels, { axis })
    const { ignoreLabel } = this
    const { context } = pred
    const ignored = ignoreLabel === null ? fill(own.shape, 0, { context }) : cast(equal(labels, ignoreLabel), 'float32')
    return { sum: [sum(surprise(own, ignored)), sum(cast(ignored, 'int32'))], count: label.size }
  }

  protected override value([loss, ignored]: readonly number[], count: number): number {
    return Math.exp(loss / (count - ignored))
  }
}
