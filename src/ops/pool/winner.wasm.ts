// The winner of a window on lanes: how values meet the best so far, and how positions are stored and found again.
import type { DType } from '../../core/dtype.ts'
import { type Body, type Expr, f32x4, i8x16, i16x8, i32, i32x4, type Local, v128 } from '../../kernel/wasm/asm.ts'
import { type Block, loadFloats, locals, storeFloats, zeros } from './windowRows.ts'

/** How positions are stored: not at all, as bytes, or as int32. */
export type Positions = 0 | 1 | 4

/** Bytes of a position. */
export const positionBytes = (dtype: DType): 1 | 4 => (dtype === 'uint8' ? 1 : 4)

/** Winners of a block: values and positions. */
export interface Winners {
  readonly values: readonly Local<'v128'>[]
  readonly positions: readonly Local<'v128'>[]
}

/** Lets a value meet the winner so far of a vector of the block: where it wins, its position does, too. */
export type Meet = (vector: number, value: Local<'v128'>, position: Expr<'v128'>) => void

/** A value against the best so far: lanes of ones where it wins, and the larger of the two. */
type Compare = (f: Body, value: Local<'v128'>, best: Local<'v128'>) => { wins: Expr<'v128'>; larger: Expr<'v128'> }

/** Numbers alone. */
const numbers: Compare = (_f, value, best) => ({ wins: f32x4.gt(value, best), larger: f32x4.pmax(best, value) })

/** NaN above all numbers. */
const anything: Compare = (f, value, best) => {
  const wins = f.let(v128.or(f32x4.gt(value, best), v128.andnot(isNaN(value), isNaN(best))))
  return { wins, larger: v128.bitselect(value, best, wins) }
}

const isNaN = (value: Local<'v128'>) => f32x4.ne(value, value)

/** Whether NaN was met: `seen` is called with each value, or with sums of them. */
export function watchNaN(f: Body): { seen(value: Local<'v128'>): void; readonly met: Expr<'i32'> } {
  const numbers = f.let(i32x4.const(-1))
  return {
    seen: (value) => numbers.set(v128.and(numbers, f32x4.eq(value, value))),
    met: i32.eqz(i32x4.all_true(numbers)),
  }
}

/** How values meet winners, where all are numbers or where some may be NaN. */
export function meeting(f: Body, { values, positions }: Winners, mayBeNaN: boolean): Meet {
  const compare = mayBeNaN ? anything : numbers
  return (i, value, position) => {
    const { wins, larger } = compare(f, value, values[i])
    if (positions.length > 0) positions[i].set(v128.bitselect(position, positions[i], wins))
    values[i].set(larger)
  }
}

/** Stores the winners of a block. */
export function storeWinners(
  f: Body,
  block: Block,
  to: { readonly y: Local<'i32'>; readonly argmax: Local<'i32'>; readonly positions: Positions },
  { values, positions }: Winners,
): void {
  storeFloats(f, block, to.y, values)
  if (to.positions === 4) storeFloats(f, block, to.argmax, positions)
  if (to.positions !== 1) return
  const words = (i: number) =>
    i16x8.narrow_i32x4_u(positions[i % positions.length], positions[(i + 1) % positions.length])
  const bytes = f.let(i8x16.narrow_i16x8_u(words(0), words(2)))
  if (block === 16) f.store(to.argmax, bytes)
  else f.storeLane(block === 4 ? 32 : 8, to.argmax, bytes, 0)
}

/** Lanes of ones where the positions at an address are the one sought. */
export function masks(f: Body, block: Block, at: Local<'i32'>, sought: Local<'i32'>, positions: 1 | 4): Expr<'v128'>[] {
  const words = f.let(i32x4.splat(sought))
  if (positions === 4) return locals(f, block, zeros).map((_, i) => i32x4.eq(loadFloats(block, at, i), words))
  if (block === 1) return [i32x4.eq(i32x4.splat(i32.load8_u(at)), words)]
  const bytes = block === 16 ? v128.load(at) : v128.load32_zero(at)
  const equal = f.let(i8x16.eq(bytes, i8x16.splat(sought)))
  const low = f.let(i16x8.extend_low_i8x16_s(equal))
  if (block === 4) return [i32x4.extend_low_i16x8_s(low)]
  const high = f.let(i16x8.extend_high_i8x16_s(equal))
  return [low, high].flatMap((half) => [i32x4.extend_low_i16x8_s(half), i32x4.extend_high_i16x8_s(half)])
}
