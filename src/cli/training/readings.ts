// Readings of the sums of an epoch about once a second, without waiting for them; the loss that is not finite is found.
import type { metric, NDArray } from '../../index.ts'
import { DivergedError } from '../failures.ts'
import type { Ranks } from '../ranks/ranks.ts'

/** Milliseconds between readings. */
const readEvery = 1000

/** What is read. */
export interface ReadingParts {
  readonly loss: metric.Loss
  readonly accuracy: metric.Accuracy
  /** Called with the means over the epoch by a step. */
  readonly taken: (step: number, loss: number, accuracy: number) => void
  /** The processes whose sums are read together. */
  readonly ranks: Ranks | undefined
  /** In words where the run is after some steps, as `in epoch 0 at step 3 (update 3)`. */
  readonly placeOf: (steps: number, preposition: 'at' | 'by') => string
}

/** Reads loss and accuracy of the steps so far. */
export class Readings {
  readonly #parts: ReadingParts
  /** Losses of the steps since the last reading, to find the one that was not finite. */
  #recent: { readonly step: number; readonly loss: NDArray }[] = []
  #reading: Promise<void> = Promise.resolve()
  #readAt = -Infinity
  #failure: unknown

  constructor(parts: ReadingParts) {
    this.#parts = parts
  }

  /** Starts with an epoch, whose first step is read. */
  begin(): void {
    this.#readAt = -Infinity
  }

  /** Takes the losses of a step, counted from 0. Throws what a reading has found. */
  add(step: number, loss: NDArray): void {
    this.#recent.push({ step, loss: loss.detach() })
    if (this.#failure) throw this.#failure
  }

  /** Whether it is time for a reading. */
  get due(): boolean {
    return performance.now() - this.#readAt >= readEvery
  }

  /** Waits until `steps` steps have run and their sums are known. */
  async settle(steps: number): Promise<void> {
    if (this.#parts.ranks || this.#recent.length > 0) this.read(steps)
    await this.#reading
    if (this.#failure) throw this.#failure
  }

  /** Queues a reading of the sums at this point, and goes on; readings are taken in by turns. */
  read(steps: number): void {
    this.#readAt = performance.now()
    const { loss, accuracy } = this.#parts
    const sums = sumsOf(loss, accuracy, this.#parts.ranks)
    sums.catch(() => {})
    this.#reading = this.#reading
      .then(async () => {
        if (!this.#failure) await this.#take(steps, ...(await sums))
      })
      .catch((error: unknown) => {
        this.#failure ??= error
      })
  }

  async #take(steps: number, loss: metric.MetricState, accuracy: metric.MetricState): Promise<void> {
    if (!Number.isFinite(loss.sum)) throw await this.#diverged(steps)
    if (loss.count === 0) return
    this.#forget(steps)
    this.#parts.taken(steps, loss.sum / loss.count, accuracy.sum / accuracy.count)
  }

  #forget(before: number): void {
    for (const { step, loss } of this.#recent) if (step < before) loss.dispose()
    this.#recent = this.#recent.filter(({ step }) => step >= before)
  }

  async #diverged(steps: number): Promise<DivergedError> {
    for (const recent of this.#recent) {
      const values = await recent.loss.toArray()
      const bad = Array.from(values).find((value) => !Number.isFinite(value))
      if (bad !== undefined)
        return new DivergedError(`the loss is ${bad} ${this.#parts.placeOf(recent.step + 1, 'at')}`)
    }
    return new DivergedError(`the sum of the losses is not finite ${this.#parts.placeOf(steps, 'by')}`)
  }
}

/** The sums of loss and accuracy at this point of the queue, over all ranks. */
export async function sumsOf(
  loss: metric.Loss,
  accuracy: metric.Accuracy,
  ranks: Ranks | undefined,
): Promise<[loss: metric.MetricState, accuracy: metric.MetricState]> {
  const own = Promise.all([loss.state(), accuracy.state()])
  if (!ranks) return own
  const [lossSum, lossCount, hits, count] = await ranks.store.sum(
    own.then((states) => states.flatMap(({ sum, count }) => [sum, count])),
  )
  const [a, b] = await own
  return [
    { ...a, sum: lossSum, count: lossCount },
    { ...b, sum: hits, count },
  ]
}
