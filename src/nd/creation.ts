// Making arrays: from values, constants and ranges (MXNet 1.9.1, ndarray.py).

import { type DType, isNumeric, storedBytes } from '../core/dtype.ts'
import { type Context, currentContext } from '../core/engine.ts'
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { checkContext, checkDType, deliver } from '../core/invoke.ts'
import { withinLimits } from '../core/memory.ts'
import { NDArray } from '../core/ndarray.ts'
import { checkShape, formatShape, type Shape, shapeOf, sizeOf } from '../core/shape.ts'
import { Storage } from '../core/storage.ts'
import { checkArray } from '../kinds/movement/movement.ts'
import { copy } from '../ops/copy/copy.ts'
import { cast } from '../ops/elementwise/cast.ts'
import { fill } from '../ops/fill/fill.ts'
import { type OutOption, outOf, outOption, written } from '../ops/out.ts'
import { type NestedNumbers, valuesOf } from './values.ts'

/** Where a new array lives and its element type. Default the current context. */
export interface CreationOptions {
  readonly ctx?: Context | undefined
  /** Default float32. */
  readonly dtype?: DType | undefined
}

const creationOptions: OptionNames<CreationOptions> = { ctx: true, dtype: true }

/** Options of `array`. */
export interface ArrayOptions extends CreationOptions {
  /** Shape of flat values. Default their length. */
  readonly shape?: readonly number[] | undefined
}

const arrayOptions: OptionNames<ArrayOptions> = { ...creationOptions, shape: true }

/** An array of given values. float32 unless a dtype is given or the source is an NDArray, which keeps its own. */
export function array(source: NestedNumbers | NDArray, options: ArrayOptions = {}, ...more: []): NDArray {
  checkOptions('array', options, "{ dtype: 'int32' }", arrayOptions, more)
  if (source instanceof NDArray) return fromArray(source, options)
  const { dtype = 'float32', ctx } = options
  const given = options.shape && checkShape('array', options.shape)
  if (isNumeric(source)) return upload(source, given ?? shapeOf([source.length]), dtype, ctx)
  checkDType('array', checkContext('array', ctx ?? currentContext()), dtype)
  const { shape, typed } = valuesOf('array', source, dtype)
  return upload(typed, given ?? shape, dtype, ctx)
}

function fromArray(source: NDArray, { ctx, dtype }: ArrayOptions): NDArray {
  if (ctx && ctx !== source.context) {
    throw new OpError('array', `cannot move from ${source.context} to ${ctx}: use asInContext`)
  }
  return dtype && dtype !== source.dtype ? cast(source, dtype) : copy(source)
}

/** An array on a context with the values given. */
export function upload(values: ArrayLike<number>, shape: Shape, dtype: DType, ctx = currentContext()): NDArray {
  if (values.length !== sizeOf(shape)) {
    throw new OpError('array', `${values.length} values don't fill the shape ${formatShape(shape)}`)
  }
  checkDType('array', checkContext('array', ctx), dtype)
  const bytes = storedBytes(dtype, values)
  const storage = withinLimits(ctx.engine, 'array', shape[0], () => new Storage(ctx.engine, ctx.engine.upload(bytes)))
  return deliver(new NDArray({ context: ctx, value: { shape, dtype, storage, offset: 0 }, maker: 'array' }))
}

/** Options of `zeros`, `ones` and `full`. With `out`, the context and the dtype are its own by default. */
export interface FillingOptions extends CreationOptions, OutOption {}

/** Zeros. */
export function zeros(shape: number | readonly number[], options: FillingOptions = {}, ...more: []): NDArray {
  return filled('zeros', shape, 0, options, more)
}

/** Ones. */
export function ones(shape: number | readonly number[], options: FillingOptions = {}, ...more: []): NDArray {
  return filled('ones', shape, 1, options, more)
}

/** One value everywhere. */
export function full(
  shape: number | readonly number[],
  value: number,
  options: FillingOptions = {},
  ...more: []
): NDArray {
  checkNumbers('full', { 'the value': value })
  return filled('full', shape, value, options, more)
}

function filled(
  op: string,
  shape: number | readonly number[],
  value: number,
  options: FillingOptions,
  more: readonly unknown[],
): NDArray {
  checkOptions(op, options, "{ dtype: 'int32' }", { ...creationOptions, ...outOption }, more)
  const { out, ctx = out?.context, dtype = out?.dtype } = options
  return written(op, out, () => named(op, () => fill(checkShape(op, shape), value, { context: ctx, dtype })))
}

/** An array whose values don't matter; they are zeros. */
export function empty(shape: number | readonly number[], options: CreationOptions = {}, ...more: []): NDArray {
  checkOptions('empty', options, "{ dtype: 'int32' }", creationOptions, more)
  return filled('empty', shape, 0, options, more)
}

/** Zeros of another array's shape, dtype and context. */
export function zerosLike(x: NDArray, options?: OutOption, ...more: []): NDArray
/** Zeros as the callback of `list.map`. */
export function zerosLike(x: NDArray, index: number, list: readonly NDArray[]): NDArray
export function zerosLike(x: NDArray, options?: OutOption | number, ...more: readonly unknown[]): NDArray {
  const out = outOf('zerosLike', options, more)
  checkArray('zerosLike', x)
  return written('zerosLike', out, () => full(x.shape, 0, { ctx: x.context, dtype: x.dtype }))
}

/** Ones of another array's shape, dtype and context. */
export function onesLike(x: NDArray, options?: OutOption, ...more: []): NDArray
/** Ones as the callback of `list.map`. */
export function onesLike(x: NDArray, index: number, list: readonly NDArray[]): NDArray
export function onesLike(x: NDArray, options?: OutOption | number, ...more: readonly unknown[]): NDArray {
  const out = outOf('onesLike', options, more)
  checkArray('onesLike', x)
  return written('onesLike', out, () => full(x.shape, 1, { ctx: x.context, dtype: x.dtype }))
}

/** Options of `arange`. */
export interface ArangeOptions extends CreationOptions {
  /** Default 1. */
  readonly step?: number
  /** How often each value is repeated. */
  readonly repeat?: number
}

const arangeOptions: OptionNames<ArangeOptions> = { ...creationOptions, step: 'number', repeat: 'number' }

function checkNumbers(op: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number') throw new OpError(op, `${name} must be a number, got ${nameOfKind(value)}`)
  }
}

/** Values that are listed on the main thread. */
const mostListed = 2 ** 32 - 1

function checkHolds(op: string, count: number): void {
  if (count <= mostListed) return
  throw new OpError(op, `makes ${mostListed} values at most, got ${count}`)
}

/** start, start + step, … below stop; with one argument, from 0 to below it. */
export function arange(start: number, stop: number | null = null, options: ArangeOptions = {}, ...more: []): NDArray {
  checkOptions('arange', options, '{ step: 2 }', arangeOptions, more)
  const { step = 1, repeat = 1, ctx, dtype } = options
  const [from, to] = stop === null ? [0, start] : [start, stop]
  checkNumbers('arange', { start: from, stop: to, step, repeat })
  if (step === 0) throw new OpError('arange', 'step must not be 0')
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (!Number.isFinite(count)) throw new OpError('arange', `bounds must be finite, got ${from} and ${to}`)
  checkHolds('arange', count * repeat)
  const values = Array.from({ length: count * repeat }, (_, i) => from + Math.floor(i / repeat) * step)
  const counting = (dtype ?? 'float32') === 'float32' && Number.isInteger(from) && Number.isInteger(step)
  const lost = counting ? values.find((value) => Math.fround(value) !== value) : undefined
  if (lost === undefined) return named('arange', () => array(values, { ctx, dtype }))
  throw new OpError('arange', `float32 does not hold ${lost}: expected { dtype: 'int32' } for integers above 2^24`)
}

/** `num` values from start to stop, both included unless `endpoint` is false. */
export function linspace(
  start: number,
  stop: number,
  num: number,
  options: CreationOptions & { readonly endpoint?: boolean } = {},
  ...more: []
): NDArray {
  checkOptions('linspace', options, '{ endpoint: false }', { ...creationOptions, endpoint: 'boolean' }, more)
  if (!Number.isInteger(num) || num < 0) {
    throw new OpError('linspace', `the number of values must be a non-negative integer, got ${nameOfKind(num)}`)
  }
  checkHolds('linspace', num)
  checkNumbers('linspace', { start, stop })
  const { ctx, dtype, endpoint = true } = options
  const parts = endpoint ? num - 1 : num
  const values = Array.from({ length: num }, (_, i) => start + ((stop - start) * i) / Math.max(1, parts))
  return named('linspace', () => array(values, { ctx, dtype }))
}

/** A matrix with ones on the k-th diagonal. */
export function eye(
  rows: number,
  columns = rows,
  options: CreationOptions & { readonly k?: number } = {},
  ...more: []
): NDArray {
  checkOptions('eye', options, '{ k: 1 }', { ...creationOptions, k: 'number' }, more)
  const { k = 0, ctx, dtype } = options
  checkNumbers('eye', { k })
  checkShape('eye', [rows, columns])
  checkHolds('eye', rows * columns)
  const values = Array.from({ length: rows * columns }, (_, i) => Number((i % columns) - Math.floor(i / columns) === k))
  return named('eye', () => array(values, { ctx, dtype, shape: [rows, columns] }))
}
