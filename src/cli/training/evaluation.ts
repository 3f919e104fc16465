// Running a network over a data set: accuracy and loss counted by images, confusion, and each prediction.
import type { Context, NDArray } from '../../index.ts'

/** Whatever takes a batch of images to class scores. */
export type Network = (images: NDArray) => NDArray

/** Batches of images and labels. */
export type Batches = AsyncIterable<readonly NDArray[]>

/** What a network makes of a data set. */
export interface Evaluation {
  /** Share of right predictions, counted by images. */
  readonly accuracy: number
  /** Mean of −log softmax(score of the label). */
  readonly loss: number
  /** Row: truth; column: prediction. */
  readonly confusion: readonly (readonly number[])[]
  readonly labels: readonly number[]
  readonly predicted: readonly number[]
  /** Probability of each prediction. */
  readonly confidence: readonly number[]
}

/** Options of evaluate. */
export interface EvaluateOptions {
  readonly context: Context
  readonly classes: number
  /** Called after each batch with the images done. */
  readonly onBatch?: (images: number) => void
  /** Whether to give up. */
  readonly stopped?: () => boolean
}

/** Evaluates a network; undefined when it was stopped. At most two batches are on their way at any time. */
export async function evaluate(
  net: Network,
  batches: Batches,
  options: EvaluateOptions,
): Promise<Evaluation | undefined> {
  const tally = new Tally(options.classes)
  let pending: Reads | undefined
  const take = async (): Promise<void> => {
    if (pending) tally.add(...(await pending))
    options.onBatch?.(tally.images)
  }
  for await (const [images, labels] of batches) {
    const next = scoresOf(net, images, labels, options.context)
    await take()
    pending = next
    if (options.stopped?.()) break
  }
  await take()
  return options.stopped?.() ? undefined : tally.result()
}

type Reads = Promise<[scores: ArrayLike<number>, labels: ArrayLike<number>]>

/** Queues the scores of a batch and their reading. */
function scoresOf(net: Network, images: NDArray, labels: NDArray, context: Context): Reads {
  const x = images.asInContext(context)
  const scores = net(x)
  const reads: Reads = Promise.all([scores.toArray(), labels.toArray()])
  reads.catch(() => {}) // whoever awaits it gets the error
  for (const array of new Set([scores, x, images, labels])) array.dispose()
  return reads
}

/** The probabilities of one row of scores: softmax in float64. */
export function probabilities(scores: ArrayLike<number>): number[] {
  const all = Array.from(scores)
  const most = Math.max(...all)
  const powers = all.map((score) => Math.exp(score - most))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/** The first index of the largest value. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i
  return best
}

/** Adds up predictions. */
class Tally {
  readonly #classes: number
  readonly #confusion: number[][]
  readonly #labels: number[] = []
  readonly #predicted: number[] = []
  readonly #confidence: number[] = []
  #loss = 0
  #hits = 0

  constructor(classes: number) {
    this.#classes = classes
    this.#confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  }

  get images(): number {
    return this.#labels.length
  }

  add(scores: ArrayLike<number>, labels: ArrayLike<number>): void {
    const flat = Array.from(scores)
    for (let i = 0; i < labels.length; i++) {
      const row = flat.slice(i * this.#classes, (i + 1) * this.#classes)
      const [label, predicted] = [labels[i], argmax(row)]
      const most = row[predicted]
      const logSum = most + Math.log(row.reduce((total, score) => total + Math.exp(score - most), 0))
      this.#loss += logSum - row[label]
      this.#hits += predicted === label ? 1 : 0
      this.#confusion[label][predicted]++
      this.#labels.push(label)
      this.#predicted.push(predicted)
      this.#confidence.push(Math.exp(most - logSum))
    }
  }

  result(): Evaluation {
    const n = this.#labels.length
    return {
      accuracy: this.#hits / n,
      loss: this.#loss / n,
      confusion: this.#confusion,
      labels: this.#labels,
      predicted: this.#predicted,
      confidence: this.#confidence,
    }
  }
}
