// How kernels read index arrays: of any dtype but float16, cut to integers and clipped into range.
import { sizeOf } from '../../core/shape.ts'
import { type Body, type Expr, f32, i32, type Local } from '../../kernel/wasm/asm.ts'
import { leastSigned, positive } from '../../kernel/wasm/loops.ts'

/** Element types of index arrays. */
export type IndexType = 'float32' | 'int32' | 'int8' | 'uint8'

/** Index number i as an integer; NaN is 0. */
export function loadIndex(base: Expr<'i32'>, i: Expr<'i32'>, type: IndexType): Expr<'i32'> {
  if (type === 'uint8') return i32.load8_u(i32.add(base, i))
  if (type === 'int8') return i32.load8_s(i32.add(base, i))
  const at = i32.add(base, i32.shl(i, 2))
  return type === 'int32' ? i32.load(at) : i32.trunc_sat_f32_s(f32.load(at))
}

/** Index number i, the nearest from 0 to below `count`. */
export function loadClipped(
  f: Body,
  base: Expr<'i32'>,
  i: Expr<'i32'>,
  type: IndexType,
  count: Local<'i32'>,
): Local<'i32'> {
  const index = f.let(loadIndex(base, i, type))
  index.set(positive(index))
  const last = f.let(i32.sub(count, 1))
  index.set(leastSigned(index, last))
  return index
}

/** Sizes around an axis of an array as it lies in memory: plain, or channels last with axis 1 innermost. */
export function around(
  { shape, order }: { readonly shape: readonly number[]; readonly order: 'plain' | 'channelsLast' },
  axis: number,
): { outer: number; count: number; inner: number } {
  if (order === 'channelsLast') return { outer: shape[0] * shape[2] * shape[3], count: shape[1], inner: 1 }
  return { outer: sizeOf(shape.slice(0, axis)), count: shape[axis], inner: sizeOf(shape.slice(axis + 1)) }
}
