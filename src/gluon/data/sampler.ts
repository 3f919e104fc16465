// Samplers: the order in which samples are taken, and how they gather in batches (MXNet 1.9.1, gluon/data/sampler.py).

import { checkOptions, GlueballError, nameOfKind, OpError, refuseMore } from '../../core/errors.ts'
import { hintOn } from '../../core/hints.ts'
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

  /**
   * What makes the pass again that gave the latest item; after its end, the next pass. Null where passes are all alike.
   */
  state(): Json {
    return null
  }

  /** Makes the next pass the one in which `state` was taken. */
  restore(state: Json): void {
    if (state !== null) throw otherKind(this.constructor.name)
  }
}

function otherKind(name: string): GlueballError {
  return new GlueballError(`[${name}] the state is of another kind of sampler`)
}

function checkLength(name: string, length: number): number {
  if (Number.isInteger(length) && length >= 0) return length
  throw new OpError(name, `length must be a non-negative integer, got ${nameOfKind(length)}`)
}

/** start, start + 1, … */
export class SequentialSampler extends Sampler {
  readonly length: number
  readonly #start: number

  constructor(length: number, options: { readonly start?: number } = {}) {
    super()
    checkOptions('SequentialSampler', options, '{ start: 1 }', { start: 'number' })
    this.length = checkLength('SequentialSampler', length)
    this.#start = options.start ?? 0
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.length; i++) yield this.#start + i
  }
}

type Words = Int32Array | readonly number[]

/** 0 to length − 1 in an order that NumPy's generator draws at the beginning of each pass. */
export class RandomSampler extends Sampler {
  readonly length: number
  /** The generator before the next pass, after `restore`, and before the pass that gave the latest item. */
  #course: { restored?: Words | undefined; running?: Words | undefined } = {}

  constructor(length: number, ...more: []) {
    super()
    refuseMore('RandomSampler', more)
    this.length = checkLength('RandomSampler', length)
  }

  *[Symbol.iterator](): Iterator<number> {
    // `restore` replaces it, so that passes which run then leave the restored one alone
    const course = this.#course
    const { restored } = course
    const before = restored ?? shuffler.state()
    const order = (restored ? generatorAt(restored) : shuffler).shuffleIndices(this.length)
    course.restored = undefined
    try {
      for (const index of order) {
        course.running = before
        yield index
      }
    } finally {
      if (course.running === before) course.running = undefined
    }
  }

  override state(): Json {
    const { restored, running } = this.#course
    const before = restored ?? running
    return before ? [...before] : null
  }

  override restore(state: Json): void {
    if (state !== null && !isIndices(state)) throw otherKind('RandomSampler')
    this.#course = { restored: state === null ? undefined : generatorAt(state).state() }
  }
}

/** A generator of its own: what was drawn before is drawn again without moving the shared one. */
function generatorAt(words: Words): NumpyRandom {
  const generator = new NumpyRandom(0)
  generator.restore(words)
  return generator
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
  /** What rolls over into the next pass, and what the pass was made from that gave the latest batch. */
  #course: { rest: readonly number[]; running?: BatchState | undefined } = { rest: [] }

  constructor(sampler: Sampler, batchSize: number, options: { readonly lastBatch?: LastBatch } = {}) {
    super()
    checkOptions('BatchSampler', options, "{ lastBatch: 'discard' }", { lastBatch: true })
    const { lastBatch = 'keep' } = options
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new OpError('BatchSampler', `batchSize must be a positive integer, got ${nameOfKind(batchSize)}`)
    }
    if (!['keep', 'discard', 'rollover'].includes(lastBatch)) {
      throw new OpError(
        'BatchSampler',
        `lastBatch must be 'keep', 'discard' or 'rollover', got ${nameOfKind(lastBatch)}`,
      )
    }
    this.#sampler = sampler
    this.#batchSize = batchSize
    this.#lastBatch = lastBatch
  }

  get length(): number {
    const size = this.#batchSize
    if (this.#lastBatch === 'keep') return Math.ceil(this.#sampler.length / size)
    const { rest, running } = this.#course
    const rolled = running?.rolled ?? rest
    return Math.floor((rolled.length + this.#sampler.length) / size)
  }

  *[Symbol.iterator](): Iterator<number[]> {
    // `restore` replaces it, so that passes which run then leave the restored one alone
    const course = this.#course
    const indices = this.#sampler[Symbol.iterator]()
    const first = indices.next()
    // the sampler's pass may end before this one, so what makes it again is noted now
    const pass = { rolled: course.rest, sampler: this.#sampler.state() }
    course.rest = []
    course.running = pass
    try {
      let batch: number[] = []
      for (const index of chained(pass.rolled, first, indices)) {
        batch.push(index)
        if (batch.length < this.#batchSize) continue
        course.running = pass
        yield batch
        batch = []
      }
      course.running = pass
      if (this.#lastBatch === 'keep' && batch.length > 0) yield batch
      // added: a pass that ran beside this one may have left some
      if (this.#lastBatch === 'rollover') course.rest = [...course.rest, ...batch]
    } finally {
      indices.return?.()
      if (course.running === pass) course.running = undefined
    }
  }

  override state(): Json {
    const { rest, running } = this.#course
    return running ?? { rolled: rest, sampler: this.#sampler.state() }
  }

  override restore(state: Json): void {
    if (!isBatchState(state)) throw otherKind('BatchSampler')
    this.#sampler.restore(state.sampler)
    this.#course = { rest: [...state.rolled] }
  }
}

/** What rolled over, then the sampler's items, of which the first has been taken. */
function* chained(rolled: readonly number[], first: IteratorResult<number>, rest: Iterator<number>): Iterable<number> {
  yield* rolled
  for (let next = first; !next.done; next = rest.next()) yield next.value
}

function isIndices(state: Json): state is readonly number[] {
  return Array.isArray(state) && state.every(Number.isInteger)
}

function isBatchState(state: Json): state is BatchState {
  return (
    typeof state === 'object' && state !== null && 'sampler' in state && 'rolled' in state && isIndices(state.rolled)
  )
}

hintOn(Sampler.prototype, 'sampler')
