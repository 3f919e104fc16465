// The learning-rate finder (L. Smith, 2017): the rate rises from step to step, and the loss shows where it is too high.
import { type gluon, nd } from '../../index.ts'

/** From where to where the rate rises, evenly in its logarithm. */
export interface RateRange {
  readonly from: number
  readonly to: number
  readonly steps: number
}

/** A step of the search. */
export interface RatePoint {
  readonly rate: number
  readonly loss: number
  /** The mean of the losses so far, each step of the past counting less by `decay`. */
  readonly smoothed: number
}

/** What a search has found. */
export interface RateFinding {
  readonly points: readonly RatePoint[]
  /** The rate at the lowest smoothed loss; null where the loss never fell. */
  readonly lowest: number | null
  /** A tenth of it, where the loss still falls fast. */
  readonly suggested: number | null
}

const decay = 0.9

/** The search ends where the smoothed loss is above this many times its lowest. */
const tooHigh = 4

/** Raises the rate before each batch, and ends the training where the loss explodes. */
export class RateSweep implements gluon.contrib.estimator.EventHandler {
  readonly #range: RateRange
  readonly points: RatePoint[] = []
  #sum = 0
  #weight = 0

  constructor(range: RateRange) {
    this.#range = range
  }

  get #rate(): number {
    const { from, to, steps } = this.#range
    return from * (to / from) ** (this.points.length / Math.max(1, steps - 1))
  }

  batchBegin({ trainer }: gluon.contrib.estimator.Estimator): void {
    trainer.setLearningRate(this.#rate)
  }

  async batchEnd(_: unknown, result: gluon.contrib.estimator.BatchEnd): Promise<boolean> {
    return this.take(await nd.mean(result.loss).asscalar())
  }

  /** Takes the mean loss of a step at the present rate; gives whether the search is over. */
  take(loss: number): boolean {
    if (!Number.isFinite(loss)) return true
    const rate = this.#rate
    this.#sum = decay * this.#sum + (1 - decay) * loss
    this.#weight = decay * this.#weight + 1 - decay
    this.points.push({ rate, loss, smoothed: this.#sum / this.#weight })
    const least = Math.min(...this.points.map(({ smoothed }) => smoothed))
    return this.#sum / this.#weight > tooHigh * least
  }
}

/** What the points of a search say. */
export function findingOf(points: readonly RatePoint[]): RateFinding {
  if (points.length === 0) return { points, lowest: null, suggested: null }
  const best = points.reduce((a, b) => (b.smoothed < a.smoothed ? b : a))
  if (best === points[0]) return { points, lowest: null, suggested: null }
  return { points, lowest: best.rate, suggested: best.rate / 10 }
}

/** Runs a search: the weights are worth nothing afterwards. */
export async function findRate(
  estimator: gluon.contrib.estimator.Estimator,
  batches: gluon.contrib.estimator.BatchSource,
  range: RateRange,
  onPoint: (point: RatePoint) => void,
): Promise<RateFinding> {
  const sweep = new RateSweep(range)
  const shown: gluon.contrib.estimator.EventHandler = {
    batchEnd: () => void (sweep.points.length > 0 && onPoint(sweep.points[sweep.points.length - 1])),
    priority: 1,
  }
  await estimator.fit(batches, { batches: range.steps, eventHandlers: [sweep, shown] })
  return findingOf(sweep.points)
}
