// DataLoader: batches of a dataset, made while the engine works on those before (MXNet 1.9.1, dataloader.py).

import { isPromise } from '../../autograd/autograd.ts'
import { type Context, currentContext } from '../../core/engine.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { hintOn } from '../../core/hints.ts'
import { checkContext } from '../../core/invoke.ts'
import { turn } from '../../core/memory.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { arraysIn, type CallScope, currentScope, release, within } from '../../core/ownership.ts'
import { Loop } from '../../core/pace.ts'
import { shapeOf } from '../../core/shape.ts'
import type { Json } from '../../io/checkpoint.ts'
import { upload } from '../../nd/creation.ts'
import { type Batched, defaultBatchifyFn } from './batchify.ts'
import type { Columns } from './columns.ts'
import type { Dataset } from './dataset.ts'
import { BatchSampler, type LastBatch, RandomSampler, Sampler, SequentialSampler } from './sampler.ts'
import { isTuple, tuple } from './tuple.ts'

/** Options of DataLoader. */
export interface DataLoaderOptions {
  /** Draws a new order for each pass. */
  readonly shuffle?: boolean
  /** The order of samples, instead of `shuffle`. */
  readonly sampler?: Sampler
  /** What becomes of samples that don't fill a batch. Default 'keep'. */
  readonly lastBatch?: LastBatch
  /** The batches themselves, instead of `batchSize`, `shuffle`, `sampler` and `lastBatch`. */
  readonly batchSampler?: Sampler<readonly number[]>
  /** Where batches are made. Default the dataset's context. */
  readonly ctx?: Context
  /** Taken without effect, as all below: batches are made on this thread and on the engine, two ahead. */
  readonly numWorkers?: number
  readonly prefetch?: number | null
  readonly pinMemory?: boolean
  readonly pinDeviceId?: number
  readonly timeout?: number
  readonly threadPool?: boolean
  readonly autoReload?: boolean
}

/** DataLoaderOptions with a function that makes a batch of samples. */
export interface BatchifyOptions<S, B> extends DataLoaderOptions {
  readonly batchifyFn: (samples: readonly S[]) => B
}

const loaderOptions: OptionNames<BatchifyOptions<unknown, unknown>> = {
  shuffle: 'boolean',
  sampler: true,
  lastBatch: true,
  batchSampler: true,
  ctx: true,
  batchifyFn: true,
  numWorkers: 'number',
  prefetch: 'number',
  pinMemory: 'boolean',
  pinDeviceId: 'number',
  timeout: 'number',
  threadPool: 'boolean',
  autoReload: 'boolean',
}

/** Numbers of Gluon's that change nothing here. */
const inert = ['numWorkers', 'prefetch', 'pinDeviceId', 'timeout'] as const

function checkInert(options: DataLoaderOptions): void {
  for (const name of inert) {
    if ((options[name] ?? 0) >= 0) continue
    throw new OpError('DataLoader', `${name} must be a non-negative number, got ${options[name]}`)
  }
}

/** Checks what a loader is given to work with. */
function checkParts({
  ctx,
  sampler,
  batchSampler,
  batchifyFn,
}: DataLoaderOptions & { readonly batchifyFn?: unknown }): void {
  if (ctx !== undefined) checkContext('DataLoader', ctx)
  for (const [name, given] of Object.entries({ sampler, batchSampler })) {
    if (given === undefined || given instanceof Sampler) continue
    throw new OpError('DataLoader', `${name} must be a sampler, got ${nameOfKind(given)}`)
  }
  if (batchifyFn === undefined || typeof batchifyFn === 'function') return
  throw new OpError('DataLoader', `batchifyFn must be a function, got ${nameOfKind(batchifyFn)}`)
}

/** Where a loader is. */
export interface DataLoaderState {
  readonly [key: string]: Json
  /** Batches of the pass that have been given out; 0 between passes. */
  readonly taken: number
  /** What the batch sampler says of the pass. */
  readonly sampler: Json
}

/** Batches of a dataset. Each iteration is a new pass; batches are yours. */
export interface DataLoader<B> extends AsyncIterable<B> {
  /** Batches of a pass. */
  readonly length: number
  /** A new pass. */
  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined>
  /** Where the pass is that gave the latest batch; after its end, where the next one starts. */
  state(): DataLoaderState
  /** Makes the next pass go on behind the last batch that was given out before `state`. */
  restore(state: DataLoaderState): void
}

/** The class of DataLoader. */
export interface DataLoaderClass {
  new <S, B>(
    dataset: Dataset<S>,
    batchSize: number | null | undefined,
    options: BatchifyOptions<Awaited<S>, B>,
  ): DataLoader<B>
  new <S>(dataset: Dataset<S>, batchSize?: number | null, options?: DataLoaderOptions): DataLoader<Batched<Awaited<S>>>
}

/** Milliseconds that samples are made for before the event loop gets a turn. */
const slice = 8

/** Where a pass is. */
interface Pass {
  taken: number
  readonly sampler: Json
}

class Loader implements DataLoader<unknown> {
  readonly #dataset: Dataset<unknown>
  readonly #batches: Sampler<readonly number[]>
  readonly #batchifyFn: ((samples: readonly unknown[]) => unknown) | undefined
  readonly #context: Context | undefined
  /** How many batches the next pass leaves out, after `restore`, and where the pass is that gave the latest batch. */
  #course: { skip: number; running?: Pass | undefined } = { skip: 0 }

  constructor(
    dataset: Dataset<unknown>,
    batchSize?: number | null,
    options: DataLoaderOptions & Partial<BatchifyOptions<unknown, unknown>> = {},
  ) {
    if (typeof dataset?.columns !== 'function') {
      const got = nameOfKind(dataset)
      throw new OpError('DataLoader', `takes a Dataset, got ${got}: wrap lists and arrays in new ArrayDataset(…)`)
    }
    checkOptions('DataLoader', options, '{ shuffle: true }', loaderOptions)
    checkInert(options)
    checkParts(options)
    this.#dataset = dataset
    this.#batches = options.batchSampler ?? batchesOf(dataset.length, batchSize, options)
    if (options.batchSampler) refuseBeside(batchSize, options)
    this.#batchifyFn = options.batchifyFn
    this.#context = options.ctx
  }

  get length(): number {
    return this.#batches.length
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    const columns = this.#dataset.columns()
    const context = this.#context ?? columns?.context ?? currentContext()
    const loop = new Loop(context.engine)
    // `restore` replaces it, so that passes which run then leave the restored one alone
    const course = this.#course
    const batches = this.#batches[Symbol.iterator]()
    const { skip } = course
    let next = batches.next()
    const pass: Pass = { taken: skip, sampler: this.#batches.state() }
    Object.assign(course, { skip: 0, running: pass })
    try {
      for (let at = 0; !next.done; at++, next = batches.next()) {
        if (at < skip) continue
        await loop.pace()
        const batch = await this.#batch(Int32Array.from(next.value), context, columns)
        pass.taken = at + 1
        course.running = pass
        yield batch
      }
    } finally {
      batches.return?.()
      if (course.running === pass) course.running = undefined
    }
  }

  [Symbol.iterator](): never {
    throw new OpError('DataLoader', 'batches are awaited: write for await (const batch of loader)')
  }

  state(): DataLoaderState {
    const { skip, running } = this.#course
    return running ? { ...running } : { taken: skip, sampler: this.#batches.state() }
  }

  restore(state: DataLoaderState): void {
    const { taken, sampler = null } = state ?? {}
    if (!Number.isInteger(taken) || taken < 0) {
      throw new OpError('DataLoader', `the state is not one of a loader: it says that ${taken} batches were taken`)
    }
    this.#batches.restore(sampler)
    this.#course = { skip: taken }
    if (taken <= this.length) return
    this.#course = { skip: 0 }
    const got = `${taken} batches were taken, and a pass of this one has ${this.length}`
    throw new OpError('DataLoader', `the state is of another loader: it says that ${got}`)
  }

  async #batch(samples: Int32Array, context: Context, columns: Columns | undefined): Promise<unknown> {
    if (columns && !this.#batchifyFn) {
      const { columns: list, bare } = columns
      const batches = list.map(({ batch }) => batch)
      if (batches.every((batch) => batch !== undefined)) return inStream(batches, columns.rows(samples), bare, context)
    }
    const { made, list } = await this.#samples(samples, context)
    const batch = within('', 'it was stacked into a batch', () =>
      this.#batchifyFn ? this.#batchifyFn(list) : defaultBatchifyFn(list, context, columns),
    )
    if (isPromise(batch)) throw new OpError('DataLoader', 'batchifyFn must be synchronous: it returned a promise')
    const kept = new Set(arraysIn(batch))
    for (const array of made) if (!kept.has(array)) release(array, 'it was stacked into a batch')
    return batch
  }

  /** The samples, made in slices between which the event loop turns. */
  async #samples(indices: Int32Array, { engine }: Context): Promise<{ made: NDArray[]; list: unknown[] }> {
    const made: NDArray[] = []
    const list: unknown[] = []
    let since = performance.now()
    for (const index of indices) {
      const sample = makeSample(this.#dataset, index, made)
      list.push(await settle(sample))
      if (performance.now() - since < slice) continue
      await turn(engine)
      since = performance.now()
    }
    return { made, list }
  }
}

/** Batches of a dataset: `for await (const [image, label] of loader)`. */
export const DataLoader: DataLoaderClass = Loader as unknown as DataLoaderClass

function batchesOf(
  length: number,
  batchSize: number | null | undefined,
  options: DataLoaderOptions,
): Sampler<number[]> {
  const { shuffle = false, sampler, lastBatch = 'keep' } = options
  if (batchSize === undefined || batchSize === null) {
    throw new OpError('DataLoader', 'give a batchSize, or a batchSampler')
  }
  if (shuffle && sampler) {
    throw new OpError('DataLoader', 'shuffle and sampler exclude each other: the sampler decides the order')
  }
  const order = sampler ?? (shuffle ? new RandomSampler(length) : new SequentialSampler(length))
  return new BatchSampler(order, batchSize, { lastBatch })
}

function refuseBeside(batchSize: number | null | undefined, { shuffle, sampler, lastBatch }: DataLoaderOptions): void {
  const beside = { batchSize: batchSize ?? undefined, shuffle: shuffle || undefined, sampler, lastBatch }
  const given = Object.entries(beside).filter(([, value]) => value !== undefined)
  if (given.length === 0) return
  const names = given.map(([name]) => name).join(', ')
  throw new OpError('DataLoader', `batchSampler decides the batches: leave out ${names}`)
}

function inStream(
  batches: readonly ((rows: NDArray) => NDArray)[],
  rows: Int32Array,
  bare: boolean,
  context: Context,
): NDArray | NDArray[] {
  return within('', 'the batch was made', () => {
    const indices = upload(rows, shapeOf([rows.length]), 'int32', context)
    const made = batches.map((batch) => batch(indices))
    return bare ? made[0] : made
  })
}

/** A sample; `made` gets the arrays in it that were made for it, what else was made is released. */
function makeSample(dataset: Dataset<unknown>, index: number, made: NDArray[]): unknown {
  let scope: CallScope | null = null
  let sample: unknown
  const run = () => {
    scope = currentScope()
    sample = dataset.at(index)
    for (const array of arraysIn(sample)) if (array.owner === scope) made.push(array)
    return sample
  }
  // a promise goes on using what it has made, so that is left to the user and the garbage collector
  const pending = () => isPromise(sample) || (Array.isArray(sample) && sample.some(isPromise))
  return within('', 'its sample was made', run, () => (pending() ? ((scope as CallScope | null)?.arrays ?? []) : []))
}

/** The sample with its promises kept. */
async function settle(sample: unknown): Promise<unknown> {
  const known = isPromise(sample) ? await sample : sample
  if (!isTuple(known) || !known.some(isPromise)) return known
  return tuple(...(await Promise.all(known)))
}

hintOn(Loader.prototype, 'loader')
