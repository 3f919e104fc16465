// What a case is made of: shapes, values and operands at random, as fast-check's arbitraries.
import fc from 'fast-check'
import type { DType } from '../../src/core/dtype.ts'

/** An element type that the properties try. */
export type Type = Extract<DType, 'float32' | 'int32' | 'uint8'>

/** An array that a case is given; with `grad`, its gradient is asked for. */
export interface Tensor {
  readonly dtype: Type
  readonly shape: readonly number[]
  readonly data: readonly number[]
  readonly grad?: true
}

/** A number as an operand of its own: NaN, ±Infinity and −0 too. */
export interface Scalar {
  readonly number: number
}

/** Axes, shapes, bounds, names and options, as JSON has them. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain | undefined }

/** An argument of a call. */
export type Arg = Tensor | Scalar | Plain

/** A call of a function by its name: its results, or its gradients for a head gradient that both sides have. */
export interface Case {
  readonly op: string
  readonly args: readonly Arg[]
  readonly gradient: boolean
}

/** Whether an argument is an operand: an array, or a number that stands for one. */
export function isTensor(arg: Arg): arg is Tensor | Scalar {
  return typeof arg === 'object' && arg !== null && ('data' in arg || 'number' in arg)
}

/** Elements of an array at most. */
const most = 400

const size = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 5 }), weight: 12 },
  { arbitrary: fc.constantFrom(0, 1, 1), weight: 3 },
  { arbitrary: fc.constantFrom(7, 8, 9, 17, 33, 65, 129), weight: 2 },
)

const total = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1)

/** Sizes that don't come to too many elements: those too large become 1. */
function bounded(sizes: readonly number[]): number[] {
  let product = 1
  return sizes.map((n) => {
    if (product * n > most) return 1
    product *= Math.max(n, 1)
    return n
  })
}

/** Shapes of `min` to `max` axes. */
export function shapes(min = 0, max = 5): fc.Arbitrary<number[]> {
  return fc.array(size, { minLength: min, maxLength: max }).map(bounded)
}

/** Shapes without an axis of size 0. */
export function fullShapes(min = 0, max = 5): fc.Arbitrary<number[]> {
  return shapes(min, max).map((shape) => shape.map((n) => n || 1))
}

const fround = (x: number) => Math.fround(x)
const edges = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-45, -1e-45, 1e-40, 2 ** -126]
const extremes = [
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1e30,
  -1e20,
  2 ** 24 + 2,
  8388608.5,
  1e-20,
  88.7,
  -103.9,
]
const moderate = fc.integer({ min: -4096, max: 4096 }).map((k) => k / 512)
const bits = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((word) => new Float32Array(Uint32Array.of(word).buffer)[0])

/** Elements of each type: ordinary ones, edges, and any pattern of bits. */
export const elements: Readonly<Record<Type, fc.Arbitrary<number>>> = {
  float32: fc.oneof(
    { arbitrary: moderate, weight: 8 },
    { arbitrary: fc.constantFrom(...edges, ...extremes).map(fround), weight: 2 },
    { arbitrary: bits, weight: 2 },
  ),
  int32: fc.oneof(
    { arbitrary: fc.integer({ min: -9, max: 9 }), weight: 6 },
    { arbitrary: fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 46341, -46341, 65536, 256, -1, 0), weight: 2 },
    { arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), weight: 1 },
  ),
  uint8: fc.integer({ min: 0, max: 255 }),
}

/** Ordinary floats: those whose sums, products and gradients stay in range. */
export const ordinary: fc.Arbitrary<number> = fc.oneof(
  { arbitrary: moderate, weight: 6 },
  { arbitrary: fc.constantFrom(0, -0, 1, -1, 0.5, 2, 1e-3, 100, -30), weight: 2 },
)

/** Element types. */
export const types: fc.Arbitrary<Type> = fc.constantFrom('float32', 'float32', 'int32', 'uint8')

/** Element types for functions of floats: now and then another, which is refused. */
export const floats: fc.Arbitrary<Type> = fc
  .integer({ min: 0, max: 9 })
  .map((luck) => (luck === 0 ? 'uint8' : 'float32'))

/** Arrays of a shape and type; of float32, with values of another arbitrary if one is given. */
export function tensorOf(shape: readonly number[], dtype: Type, given = elements.float32): fc.Arbitrary<Tensor> {
  const values = dtype === 'float32' ? given : elements[dtype]
  const n = total(shape)
  return fc.array(values, { minLength: n, maxLength: n, size: 'max' }).map((data) => ({ dtype, shape, data }))
}

/** Arrays of any shape and type. */
export function tensors(of: fc.Arbitrary<number[]> = shapes(), dtypes = types): fc.Arbitrary<Tensor> {
  return fc.tuple(of, dtypes).chain(([shape, dtype]) => tensorOf(shape, dtype))
}

/** Arrays whose gradient is asked for. */
export function leaves(of: fc.Arbitrary<number[]> = shapes(), values = ordinary): fc.Arbitrary<Tensor> {
  return of.chain((shape) => leafOf(shape, values))
}

/** Arrays of a shape whose gradient is asked for. */
export function leafOf(shape: readonly number[], values = ordinary): fc.Arbitrary<Tensor> {
  return tensorOf(shape, 'float32', values).map((tensor) => ({ ...tensor, grad: true }))
}

/** A shape that broadcasts to another: without some axes in front, and 1 instead of some sizes. */
export function narrowed(shape: readonly number[]): fc.Arbitrary<number[]> {
  const ones = fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length })
  return fc.tuple(fc.nat({ max: shape.length }), ones, fc.boolean()).map(([from, narrow, whole]) => {
    return whole ? [...shape] : shape.map((n, k) => (narrow[k] ? 1 : n)).slice(from)
  })
}

/** Numbers beside arrays: integers of each type's range and beyond, fractions, and what is no number. */
export const numbers: fc.Arbitrary<Scalar> = fc
  .oneof(
    { arbitrary: fc.integer({ min: -9, max: 9 }), weight: 5 },
    {
      arbitrary: fc.constantFrom(255, 256, 300, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 1e12),
      weight: 2,
    },
    { arbitrary: fc.constantFrom(0.5, -0.5, 2.5, 0.1, 1e-45, -0, 1e39, NaN, Infinity, -Infinity), weight: 2 },
    { arbitrary: moderate, weight: 2 },
  )
  .map((number) => ({ number }))

/** Ordinary numbers beside floats. */
export const ordinaryNumbers: fc.Arbitrary<Scalar> = ordinary.map((number) => ({ number: fround(number) }))

/** Axes of an array of `dimensions` axes, from either end; sometimes one that is not there. */
export function axes(dimensions: number): fc.Arbitrary<number> {
  const inside = fc.integer({ min: -dimensions, max: Math.max(dimensions - 1, 0) })
  return fc.oneof(
    { arbitrary: inside, weight: 15 },
    { arbitrary: fc.constantFrom(dimensions, -dimensions - 1), weight: 1 },
  )
}

/** Axes that are there. */
export function axesWithin(dimensions: number): fc.Arbitrary<number> {
  return fc.integer({ min: -dimensions, max: dimensions - 1 })
}

/** Options of which each may be left out. */
export function options<T extends Readonly<Record<string, Plain>>>(
  each: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<Partial<T>> {
  return fc.record(each, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
}
