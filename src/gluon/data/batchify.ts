// Batches from samples: arrays are stacked, numbers and lists gathered, tuples handled element by element.
import { type DType, isNumeric, type TypedArray, typedZeros } from '../../core/dtype.ts'
import { type Context, currentContext } from '../../core/engine.ts'
import { nameOfKind, OpError } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import { upload } from '../../nd/creation.ts'
import { type NestedNumbers, valuesOf } from '../../nd/values.ts'
import { stack as stackArrays } from '../../ops/concat/stack.ts'
import type { Columns } from './columns.ts'
import { type Elements, isMarked, isTuple, type Tuple } from './tuple.ts'

/** The batch that defaultBatchifyFn makes of samples. */
export type Batched<S> = Elements<S> extends readonly unknown[] ? BatchedElements<Elements<S>> : BatchedElement<S>

type BatchedElements<T extends readonly unknown[]> = { -readonly [K in keyof T]: BatchedElement<Awaited<T[K]>> }

type BatchedElement<E> =
  E extends Tuple<infer T extends readonly unknown[]>
    ? BatchedElements<T>
    : E extends NDArray | TypedArray | number | readonly unknown[]
      ? NDArray
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

/** The batch of samples: a tuple's elements come apart, and each becomes one array; numbers are float32. */
export function defaultBatchifyFn(
  samples: readonly unknown[],
  context: Context = currentContext(),
  columns?: Columns,
): unknown {
  if (samples.length === 0) throw new OpError('batchify', 'a batch holds at least one sample, got none')
  const dtypes = columns?.columns.map((column) => column.dtype) ?? []
  if (!samples.some(isTuple)) return gather(samples, context, columns?.bare ? dtypes[0] : undefined)
  return apart(samples, context, columns?.bare ? [] : dtypes)
}

function apart(samples: readonly unknown[], context: Context, dtypes: readonly (DType | undefined)[]): unknown[] {
  const other = samples.find((sample) => !Array.isArray(sample))
  if (other !== undefined) {
    throw new OpError('batchify', `samples must all be tuples, or none, got a tuple and ${nameOfKind(other)}`)
  }
  const rows = samples as readonly (readonly unknown[])[]
  const { length } = rows[0]
  const wrong = rows.find((row) => row.length !== length)
  if (wrong) throw new OpError('batchify', `samples must have ${length} elements each, got ${wrong.length}`)
  return Array.from({ length }, (_, k) =>
    gather(
      rows.map((row) => row[k]),
      context,
      dtypes[k],
    ),
  )
}

/** One element of all samples as one array, or as one for each element of inner tuples. */
function gather(items: readonly unknown[], context: Context, dtype: DType | undefined): unknown {
  if (items.every((item) => item instanceof NDArray)) return stack(items)
  if (items.every((item) => typeof item === 'number')) return numbers(items, context, dtype ?? 'float32')
  if (items.every(isNumeric)) return rowsOf(items, context)
  if (items.every(isMarked)) return apart(items, context, [])
  if (items.every(Array.isArray)) return lists(items, context)
  throw cannot(new Set(items.map((item) => (item === null ? 'null' : typeof item))))
}

function cannot(kinds: Iterable<string>): OpError {
  return new OpError('batchify', `cannot make a batch of ${[...kinds].join(' and ')}: pass batchifyFn to say how`)
}

function numbers(values: readonly number[], context: Context, dtype: DType): NDArray {
  return upload(values, shapeOf([values.length]), dtype, context)
}

const bytes = [Uint8Array, Uint8ClampedArray]
const integers = [Int32Array, Int16Array, Uint16Array]

/** The element type of a typed array in batches: its own where there is such a one, else one that holds it. */
export function dtypeFor(values: TypedArray): DType {
  if (bytes.some((kind) => values instanceof kind)) return 'uint8'
  if (values instanceof Int8Array) return 'int8'
  if (integers.some((kind) => values instanceof kind)) return 'int32'
  if (!((values as ArrayBufferView) instanceof Uint32Array)) return 'float32'
  throw new OpError('batchify', 'no element type holds a Uint32Array: make it an Int32Array or a Float32Array')
}

/** The one element type of typed arrays: a batch's must not depend on which of them comes first. */
function oneDtype(kinds: ReadonlySet<DType>): DType {
  const [dtype, other] = kinds
  if (other === undefined) return dtype
  throw new OpError('batchify', `samples of different element types make no batch, got ${dtype} and ${other}`)
}

function rowsOf(rows: readonly TypedArray[], context: Context): NDArray {
  const [{ length }] = rows
  const other = rows.find((row) => row.length !== length)
  if (other) {
    const got = `${length} and ${other.length}`
    throw new OpError('batchify', `samples of different lengths make no batch, got ${got}: pass batchifyFn to say how`)
  }
  const dtype = oneDtype(new Set(rows.map(dtypeFor)))
  const values = typedZeros(dtype, rows.length * length)
  rows.forEach((row, i) => {
    values.set(row, i * length)
  })
  return upload(values, shapeOf([rows.length, length]), dtype, context)
}

/** A feature that each sample gives as a list. */
function lists(items: readonly (readonly unknown[])[], context: Context): NDArray {
  const kinds = new Set<DType | 'number' | 'an NDArray'>()
  noteKinds(items, kinds)
  if (kinds.has('an NDArray')) {
    if (kinds.size > 1) throw cannot(kinds)
    return stack(items.map((item) => gather(item, context, undefined) as NDArray))
  }
  // numbers beside rows of a type are of that type
  if (kinds.size > 1) kinds.delete('number')
  const dtype = kinds.has('number') || kinds.size === 0 ? 'float32' : oneDtype(kinds as Set<DType>)
  const hint = '. A sample of several elements is tuple(…)'
  const { shape, typed } = valuesOf('batchify', items as NestedNumbers, dtype, hint)
  return upload(typed, shape, dtype, context)
}

/** What lies at the bottom of lists; of a list of numbers the first says so. */
function noteKinds(list: readonly unknown[], kinds: Set<DType | 'number' | 'an NDArray'>): void {
  for (const item of list) {
    if (Array.isArray(item)) noteKinds(item, kinds)
    else if (item instanceof NDArray) kinds.add('an NDArray')
    else if (isNumeric(item)) kinds.add(dtypeFor(item))
    else {
      kinds.add('number')
      return
    }
  }
}
