// Elements of reductions on four lanes: how they are loaded, joined and stored.

import type { Kind } from '../../arith/graph.ts'
import { type Body, type Expr, f32x4, i8x16, i16x8, i32, i32x4, type Local, v128 } from '../../kernel/asm.ts'
import type { Rung } from '../../kernel/rung.ts'
import { lanes as floatLanes, intLanes } from '../../kernel/simd.ts'
import { indices } from '../../kernel/sweep.ts'
import { type Join, joined, startOf } from './join.ts'

/** Four lanes. */
export type Lanes = Expr<'v128'>

/** Element types of arrays. */
export type Element = 'float32' | 'int32' | 'uint8'

/** How many lanes hold elements: four, or lane 0 alone. */
export type Width = 4 | 1

/** A value that is joined: its arithmetic and its join. */
export interface Accumulator {
  readonly kind: Kind
  readonly join: Join
}

/** Bytes from one element to the next; indices are their own addresses. */
export function bytesOf(element: Element | 'iota'): 1 | 4 {
  return element === 'uint8' || element === 'iota' ? 1 : 4
}

/** The element type in which joined values wait for the next pass. */
export function heldAs({ kind }: Accumulator): 'float32' | 'int32' {
  return kind === 'float' ? 'float32' : 'int32'
}

/** The arithmetic of lanes of each kind. */
export const arithmetics = (f: Body, rung: Rung) => ({ float: floatLanes(f, rung), int: intLanes(f) })

/** What joining starts from. */
export function start({ kind, join }: Accumulator): Lanes {
  const number = startOf(join, kind)
  return kind === 'float' ? f32x4.const(number) : i32x4.const(number)
}

/** Two values joined. */
export function join(f: Body, rung: Rung, { kind, join }: Accumulator, a: Lanes, b: Lanes): Lanes {
  return joined(arithmetics(f, rung)[kind], join, a, b)
}

/** Four elements from an address, or one in lane 0; bytes as int32. `vector` counts fours from there. */
export function load(from: Element | 'iota', at: Local<'i32'>, lanes: Width, vector = 0): Lanes {
  if (from === 'iota') return lanes === 4 ? indices(at, vector * 4) : i32x4.splat(at)
  if (from !== 'uint8') return lanes === 4 ? v128.load(at, vector * 16) : v128.load32_zero(at)
  if (lanes === 1) return i32x4.splat(i32.load8_u(at))
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at, vector * 4)))
}

/** One element in all lanes; a byte as int32. */
export function loadSplat(from: Element | 'iota', at: Expr<'i32'>): Lanes {
  if (from === 'iota') return i32x4.splat(at)
  return from === 'uint8' ? i32x4.splat(i32.load8_u(at)) : v128.load32_splat(at)
}

/** Stores four results, or lane 0, at a number of fours from an address. */
export function store(f: Body, to: Element, at: Local<'i32'>, value: Lanes, lanes: Width, vector = 0): void {
  if (to !== 'uint8') {
    if (lanes === 1) f.storeLane(32, at, value, 0)
    else f.store(at, value, vector * 16)
    return
  }
  const low = f.let(v128.and(value, i32x4.const(255)))
  const words = f.let(i16x8.narrow_i32x4_u(low, low))
  f.storeLane(lanes === 4 ? 32 : 8, at, i8x16.narrow_i16x8_u(words, words), 0, vector * 4)
}

/** The four lanes joined; the result stands in all of them. */
export function acrossLanes(f: Body, rung: Rung, accumulator: Accumulator, value: Lanes): Local<'v128'> {
  const swapped = (v: Lanes, order: readonly number[]) =>
    i8x16.shuffle(v, v, ...order.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)))
  const four = f.let(value)
  const two = f.let(join(f, rung, accumulator, four, swapped(four, [2, 3, 0, 1])))
  return f.let(join(f, rung, accumulator, two, swapped(two, [1, 0, 3, 2])))
}

/** Lane 0 in all lanes. */
export function spread(f: Body, value: Lanes): Local<'v128'> {
  const held = f.let(value)
  return f.let(i8x16.shuffle(held, held, ...Array.from({ length: 16 }, (_, i) => i % 4)))
}

/** A number of elements in all lanes, as the arithmetic of a kind has it. */
export function countLanes(count: Local<'i32'>, kind: Kind): Lanes {
  const whole = i32x4.splat(count)
  return kind === 'float' ? f32x4.convert_i32x4_s(whole) : whole
}
