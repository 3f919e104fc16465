// Loops over whole arrays: pointwise kernels of any length, eight elements a round where that many are left.
import { type Body, type Expr, f32x4, i8x16, i16x8, i32, i32x4, type Local, type Operand, v128 } from './asm.ts'

/** An array that a sweep walks through: the address of the next element and the bytes of one (uint8 or a 32-bit type). */
export interface Stream {
  readonly pointer: Local<'i32'>
  readonly bytes: 1 | 4
  /** Set where the pointer itself is the element, an index: nothing is loaded. */
  readonly iota?: true
}

/** Four elements of a stream: 32-bit lanes as they are, bytes widened to int32 lanes. */
export type Load = (stream: Stream) => Local<'v128'>

/** What a round leaves: streams and the four lanes to store there; int32 lanes are cut to 0…255 for a stream of bytes. */
export type Stores = readonly (readonly [Stream, Expr<'v128'>])[]

/**
 * Calls `four` to write the code for four elements: it loads its inputs and returns what to store. All streams move
 * on by `count` elements. The code stands in three places: two fours side by side, whose stores come in pairs 16 bytes
 * apart (the form that V8's revectorizer makes 256-bit operations of), one four, and single elements in lane 0 of it.
 */
export function sweep(f: Body, count: Operand<'i32'>, streams: readonly Stream[], four: (load: Load) => Stores): void {
  const n = f.local('i32', count)
  const bumps = (elements: number) => streams.map((s) => [s.pointer, s.bytes * elements] as const)
  const halves = [0, 4].map((first) => ({ first, load: (s: Stream) => f.let(loadFour(s, first)) }))
  f.times(
    i32.shr_u(n, 3),
    () => {
      const stores = halves.map(({ load }) => four(load).map(([s, v]) => [s, f.let(v)] as const))
      stores[0].forEach((_, i) => {
        for (const { first } of halves) storeFour(f, ...stores[first / 4][i], first)
      })
    },
    bumps(8),
  )
  f.times(
    i32.and(i32.shr_u(n, 2), 1),
    () => {
      for (const [s, v] of four(halves[0].load)) storeFour(f, s, v, 0)
    },
    bumps(4),
  )
  f.times(
    i32.and(n, 3),
    () => {
      for (const [s, v] of four((stream) => f.let(loadOne(stream)))) storeOne(f, s, v)
    },
    bumps(1),
  )
}

const widen = (v: Expr<'v128'>) => i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v))

function loadFour({ pointer, bytes, iota }: Stream, first: number): Expr<'v128'> {
  if (iota) return indices(pointer, first)
  return bytes === 4 ? v128.load(pointer, first * 4) : widen(v128.load32_zero(pointer, first))
}

/** Four indices, the first of them `from` + `first`. */
export const indices = (from: Expr<'i32'>, first = 0): Expr<'v128'> =>
  i32x4.add(i32x4.splat(from), i32x4.const(first, first + 1, first + 2, first + 3))

function loadOne({ pointer, bytes, iota }: Stream): Expr<'v128'> {
  if (iota) return i32x4.splat(pointer)
  return bytes === 4 ? v128.load32_zero(pointer) : i32x4.splat(i32.load8_u(pointer))
}

function narrow(f: Body, v: Expr<'v128'>): Expr<'v128'> {
  const words = f.let(i16x8.narrow_i32x4_s(v, f32x4.const(0)))
  return i8x16.narrow_i16x8_u(words, words)
}

function storeFour(f: Body, { pointer, bytes }: Stream, v: Expr<'v128'>, first: number): void {
  if (bytes === 4) f.store(pointer, v, first * 4)
  else f.storeLane(32, pointer, narrow(f, v), 0, first)
}

function storeOne(f: Body, { pointer, bytes }: Stream, v: Expr<'v128'>): void {
  if (bytes === 4) f.storeLane(32, pointer, v, 0)
  else f.storeLane(8, pointer, narrow(f, v), 0)
}
