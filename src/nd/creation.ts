// Making arrays: from values, constants and ranges (MXNet 1.9.1, ndarray.py).
import { bytesPer, type DType, type TypedArray, typedFrom } from '../core/dtype.ts'
import { type Context, currentContext } from '../core/engine.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { checkContext, checkDType, place } from '../core/invoke.ts'
import { withinLimits } from '../core/memory.ts'
import { NDArray } from '../core/ndarray.ts'
import { checkShape, formatShape, type Shape, shapeOf, sizeOf } from '../core/shape.ts'
import { Storage } from '../core/storage.ts'
import { copy } from '../ops/copy/copy.ts'
import { fill } from '../ops/fill/fill.ts'
import { cast } from '../ops/pointwise/cast.ts'

/** Where a new array lives, the current context where left out, and its element type. */
export interface CreationOptions {
  readonly ctx?: Context | undefined
  /** float32 where left out. */
  readonly dtype?: DType | undefined
}

const creationOptions: OptionNames<CreationOptions> = { ctx: true, dtype: true }

/** Options of `array`. */
export interface ArrayOptions extends CreationOptions {
  /** Shape of flat values; their length where left out. */
  readonly shape?: readonly number[] | undefined
}

const arrayOptions: OptionNames<ArrayOptions> = { ...creationOptions, shape: true }

/** A number, a list of numbers, a list of such lists, … */
export type NestedNumbers = number | readonly NestedNumbers[]

/** An array of given values. float32 unless a dtype is given or the source is an NDArray, which keeps its own. */
export function array(source: NestedNumbers | TypedArray | NDArray, options: ArrayOptions = {}): NDArray {
  checkOptions('array', options, "{ dtype: 'int32' }", arrayOptions)
  if (source instanceof NDArray) return fromArray(source, options)
  const dtype = options.dtype ?? 'float32'
  if (ArrayBuffer.isView(source)) {
    const shape = options.shape ? checkShape('array', options.shape) : shapeOf([source.length])
    return upload(source, shape, dtype, options.ctx)
  }
  const inner = nestedShape(source)
  const flat = flattened(source)
  const wrong = flat.findIndex((value) => typeof value !== 'number')
  if (wrong >= 0) throw new OpError('array', `values must be numbers, got ${nameOfKind(flat[wrong])}`)
  if (!fills(source, inner))
    throw new OpError('array', `the inner lists must all be as the first, ${formatShape(inner)}`)
  return upload(flat, options.shape ? checkShape('array', options.shape) : inner, dtype, options.ctx)
}

function fromArray(source: NDArray, { ctx, dtype }: ArrayOptions): NDArray {
  if (ctx && ctx !== source.context) {
    throw new OpError('array', `cannot move from ${source.context} to ${ctx}: use asInContext`)
  }
  return dtype && dtype !== source.dtype ? cast(source, dtype) : copy(source)
}

function flattened(source: NestedNumbers): number[] {
  return Array.isArray(source) ? source.flatMap(flattened) : [source as number]
}

function nestedShape(source: NestedNumbers): Shape {
  const sizes: number[] = []
  for (let level = source; Array.isArray(level); level = level[0]) sizes.push(level.length)
  return shapeOf(sizes)
}

/** Whether all lists at each depth have the length that the shape says, and numbers lie below the last. */
function fills(source: NestedNumbers, [size, ...rest]: readonly number[]): boolean {
  if (size === undefined) return typeof source === 'number'
  return Array.isArray(source) && source.length === size && source.every((item) => fills(item, rest))
}

/** An array on a context with the values given. */
export function upload(values: ArrayLike<number>, shape: Shape, dtype: DType, ctx = currentContext()): NDArray {
  if (values.length !== sizeOf(shape)) {
    throw new OpError('array', `${values.length} values don't fill the shape ${formatShape(shape)}`)
  }
  checkDType('array', checkContext('array', ctx), dtype)
  const typed = ArrayBuffer.isView(values) && bytesOfSame(values, dtype) ? values : typedFrom(dtype, values)
  const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength)
  const storage = withinLimits(ctx.engine, 'array', shape[0], () => new Storage(ctx.engine, ctx.engine.upload(bytes)))
  return place(new NDArray({ context: ctx, shape, dtype, storage, maker: 'array' }))
}

function bytesOfSame(values: ArrayBufferView, dtype: DType): boolean {
  const same = typedFrom(dtype, []).constructor === values.constructor
  return same && values.byteLength % bytesPer(dtype) === 0
}

/** Zeros. */
export function zeros(shape: number | readonly number[], options: CreationOptions = {}): NDArray {
  return filled('zeros', shape, 0, options)
}

/** Ones. */
export function ones(shape: number | readonly number[], options: CreationOptions = {}): NDArray {
  return filled('ones', shape, 1, options)
}

/** One value everywhere. */
export function full(shape: number | readonly number[], value: number, options: CreationOptions = {}): NDArray {
  if (typeof value !== 'number') throw new OpError('full', `the value must be a number, got ${nameOfKind(value)}`)
  return filled('full', shape, value, options)
}

function filled(op: string, shape: number | readonly number[], value: number, options: CreationOptions): NDArray {
  checkOptions(op, options, "{ dtype: 'int32' }", creationOptions)
  return fill(checkShape(op, shape), value, { context: options.ctx, dtype: options.dtype })
}

/** An array whose values don't matter; they are zeros. */
export function empty(shape: number | readonly number[], options: CreationOptions = {}): NDArray {
  return filled('empty', shape, 0, options)
}

/** Zeros of another array's shape, dtype and context. */
export function zerosLike(x: NDArray): NDArray {
  return full(x.shape, 0, { ctx: x.context, dtype: x.dtype })
}

/** Ones of another array's shape, dtype and context. */
export function onesLike(x: NDArray): NDArray {
  return full(x.shape, 1, { ctx: x.context, dtype: x.dtype })
}

/** Options of `arange`. */
export interface ArangeOptions extends CreationOptions {
  /** 1 where left out. */
  readonly step?: number
  /** How often each value is repeated. */
  readonly repeat?: number
}

const arangeOptions: OptionNames<ArangeOptions> = { ...creationOptions, step: true, repeat: true }

/** start, start + step, … below stop; with one argument, from 0 to below it. */
export function arange(start: number, stop: number | null = null, options: ArangeOptions = {}): NDArray {
  checkOptions('arange', options, '{ step: 2 }', arangeOptions)
  const { step = 1, repeat = 1, ctx, dtype } = options
  const [from, to] = stop === null ? [0, start] : [start, stop]
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (!Number.isFinite(count)) throw new OpError('arange', `step must not be 0, got ${step}`)
  const values = Array.from({ length: count * repeat }, (_, i) => from + Math.floor(i / repeat) * step)
  const counting = (dtype ?? 'float32') === 'float32' && Number.isInteger(from) && Number.isInteger(step)
  const lost = counting ? values.find((value) => Math.fround(value) !== value) : undefined
  if (lost === undefined) return array(values, { ctx, dtype })
  throw new OpError('arange', `float32 does not hold ${lost}: expected { dtype: 'int32' } for whole numbers above 2^24`)
}

/** `num` values from start to stop, both included unless `endpoint` is false. */
export function linspace(
  start: number,
  stop: number,
  num: number,
  options: CreationOptions & { readonly endpoint?: boolean } = {},
): NDArray {
  checkOptions('linspace', options, '{ endpoint: false }', { ...creationOptions, endpoint: true })
  if (!Number.isInteger(num) || num < 0) {
    throw new OpError('linspace', `the number of values must be a whole number from 0 on, got ${num}`)
  }
  const { ctx, dtype, endpoint = true } = options
  const parts = endpoint ? num - 1 : num
  return array(
    Array.from({ length: num }, (_, i) => start + ((stop - start) * i) / Math.max(1, parts)),
    { ctx, dtype },
  )
}

/** A matrix with ones on the k-th diagonal. */
export function eye(rows: number, columns = rows, options: CreationOptions & { readonly k?: number } = {}): NDArray {
  checkOptions('eye', options, '{ k: 1 }', { ...creationOptions, k: true })
  const { k = 0, ctx, dtype } = options
  checkShape('eye', [rows, columns])
  const values = Array.from({ length: rows * columns }, (_, i) => Number((i % columns) - Math.floor(i / columns) === k))
  return array(values, { ctx, dtype, shape: [rows, columns] })
}
