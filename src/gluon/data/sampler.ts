// Samplers: the order in which samples are taken, and how they gather in batches (MXNet 1.9.1, gluon/data/sampler.py).
import { checkOptions, GlueballError, OpError } from '../../core/errors.ts'
import type { Json } from '../../io/checkpoint.ts'
import { type Dataset, matching } from './dataset.ts'
import { NumpyRandom } from './numpyRandom.ts'
import { shuffler } from './shuffler.ts'

/** An order of samples; each pass over it begins anew. Subclass it with `length` and an iterator. */
export abstract class Sampler<T = number> implements Iterable<T> {
  /** Number of items of a pass. */
  abstract readonly length: number

  /** A pass. */
  abstract [Symbol.iterator](): Iterator<T>

  /** What makes the running pass again, or the next one when none is running; null where passes are all alike. */
  state(): Json {
    return null
  }

  /** Makes the next pass the one in which `state` was taken. */
  restore(_state: Json): void {}
}

function checkLength(name: string, length: number): number {
  if (Number.isInteger(length) && length >= 0) return length
  throw new OpError(name, `length must be a whole number from 0 on, got ${length}`)
}

/** start, start + 1, … */
export class SequentialSampler extends Sampler {
  readonly length: number
  readonly #start: number

  constructor(length: number, { start = 0 }: { readonly start?: number } = {}) {
    super()
    this.length = checkLength('SequentialSampler', length)
    this.#start = start
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.length; i++) yield this.#start + i
  }
}

/** 0 to length − 1 in an order that NumPy's generator draws at the beginning of each pass. */
export class RandomSampler extends Sampler {
  readonly length: number
  /** The generator before the running pass, or before the next one after `restore`. */
  #before: Int32Array | undefined
  #restored = false

  constructor(length: number) {
    super()
    this.length = checkLength('RandomSampler', length)
  }

  *[Symbol.iterator](): Iterator<number> {
    const order = this.#draw()
    const mine = this.#before
    try {
      yield* order
    } finally {
      if (this.#before === mine) this.#before = undefined
    }
  }

  /** A restored pass draws its order again without moving the shared generator, which has already drawn it. */
  #draw(): Int32Array {
    if (!this.#restored || !this.#before) {
      this.#before = shuffler.state()
      return shuffler.shuffleIndices(this.length)
    }
    this.#restored = false
    const generator = new NumpyRandom(0)
    generator.restore(this.#before)
    return generator.shuffleIndices(this.length)
  }

  override state(): Json {
    return this.#before ? [...this.#before] : null
  }

  override restore(state: Json): void {
    if (state !== null && !isIndices(state))
      throw new GlueballError('[RandomSampler] the state is of another kind of sampler')
    this.#before = state === null ? undefined : Int32Array.from(state)
    this.#restored = this.#before !== undefined
  }
}

/** The positions of a dataset's samples for which a function is true; all are looked at when it is made. */
export class FilterSampler<S> extends Sampler {
  readonly #found: Int32Array

  constructor(fn: (sample: S) => boolean, dataset: Dataset<S>) {
    super()
    this.#found = matching(fn, dataset)
  }

  get length(): number {
    return this.#found.length
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#found[Symbol.iterator]()
  }
}

/** What becomes of samples that don't fill a batch: a short batch, nothing, or the beginning of the next pass. */
export type LastBatch = 'keep' | 'discard' | 'rollover'

interface BatchState {
  readonly [key: string]: Json
  readonly rolled: readonly number[]
  readonly sampler: Json
}

/** Gathers what a sampler gives in lists of `batchSize`. */
export class BatchSampler extends Sampler<number[]> {
  readonly #sampler: Sampler
  readonly #batchSize: number
  readonly #lastBatch: LastBatch
  /** What rolls over into the next pass. */
  #rest: readonly number[] = []
  /** What the running pass was made from. */
  #pass: BatchState | undefined

  constructor(sampler: Sampler, batchSize: number, options: { readonly lastBatch?: LastBatch } = {}) {
    super()
    checkOptions('BatchSampler', options, "{ lastBatch: 'discard' }", { lastBatch: true })
    const { lastBatch = 'keep' } = options
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new OpError('BatchSampler', `batchSize must be a whole number above 0, got ${batchSize}`)
    }
    if (!['keep', 'discard', 'rollover'].includes(lastBatch)) {
      throw new OpError('BatchSampler', `lastBatch must be 'keep', 'discard' or 'rollover', got '${lastBatch}'`)
    }
    this.#sampler = sampler
    this.#batchSize = batchSize
    this.#lastBatch = lastBatch
  }

  get length(): number {
    const size = this.#batchSize
    if (this.#lastBatch === 'keep') return Math.ceil(this.#sampler.length / size)
    const { rolled } = this.#pass ?? { rolled: this.#rest }
    return Math.floor((rolled.length + this.#sampler.length) / size)
  }

  *[Symbol.iterator](): Iterator<number[]> {
    const indices = this.#sampler[Symbol.iterator]()
    let next = indices.next()
    // the sampler's pass may end before this one, so what makes it again is noted now
    const pass = { rolled: this.#rest, sampler: this.#sampler.state() }
    this.#pass = pass
    this.#rest = []
    try {
      let batch = [...pass.rolled]
      for (; !next.done; next = indices.next()) {
        batch.push(next.value)
        if (batch.length < this.#batchSize) continue
        yield batch
        batch = []
      }
      if (this.#lastBatch === 'keep' && batch.length > 0) yield batch
      if (this.#lastBatch === 'rollover') this.#rest = batch
    } finally {
      indices.return?.()
      if (this.#pass === pass) this.#pass = undefined
    }
  }

  override state(): Json {
    return this.#pass ?? { rolled: this.#rest, sampler: this.#sampler.state() }
  }

  override restore(state: Json): void {
    if (!isBatchState(state)) throw new GlueballError('[BatchSampler] the state is of another kind of sampler')
    this.#rest = [...state.rolled]
    this.#pass = undefined
    this.#sampler.restore(state.sampler)
  }
}

function isIndices(state: Json): state is readonly number[] {
  return Array.isArray(state) && state.every(Number.isInteger)
}

function isBatchState(state: Json): state is BatchState {
  return (
    typeof state === 'object' && state !== null && 'sampler' in state && 'rolled' in state && isIndices(state.rolled)
  )
}
