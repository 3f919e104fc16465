// Datasets: samples by index, what functions and selections make of them (MXNet 1.9.1, gluon/data/dataset.py).

import { isPromise } from '../../autograd/autograd.ts'
import { checkOptions, nameOfKind, OpError } from '../../core/errors.ts'
import { hintOn } from '../../core/hints.ts'
import { within } from '../../core/ownership.ts'
import { type Columns, mapColumn } from './columns.ts'
import { type Elements, isTuple, type Tuple, tuple } from './tuple.ts'

/** The arguments of a function of a sample: a tuple's elements, or the sample itself. */
export type Splat<S> = Elements<S> extends readonly unknown[] ? Elements<S> : [S]

/** The first element of a tuple, or the sample itself. */
export type First<S> =
  Elements<S> extends readonly [infer F, ...unknown[]] ? F : Elements<S> extends readonly (infer F)[] ? F : S

/** A sample whose first element has become an R. */
export type WithFirst<S, R> =
  Elements<S> extends readonly [unknown, ...infer Rest]
    ? Tuple<[R, ...Rest]>
    : Elements<S> extends readonly (infer F)[]
      ? Tuple<[R, ...F[]]>
      : R

/** R where samples are at hand, a promise of it where they are promises. */
export type Mapped<S, R> = S extends PromiseLike<unknown> ? Promise<Awaited<R>> : R

/** Options of `transform`. */
export interface TransformOptions {
  /** Whether samples are made when they are asked for, each time anew. Default else all now. True. */
  readonly lazy?: boolean
}

/** Samples by index. Subclass it with `length` and `at`, which may give a promise where a sample must be read. */
export abstract class Dataset<S> implements Iterable<S> {
  /** Number of samples. */
  abstract readonly length: number

  /** The sample at a position from 0 to length − 1. */
  abstract at(index: number): S

  toString(): string {
    return `<${this.constructor.name} of ${this.length} samples>`
  }

  /** @internal How whole batches are made, where samples lie in stacks. */
  columns(): Columns | undefined {
    return undefined
  }

  /** Each sample passed through a function; tuples give several arguments. */
  transform<R>(fn: (...sample: Splat<Awaited<S>>) => R, options: TransformOptions = {}): Dataset<Mapped<S, R>> {
    const mapped = (sample: unknown): unknown =>
      (fn as (...args: unknown[]) => R)(...(isTuple(sample) ? sample : [sample]))
    return settled(new Transformed<Mapped<S, R>>(this, mapped, () => transformedColumns(this.columns(), fn)), options)
  }

  /** Each sample's first element passed through a function, the others as they are. */
  transformFirst<R>(
    fn: (first: First<Awaited<S>>) => R,
    options: TransformOptions = {},
  ): Dataset<Mapped<S, WithFirst<Awaited<S>, R>>> {
    const call = fn as (first: unknown) => R
    const mapped = (sample: unknown): unknown =>
      isTuple(sample) ? tuple(call(sample[0]), ...sample.slice(1)) : call(sample)
    const columns = () => firstColumns(this.columns(), fn)
    return settled(new Transformed<Mapped<S, WithFirst<Awaited<S>, R>>>(this, mapped, columns), options)
  }

  /** The samples for which a function of the sample is true; all are looked at now. */
  filter(fn: (sample: S) => boolean): Dataset<S> {
    return new Selected(this, matching(fn, this))
  }

  /** Part `index` of `numShards` consecutive parts of nearly equal length; the first parts take the remainder. */
  shard(numShards: number, index: number): Dataset<S> {
    if (!Number.isInteger(numShards) || numShards < 1) {
      throw new OpError('shard', `numShards must be a positive integer, got ${numShards}`)
    }
    if (!Number.isInteger(index) || index < 0 || index >= numShards) {
      throw new OpError('shard', `index must be from 0 to ${numShards - 1}, got ${index}`)
    }
    const [size, rest] = [Math.floor(this.length / numShards), this.length % numShards]
    const begin = size * index + Math.min(index, rest)
    return new Selected(this, span(begin, begin + size + (index < rest ? 1 : 0)))
  }

  /** The first `count` samples; all where there are fewer, or for null. */
  take(count: number | null): Dataset<S> {
    if (count !== null && !(count >= 0))
      throw new OpError('take', `takes a non-negative number of samples, got ${count}`)
    return new Selected(this, span(0, Math.min(this.length, Math.floor(count ?? this.length))))
  }

  /** The samples that a sampler names, in its order, as it gives them now. */
  sample(sampler: Iterable<number>): Dataset<S> {
    return new Selected(this, Int32Array.from(sampler))
  }

  /** The samples in order. */
  *[Symbol.iterator](): Iterator<S> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
  }
}

/** The position counted from 0; a negative one counts from the end. Throws when there is no such sample. */
export function checkIndex(name: string, index: number, length: number): number {
  const i = index < 0 ? index + length : index
  if (Number.isInteger(i) && i >= 0 && i < length) return i
  throw new OpError(name, `no sample at ${index}: there are ${length}`)
}

/** Positions of the samples for which a function is true. Arrays made for looking are released. */
export function matching<S>(fn: (sample: S) => boolean, dataset: Dataset<S>): Int32Array {
  const found: number[] = []
  for (let i = 0; i < dataset.length; i++) {
    if (within('', 'the sample was looked at by a filter', () => fn(dataset.at(i)))) found.push(i)
  }
  return Int32Array.from(found)
}

function span(begin: number, end: number): Int32Array {
  return Int32Array.from({ length: end - begin }, (_, i) => begin + i)
}

function settled<R>(dataset: Dataset<R>, options: TransformOptions): Dataset<R> {
  checkOptions('transform', options, '{ lazy: false }', { lazy: 'boolean' })
  const { lazy = true } = options
  return lazy ? dataset : new SimpleDataset([...dataset])
}

function transformedColumns(of: Columns | undefined, fn: unknown): Columns | undefined {
  return of?.bare ? { ...of, rows: of.rows.bind(of), columns: [mapColumn(of.columns[0], fn)] } : undefined
}

function firstColumns(of: Columns | undefined, fn: unknown): Columns | undefined {
  if (!of) return undefined
  const [first, ...rest] = of.columns
  return { ...of, columns: [mapColumn(first, fn), ...rest] }
}

/** Samples from a list. */
export class SimpleDataset<S> extends Dataset<S> {
  readonly #list: readonly S[]

  constructor(list: readonly S[]) {
    super()
    if (typeof list?.length !== 'number') throw new OpError('SimpleDataset', `takes a list, got ${nameOfKind(list)}`)
    this.#list = list
  }

  get length(): number {
    return this.#list.length
  }

  at(index: number): S {
    return this.#list[checkIndex('SimpleDataset', index, this.length)]
  }
}

class Transformed<R> extends Dataset<R> {
  readonly #of: Dataset<unknown>
  readonly #fn: (sample: unknown) => unknown
  readonly #columns: () => Columns | undefined

  constructor(of: Dataset<unknown>, fn: (sample: unknown) => unknown, columns: () => Columns | undefined) {
    super()
    this.#of = of
    this.#fn = fn
    this.#columns = columns
  }

  get length(): number {
    return this.#of.length
  }

  at(index: number): R {
    const sample = this.#of.at(index)
    return (isPromise(sample) ? sample.then(this.#fn) : this.#fn(sample)) as R
  }

  override columns(): Columns | undefined {
    return this.#columns()
  }
}

class Selected<S> extends Dataset<S> {
  readonly #of: Dataset<S>
  readonly #order: Int32Array

  constructor(of: Dataset<S>, order: Int32Array) {
    super()
    this.#of = of
    this.#order = order
  }

  get length(): number {
    return this.#order.length
  }

  at(index: number): S {
    return this.#of.at(this.#order[checkIndex('Dataset', index, this.length)])
  }

  override columns(): Columns | undefined {
    const of = this.#of.columns()
    return of && { ...of, rows: (samples) => of.rows(samples.map((i) => this.#order[i])) }
  }
}

hintOn(Dataset.prototype, 'dataset')
