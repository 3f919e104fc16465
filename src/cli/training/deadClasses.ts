// Classes whose score was zero for every image: their map's last ReLU has died.
import type { gluon, NDArray } from '../../index.ts'
import type { Ranks } from '../ranks/ranks.ts'

/** Counts on the device, for each class, the images whose score was not zero. */
export class DeadClasses implements gluon.contrib.estimator.EventHandler {
  /** How many there are. */
  readonly classes: number
  #alive: NDArray | undefined
  /** Counted before, on the host. */
  #base: readonly number[]

  constructor(classes: number) {
    this.classes = classes
    this.#base = new Array<number>(classes).fill(0)
  }

  batchEnd(_: unknown, { pred }: gluon.contrib.estimator.BatchEnd): void {
    this.update(pred)
  }

  /** Takes in the scores (N, classes) of a batch. */
  update(scores: NDArray): void {
    const nonzero = scores.notEqual(0)
    const counts = nonzero.sum({ axis: 0 })
    const total = this.#alive ? this.#alive.add(counts) : undefined
    if (total) {
      this.#alive?.dispose()
      counts.dispose()
    }
    this.#alive = total ?? counts
    nonzero.dispose()
  }

  /** The counts so far. */
  async state(): Promise<number[]> {
    const base = this.#base
    const counts = this.#alive ? Array.from(await this.#alive.toArray()) : undefined
    return base.map((count, i) => count + (counts?.[i] ?? 0))
  }

  /** Goes on from counts. */
  restore(counts: readonly number[]): void {
    this.#alive?.dispose()
    this.#alive = undefined
    this.#base = [...counts]
  }

  /** Forgets all. */
  reset(): void {
    this.restore(new Array<number>(this.classes).fill(0))
  }

  /** The names of classes that no image has reached, of all ranks. */
  async silent(names: readonly string[], ranks?: Ranks): Promise<string[]> {
    const counts = (await ranks?.store.sum(this.state())) ?? (await this.state())
    return names.filter((_, i) => counts[i] === 0)
  }
}
