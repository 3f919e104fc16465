// How element-wise kernels are cut into items: chunks of a fixed number of bytes, the last one shorter.
import { sizeOf } from '../../core/shape.ts'
import { type Body, i32, type Local } from './asm.ts'
import { elementBytes } from './elements.ts'
import { least } from './loops.ts'
import type { PlannedArray } from './plan.ts'

/** Bytes an item; a multiple of every element size and of a cache line. */
export const chunkBytes = 65536

/** Number of items for that many bytes. */
export function chunksOf(bytes: number): number {
  return Math.ceil(bytes / chunkBytes)
}

/** First byte and number of bytes of this item's chunk, given the bytes in all. */
export function byteRange(
  f: Body,
  { index }: { readonly index: Local<'i32'> },
  total: Local<'i32'>,
): { begin: Local<'i32'>; bytes: Local<'i32'> } {
  const begin = f.let(i32.mul(index, chunkBytes))
  const left = f.let(i32.sub(total, begin))
  return { begin, bytes: f.let(least(left, chunkBytes)) }
}

/** Bytes of all elements. */
export function bytesOf({ shape, dtype }: PlannedArray): number {
  return sizeOf(shape) * elementBytes(dtype)
}
