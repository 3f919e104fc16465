// The processes of one run that mpirun has started: what they agree on, and what they know together.
import { environment } from '#platform'
import { bytesIn, joinBytes } from '../../core/bytes.ts'
import { mpiLibraries } from '../../gluon/kvstore/mpiTables.ts'
import { gluon, kvstore, nd } from '../../index.ts'
import type { Json } from '../../io/checkpoint.ts'
import { digestOf } from '../../io/digest.ts'
import type { Evaluation } from '../training/evaluation.ts'

/** What a rank would do behind a step. */
export interface Wishes {
  readonly stop: boolean
  readonly save: boolean
  readonly read: boolean
}

/** Steps between a wish and what all ranks do of it: nobody waits for the sum of the wishes meanwhile. */
const ahead = 2

/** Where mpirun has started this process with others: them and this one. */
export class Ranks {
  readonly store: kvstore.KVStore
  readonly #sums: Promise<number[]>[] = []
  /** Sums on their way whose wishes to save or to read have been granted. */
  readonly #granted = { save: 0, read: 0 }

  constructor(store: kvstore.KVStore) {
    this.store = store
  }

  /** How many processes. */
  get size(): number {
    return this.store.numWorkers
  }

  /** Whether this process prints and writes files. */
  get first(): boolean {
    return this.store.rank === 0
  }

  /** What all ranks do behind this step: each may ask to stop, the first alone to save and to read. */
  async agree({ stop, save, read }: Wishes): Promise<Wishes> {
    const sum = this.store.sum([stop, save && this.first, read && this.first].map(Number))
    sum.catch(() => {})
    this.#sums.push(sum)
    if (this.#sums.length <= ahead) return { stop: false, save: false, read: false }
    const [stops, saves, reads] = (await this.#sums.shift()) as number[]
    return { stop: stops > 0, save: this.#grant('save', saves), read: this.#grant('read', reads) }
  }

  /** Grants a wish once, though it is repeated until it is granted. */
  #grant(wish: 'save' | 'read', asked: number): boolean {
    if (this.#granted[wish] > 0) {
      this.#granted[wish]--
      return false
    }
    if (asked > 0) this.#granted[wish] = this.#sums.length
    return asked > 0
  }

  /** Gives all ranks the mean of their running statistics, which each takes of its own samples. */
  async averageStatistics(net: gluon.AnyBlock): Promise<void> {
    for (const [name, parameter] of net.collectParams()) {
      if (parameter.gradReq !== 'null') continue
      const value = parameter.data()
      this.store.pushpull(name, value)
      nd.divide(value, this.size, { out: value })
    }
  }

  /** Throws where a rank has other parameters or another state of the optimizer than the others. */
  async check(net: gluon.AnyBlock, trainer: gluon.Trainer): Promise<void> {
    const values = await Promise.all([...net.collectParams().values()].map((parameter) => parameter.data().toArray()))
    const { arrays } = await trainer.state()
    const bytes = [...values, ...arrays.map(({ data }) => data)].map(bytesIn)
    const digest = await digestOf('SHA-256', joinBytes(bytes))
    await this.store.checkEqual('the parameters or the state of the optimizer', new TextEncoder().encode(digest))
  }

  /** The evaluation of all test images, of which each rank has seen its shard. */
  async joinedEvaluation(own: Evaluation, testImages: number, classes: number): Promise<Evaluation> {
    const most = Math.ceil(testImages / this.size)
    const rows = Array.from({ length: most }, (_, i) => [own.labels[i], own.predicted[i], own.confidence[i]])
    const loss = this.store.sum([own.loss * own.labels.length])
    const all = await this.store.gather(rows.flat().map((number) => number ?? -1))
    const found = all.flatMap((numbers) =>
      Array.from({ length: most }, (_, i) => numbers.slice(3 * i, 3 * i + 3)).filter(([label]) => label >= 0),
    )
    const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
    for (const [label, predicted] of found) confusion[label][predicted]++
    const hits = confusion.reduce((sum, row, i) => sum + row[i], 0)
    const [labels, predicted, confidence] = [0, 1, 2].map((i) => found.map((row) => row[i]))
    return { accuracy: hits / testImages, loss: (await loss)[0] / testImages, confusion, labels, predicted, confidence }
  }
}

/** The ranks that were started together; undefined where this process is alone. */
export function startRanks(deadline: number | undefined): Ranks | undefined {
  if (mpiLibraries(environment).length === 0) return undefined
  const store = kvstore.create('dist_sync', deadline === undefined ? {} : { deadline })
  return store.numWorkers > 1 ? new Ranks(store) : undefined
}

/** Images of an epoch: each rank gets equally many of every batch. */
export function imagesOf(images: number, batchSize: number, ranks: Ranks | undefined): number {
  if (!ranks) return images
  const rest = images % (batchSize * ranks.size)
  return images - (rest % ranks.size)
}

/** A rank's share of batches that are the same on all ranks. */
export class RankBatches extends gluon.data.Sampler<readonly number[]> {
  readonly #batches: gluon.data.BatchSampler
  readonly #ranks: Ranks
  readonly length: number

  /** `batchSize` is that of a rank. */
  constructor(images: number, batchSize: number, ranks: Ranks) {
    super()
    const order = new gluon.data.RandomSampler(images)
    this.#batches = new gluon.data.BatchSampler(order, batchSize * ranks.size)
    this.#ranks = ranks
    this.length = Math.ceil(imagesOf(images, batchSize, ranks) / (batchSize * ranks.size))
  }

  *[Symbol.iterator](): Iterator<readonly number[]> {
    const { store, size } = this.#ranks
    for (const batch of this.#batches) {
      const share = Math.floor(batch.length / size)
      if (share > 0) yield batch.slice(store.rank * share, (store.rank + 1) * share)
    }
  }

  override state(): Json {
    return this.#batches.state()
  }

  override restore(state: Json): void {
    this.#batches.restore(state)
  }
}
