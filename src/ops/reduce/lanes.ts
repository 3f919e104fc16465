// The arithmetic of reductions on four lanes: how elements are loaded, joined, finished and stored.
import { type Body, type Expr, f32, f32x4, i8x16, i16x8, i32, i32x4, type Local, v128 } from '../../kernel/asm.ts'
import { intLanes } from '../../kernel/simd.ts'

type V = Expr<'v128'>

/** Element types of arrays. */
export type Element = 'float32' | 'int32' | 'uint8'

/** What joins two elements. */
export type Join = 'max' | 'min' | 'prod' | 'sum'

/** What a pass does. */
export interface Pass {
  readonly join: Join
  /** Whether elements are squared first. */
  readonly square: boolean
  readonly from: Element
  readonly to: Element
  /** What becomes of the results. */
  readonly finish: 'divide' | 'root' | 'none'
}

/** Bytes of an element. */
export function bytesOf(element: Element): 1 | 4 {
  return element === 'uint8' ? 1 : 4
}

/** What the joining starts from: it changes no element. */
export function neutral({ join, from }: Pass): V {
  const floats = { max: -Infinity, min: Infinity, prod: 1, sum: 0 }
  const ints = { max: -0x80000000, min: 0x7fffffff, prod: 1, sum: 0 }
  return from === 'float32' ? f32x4.const(floats[join]) : i32x4.const(ints[join])
}

/** Two values joined; NaN wins in max and min. */
export function joined({ join, from }: Pass, a: V, b: V): V {
  const floats = { max: f32x4.max, min: f32x4.min, prod: f32x4.mul, sum: f32x4.add }
  const ints = { max: i32x4.max_s, min: i32x4.min_s, prod: i32x4.mul, sum: i32x4.add }
  return (from === 'float32' ? floats : ints)[join](a, b)
}

/** Four elements from an address, or one in lane 0; bytes as int32. */
export function load(f: Body, { from, square }: Pass, at: Local<'i32'>, lanes: 4 | 1, vector = 0): Local<'v128'> {
  const value = f.let(loadLanes(from, at, lanes, vector))
  return square ? f.let(f32x4.mul(value, value)) : value
}

/** Four elements as they are, or one in lane 0; bytes as int32. */
export function loadLanes(from: Element, at: Local<'i32'>, lanes: 4 | 1, vector = 0): V {
  if (from !== 'uint8') return lanes === 4 ? v128.load(at, vector * 16) : v128.load32_zero(at)
  if (lanes === 1) return i32x4.splat(i32.load8_u(at))
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at, vector * 4)))
}

/** Stores four results, or lane 0. */
export function store(f: Body, to: Element, at: Local<'i32'>, values: readonly V[], lanes: 4 | 1): void {
  if (to === 'uint8') storeBytes(f, at, values, lanes)
  else if (lanes === 1) f.storeLane(32, at, values[0], 0)
  else values.forEach((value, i) => f.store(at, value, i * 16))
}

function storeBytes(f: Body, at: Local<'i32'>, values: readonly V[], lanes: 4 | 1): void {
  values.forEach((value, i) => {
    const low = f.let(v128.and(value, i32x4.const(255)))
    const words = f.let(i16x8.narrow_i32x4_u(low, low))
    f.storeLane(lanes === 4 ? 32 : 8, at, i8x16.narrow_i16x8_u(words, words), 0, i * 4)
  })
}

/** The result of joined elements; `count` is what they are divided by. */
export function finished(f: Body, { finish, from }: Pass, value: V, count: Expr<'i32'>): Local<'v128'> {
  if (finish === 'root') return f.let(f32x4.sqrt(value))
  if (finish === 'none') return f.let(value)
  if (from !== 'float32') return f.let(intLanes(f).div(value, i32x4.splat(count)))
  return f.let(f32x4.div(value, f32x4.splat(f32.convert_i32_u(count))))
}

/** The four lanes joined; the result stands in all of them. */
export function acrossLanes(f: Body, pass: Pass, value: V): Local<'v128'> {
  const swapped = (v: V, order: readonly number[]) =>
    i8x16.shuffle(v, v, ...order.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)))
  const four = f.let(value)
  const two = f.let(joined(pass, four, swapped(four, [2, 3, 0, 1])))
  return f.let(joined(pass, two, swapped(two, [1, 0, 3, 2])))
}
