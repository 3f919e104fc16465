// How a long axis is cut for a scan.
import type { around } from '../../core/shape.ts'

/**
 * How many elements of the axis make a part, where parts are worth it: their totals are scanned first, and then each part
 * from the total before it (G. E. Blelloch: Prefix Sums and Their Applications, 1990). About as many parts as elements of one.
 */
export function partOf({ outer, count, inner }: ReturnType<typeof around>, fewest: number): number {
  if (count <= 512 || outer * inner >= fewest) return Math.max(1, count)
  return Math.max(256, 2 ** Math.ceil(Math.log2(count) / 2))
}
