// ArrayDataset: samples whose elements stand side by side in arrays, lists or other datasets.
import { isNumeric, type TypedArray } from '../../core/dtype.ts'
import type { Context } from '../../core/engine.ts'
import { nameOfKind, OpError } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { at } from '../../nd/at.ts'
import { take } from '../../ops/take/index.ts'
import { dtypeFor } from './batchify.ts'
import { type Column, type Columns, Stack } from './columns.ts'
import { checkIndex, Dataset } from './dataset.ts'
import { type Tuple, tuple } from './tuple.ts'

/** What an ArrayDataset takes its elements from: along axis 0 of an array, or one by one. */
export type ArraySource = NDArray | TypedArray | readonly unknown[] | Dataset<unknown>

/** An element of a source. */
export type ItemOf<A> = A extends NDArray
  ? NDArray
  : A extends TypedArray
    ? number
    : A extends Dataset<infer S>
      ? S
      : A extends readonly (infer T)[]
        ? T
        : never

/** A sample of several sources, or of one. */
export type SampleOf<A extends readonly ArraySource[]> = A extends readonly [infer One]
  ? ItemOf<One>
  : Tuple<{ -readonly [K in keyof A]: ItemOf<A[K]> }>

/** Samples of one array (bare items) or of several of one length (tuples). */
export class ArrayDataset<A extends readonly ArraySource[]> extends Dataset<SampleOf<A>> {
  readonly length: number
  readonly #sources: A
  readonly #columns: readonly Column[]

  constructor(...sources: A) {
    super()
    if (sources.length === 0) throw new OpError('ArrayDataset', 'takes at least one array, got none')
    const wrong = sources.findIndex((source) => !isSource(source))
    if (wrong >= 0) {
      throw new OpError('ArrayDataset', `takes arrays, lists and datasets, got ${nameOfKind(sources[wrong])}`)
    }
    const lengths = sources.map(({ length }) => length)
    if (lengths.some((length) => length !== lengths[0])) {
      throw new OpError('ArrayDataset', `all arrays must have one length, got ${lengths.join(', ')}`)
    }
    this.length = lengths[0]
    this.#sources = sources
    this.#columns = sources.map(columnOf)
  }

  at(index: number): SampleOf<A> {
    const i = checkIndex('ArrayDataset', index, this.length)
    const items = this.#sources.map((source) => itemOf(source, i))
    return (items.length === 1 ? items[0] : tuple(...items)) as SampleOf<A>
  }

  override columns(): Columns {
    const bare = this.#sources.length === 1
    return { bare, columns: this.#columns, rows: (samples) => samples, context: this.#context }
  }

  get #context(): Context | undefined {
    return this.#sources.find((source) => source instanceof NDArray)?.context
  }
}

function isSource(source: unknown): boolean {
  return source instanceof NDArray || source instanceof Dataset || isNumeric(source) || Array.isArray(source)
}

function itemOf(source: ArraySource, i: number): unknown {
  if (source instanceof NDArray) return at(source, i)
  return source instanceof Dataset ? source.at(i) : source[i]
}

function columnOf(source: ArraySource): Column {
  if (source instanceof NDArray) return { batch: (rows) => take(source, rows) }
  if (isNumeric(source)) return new Stack(source, [source.length], dtypeFor(source)).column
  const columns = source instanceof Dataset ? source.columns() : undefined
  return columns?.bare ? { dtype: columns.columns[0].dtype } : {}
}
