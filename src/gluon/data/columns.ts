// Columns: how a dataset whose samples lie in stacks makes whole batches in the command stream.
import type { DType, TypedArray } from '../../core/dtype.ts'
import type { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { giveToUser } from '../../core/ownership.ts'
import { shapeOf } from '../../core/shape.ts'
import { upload } from '../../nd/creation.ts'
import { take } from '../../ops/take/index.ts'

/** One element of every sample. */
export interface Column {
  /** Element type of batches made of numbers. Default unknown. */
  readonly dtype?: DType | undefined
  /** The batch of these rows, int32, of the stack; absent where samples must be made one by one. */
  batch?(rows: NDArray): NDArray
}

/** The elements of a dataset's samples. */
export interface Columns {
  /** Whether a sample is the element itself, not a tuple. */
  readonly bare: boolean
  readonly columns: readonly Column[]
  /** The rows of the stacks that these samples are. */
  rows(samples: Int32Array): Int32Array
  /** Where batches are made unless a loader says otherwise. */
  readonly context?: Context | undefined
}

/** Items of one shape and type, held on the host and uploaded once to each context that asks. */
export class Stack {
  readonly #values: TypedArray
  readonly #shape: readonly number[]
  readonly #dtype: DType
  readonly #uploaded = new Map<Context, NDArray>()

  /** The shape begins with the number of items. */
  constructor(values: TypedArray, shape: readonly number[], dtype: DType) {
    this.#values = values
    this.#shape = shape
    this.#dtype = dtype
  }

  /** All items as an array; it lives as long as the stack. */
  on(context: Context): NDArray {
    const held = this.#uploaded.get(context)
    if (held) return held
    const array = upload(this.#values, shapeOf(this.#shape), this.#dtype, context)
    giveToUser(array)
    this.#uploaded.set(context, array)
    return array
  }

  /** The column of these items. */
  get column(): Column {
    return { dtype: this.#dtype, batch: (rows) => take(this.on(rows.context), rows) }
  }
}

/** A function that gives the same results on a batch as on its samples one by one: a built-in transform. */
export interface BatchFunction {
  (x: NDArray): NDArray
  /** Whether it may be called on batches now. */
  readonly onBatches: boolean
}

/** Whether a function may be called on a whole batch. */
export function worksOnBatches(fn: unknown): fn is BatchFunction {
  return typeof fn === 'function' && (fn as Partial<BatchFunction>).onBatches === true
}

/** The column with a function applied to each element. */
export function mapColumn(column: Column, fn: unknown): Column {
  const { batch } = column
  if (!batch || !worksOnBatches(fn)) return {}
  return { batch: (rows) => fn(batch(rows)) }
}
