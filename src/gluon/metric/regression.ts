// Distances and correlations of numbers: MAE, MSE, RMSE, PearsonCorrelation (MXNet 1.9.1, metric.py).
import { checkOptions, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape } from '../../core/shape.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { abs, clip, divide, multiply, sqrt, square, subtract } from '../../ops/elementwise/elementwise.ts'
import { mean, norm, sum } from '../../ops/reduce/reduce.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { EvalMetric, type Measured } from './metric.ts'

/** Options of metrics that have a name alone. */
export interface NameOptions {
  /** What `get` and errors call the metric. Default Gluon's name of it. */
  readonly name?: string
}

/** Throws where options are not one object with a name. */
export function checkName(kind: string, options: NameOptions): void {
  checkOptions(kind, options, "{ name: 'validation' }", { name: 'string' })
}

/** Base of metrics that are the mean of the values of updates. */
abstract class MeanOfUpdates extends EvalMetric {
  constructor(kind: string, name: string, options: NameOptions) {
    checkName(kind, options)
    super(options.name ?? name, 'float32')
  }
}

/** label − pred in float32, broadcast as NumPy does; vectors are columns. */
function apart(label: NDArray, pred: NDArray): NDArray {
  const [a, b] = [label, pred].map((x) => cast(x.ndim === 1 ? withShape(x, [x.size, 1]) : x, 'float32'))
  return subtract(a, b)
}

/** The mean absolute difference of each update; the mean over updates, whatever their sizes. */
export class MAE extends MeanOfUpdates {
  constructor(options: NameOptions = {}) {
    super('MAE', 'mae', options)
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    return { sum: mean(abs(apart(label, pred))), count: 1 }
  }
}

/** The mean square of the differences of each update; the mean over updates, whatever their sizes. */
export class MSE extends MeanOfUpdates {
  constructor(options: NameOptions = {}) {
    super('MSE', 'mse', options)
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    return { sum: mean(square(apart(label, pred))), count: 1 }
  }
}

/** The root of the mean square of the differences of each update; the mean of these roots over updates. */
export class RMSE extends MeanOfUpdates {
  constructor(options: NameOptions = {}) {
    super('RMSE', 'rmse', options)
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    return { sum: sqrt(mean(square(apart(label, pred)))), count: 1 }
  }
}

/** The correlation of predictions and labels in each update, from −1 to 1; the mean over updates. NaN of constants. */
export class PearsonCorrelation extends MeanOfUpdates {
  constructor(options: NameOptions = {}) {
    super('PearsonCorrelation', 'pearsonr', options)
  }

  protected measure(label: NDArray, pred: NDArray): Measured {
    if (!sameShape(label.shape, pred.shape)) {
      const got = `${formatShape(label.shape)} and ${formatShape(pred.shape)}`
      throw new OpError(this.name, `labels and predictions must have one shape, got ${got}`)
    }
    const [a, b] = [label, pred].map((x) => {
      const flat = cast(withShape(x, [x.size]), 'float32')
      const near = subtract(flat, mean(flat))
      // the mean was rounded: far from zero that is much beside the deviations
      const centred = subtract(near, mean(near))
      return divide(centred, norm(centred))
    })
    return { sum: clip(sum(multiply(a, b)), -1, 1), count: 1 }
  }
}
