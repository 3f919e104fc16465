// Values of reductions on four lanes: how they are joined.

import type { Kind } from '../../arith/graph.ts'
import { type Body, f32x4, i8x16, i32x4, type Local } from '../../kernel/wasm/asm.ts'
import type { Lanes } from '../../kernel/wasm/elements.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { arithmetics } from '../../kernel/wasm/simd.ts'
import { type Join, joined, startOf } from './join.ts'

/** A value that is joined: its arithmetic and its join. */
export interface Accumulator {
  readonly kind: Kind
  readonly join: Join
}

/** What joining starts from. */
export function start({ kind, join }: Accumulator): Lanes {
  const number = startOf(join, kind)
  return kind === 'float' ? f32x4.const(number) : i32x4.const(number)
}

/** Two values joined. */
export function join(f: Body, rung: Rung, { kind, join }: Accumulator, a: Lanes, b: Lanes): Lanes {
  return joined(arithmetics(f, rung)[kind], join, a, b)
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
