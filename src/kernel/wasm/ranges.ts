// How element-wise kernels are cut into items: chunks of a fixed number of bytes, the last one shorter.
import { type Body, i32, type Local } from './asm.ts'
import { least } from './loops.ts'

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
