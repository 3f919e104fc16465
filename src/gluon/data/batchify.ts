// Batches from samples: arrays are stacked, numbers gathered, tuples handled element by element.
import { type DType, dtypeOf, type TypedArray, typedFrom } from '../../core/dtype.ts'
import { type Context, currentContext } from '../../core/engine.ts'
import { OpError } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { formatShape, type Shape, sameShape, shapeOf } from '../../core/shape.ts'
import { upload } from '../../nd/creation.ts'
import { stack as stackArrays } from '../../nd/stack.ts'
import type { Columns } from './columns.ts'

/** The batch that defaultBatchifyFn makes of samples. */
export type Batched<S> = S extends NDArray | TypedArray | number
  ? NDArray
  : S extends readonly unknown[]
    ? { -readonly [K in keyof S]: Batched<Awaited<S[K]>> }
    : never

/** The samples' arrays under a new axis 0. */
export function stack(arrays: readonly NDArray[]): NDArray {
  const [{ shape }] = arrays
  const other = arrays.find((array) => !sameShape(array.shape, shape))
  if (other) {
    const got = `${formatShape(shape)} and ${formatShape(other.shape)}`
    throw new OpError(
      'batchify',
      `samples of different shapes make no batch, got ${got}: resize them, or pass batchifyFn`,
    )
  }
  return stackArrays(...arrays)
}

/** The batch of samples: arrays stacked, numbers int32 where all are whole unless the columns say, tuples by element. */
export function defaultBatchifyFn(
  samples: readonly unknown[],
  context: Context = currentContext(),
  columns?: Columns,
): unknown {
  const dtypes = columns?.columns.map((column) => column.dtype) ?? []
  const [first] = samples
  if (!Array.isArray(first)) return gather(samples, context, columns?.bare ? dtypes[0] : undefined)
  const rows = samples as readonly (readonly unknown[])[]
  const wrong = rows.find((row) => !Array.isArray(row) || row.length !== first.length)
  if (wrong) throw new OpError('batchify', `samples must have ${first.length} elements each, got ${wrong.length}`)
  return first.map((_, k) =>
    gather(
      rows.map((row) => row[k]),
      context,
      columns?.bare ? undefined : dtypes[k],
    ),
  )
}

function gather(items: readonly unknown[], context: Context, dtype: DType | undefined): unknown {
  if (items.every((item) => item instanceof NDArray)) return stack(items)
  if (items.every((item) => typeof item === 'number')) return numbers(items, context, dtype ?? dtypeFor(items))
  if (items.every((item) => ArrayBuffer.isView(item))) return rowsOf(items as TypedArray[], context)
  if (items.every((item) => Array.isArray(item))) return defaultBatchifyFn(items, context)
  const kinds = new Set(items.map((item) => (item === null ? 'null' : typeof item)))
  throw new OpError('batchify', `cannot make a batch of ${[...kinds].join(' and ')}: pass batchifyFn to say how`)
}

/** int32 for whole numbers that fit, else float32. */
export function dtypeFor(numbers: readonly number[]): DType {
  return numbers.every((value) => value === (value | 0)) ? 'int32' : 'float32'
}

function numbers(values: readonly number[], context: Context, dtype: DType): NDArray {
  return upload(typedFrom(dtype, values), shapeOf([values.length]), dtype, context)
}

function rowsOf(rows: readonly TypedArray[], context: Context): NDArray {
  const [{ length }] = rows
  const shape: Shape = shapeOf([rows.length, length])
  if (rows.some((row) => row.length !== length)) throw new OpError('batchify', 'samples must have one length')
  const dtype = dtypeOf(rows[0]) === 'float64' ? 'float32' : dtypeOf(rows[0])
  const values = typedFrom(dtype, { length: rows.length * length })
  rows.forEach((row, i) => {
    values.set(row, i * length)
  })
  return upload(values, shape, dtype, context)
}
