// Loops over whole arrays: pointwise kernels of any length, eight elements a round where that many are left.
import { type Body, type Expr, i32, type Local, type Operand } from './asm.ts'
import { bytesOf, load, type Source, type Stored, store } from './elements.ts'

/** An array that a sweep walks through, or indices: the address of the next element, and the type of elements. */
export interface Stream {
  readonly pointer: Local<'i32'>
  readonly element: Source
}

/** Four elements of a stream, as float32 or int32 lanes. */
export type Load = (stream: Stream) => Local<'v128'>

/** What a round leaves: streams and the four lanes to store there; integers are taken modulo their range. */
export type Stores = readonly (readonly [Stream, Expr<'v128'>])[]

/**
 * Calls `four` to write the code for four elements: it loads its inputs and returns what to store. All streams move
 * on by `count` elements. The code stands in three places: two fours side by side, whose stores come in pairs 16 bytes
 * apart (the form that V8's revectorizer makes 256-bit operations of), one four, and single elements in lane 0 of it.
 */
export function sweep(f: Body, count: Operand<'i32'>, streams: readonly Stream[], four: (load: Load) => Stores): void {
  const n = f.local('i32', count)
  const bumps = (elements: number) => streams.map((s) => [s.pointer, bytesOf(s.element) * elements] as const)
  const halves = [0, 4].map((first) => ({
    first,
    load: (s: Stream) => f.let(load(f, s.element, s.pointer, 4, first / 4)),
  }))
  f.times(
    i32.shr_u(n, 3),
    () => {
      const stores = halves.map(({ load }) => four(load).map(([s, v]) => [s, f.let(v)] as const))
      stores[0].forEach((_, i) => {
        for (const { first } of halves) storeTo(f, ...stores[first / 4][i], 4, first / 4)
      })
    },
    bumps(8),
  )
  f.times(
    i32.and(i32.shr_u(n, 2), 1),
    () => {
      for (const [s, v] of four(halves[0].load)) storeTo(f, s, v, 4)
    },
    bumps(4),
  )
  f.times(
    i32.and(n, 3),
    () => {
      for (const [s, v] of four((s) => f.let(load(f, s.element, s.pointer, 1)))) storeTo(f, s, v, 1)
    },
    bumps(1),
  )
}

function storeTo(f: Body, { pointer, element }: Stream, v: Expr<'v128'>, lanes: 4 | 1, vector = 0): void {
  store(f, element as Stored, pointer, v, lanes, vector)
}
