// Passes over one row of floats, four at a time: its maximum, its sum, and what is made of each element.
import { type Body, type Expr, f32x4, i8x16, i32, type Local, select, v128 } from '../../kernel/asm.ts'

type V = Expr<'v128'>

/** Vectors that are added up before their sum is added to the total, so that long rows stay exact. */
const block = 256

/** The four rotated by two lanes, or the neighbours swapped. */
const swap = (v: V, lanes: 1 | 2) => {
  const order = lanes === 2 ? [2, 3, 0, 1] : [1, 0, 3, 2]
  return i8x16.shuffle(v, v, ...order.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)))
}

/** One operation over the four lanes; the result stands in all of them. */
function across(f: Body, v: V, op: (a: V, b: V) => V): Local<'v128'> {
  const four = f.let(v)
  const two = f.let(op(four, swap(four, 2)))
  return f.let(op(two, swap(two, 1)))
}

/** Calls the code for each four elements and then for each single one, which stands in all lanes. */
function eachOf(
  f: Body,
  row: Local<'i32'>,
  count: Local<'i32'>,
  visit: (value: Local<'v128'>, at: Local<'i32'>, single: boolean) => void,
): void {
  const at = f.let(row)
  f.times(i32.shr_u(count, 2), () => visit(f.let(v128.load(at)), at, false), [[at, 16]])
  f.times(i32.and(count, 3), () => visit(f.let(v128.load32_splat(at)), at, true), [[at, 4]])
}

/** Rewrites a row, or writes one from another of the same length. */
export function mapRow(
  f: Body,
  from: Local<'i32'>,
  to: Local<'i32'>,
  count: Local<'i32'>,
  map: (value: Local<'v128'>) => V,
): void {
  const at = f.let(to)
  eachOf(f, from, count, (value, _from, single) => {
    if (single) f.storeLane(32, at, map(value), 0)
    else f.store(at, map(value))
    at.bump(single ? 4 : 16)
  })
}

/** The largest element in all lanes; NaN if there is one. */
export function maxOfRow(f: Body, row: Local<'i32'>, count: Local<'i32'>): Local<'v128'> {
  const max = f.let(f32x4.const(-Infinity))
  eachOf(f, row, count, (value) => max.set(f32x4.max(max, value)))
  return across(f, max, f32x4.max)
}

/** Σ term(x) in all lanes. */
export function sumOfRow(
  f: Body,
  row: Local<'i32'>,
  count: Local<'i32'>,
  term: (value: Local<'v128'>) => V = (value) => value,
): Local<'v128'> {
  const at = f.let(row)
  const total = f.let(f32x4.const(0))
  const left = f.let(i32.shr_u(count, 2))
  f.while(left, () => {
    const round = f.let(select(i32.lt_u(left, block), left, i32.const(block)))
    const sum = f.let(f32x4.const(0))
    f.times(round, () => sum.set(f32x4.add(sum, term(f.let(v128.load(at))))), [[at, 16]])
    total.set(f32x4.add(total, sum))
    left.set(i32.sub(left, round))
  })
  const rest = f.let(f32x4.const(0))
  f.times(i32.and(count, 3), () => rest.set(f32x4.add(rest, term(f.let(v128.load32_splat(at))))), [[at, 4]])
  return f.let(f32x4.add(across(f, total, f32x4.add), rest))
}

/** Lane 0. */
export const first = (v: V): Expr<'f32'> => f32x4.extract_lane(v, 0)
