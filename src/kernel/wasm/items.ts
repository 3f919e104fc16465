// How finely work is cut.

/** Items wanted, so that many threads have work. */
export const wantedItems = 16
/** Operations that are worth an item, and that none should pass. */
const [least, most] = [5e5, 160e6]

/** How many items a product of `operations` operations should have: a fraction, at least 1. */
export function itemsFor(operations: number): number {
  return Math.min(Math.max(wantedItems, operations / most), Math.max(1, operations / least))
}

/**
 * Into how many pieces, a fraction, to cut a factor of size `own`, whose pieces all meet those of the `other` factor in
 * `items` items, so that both together are read again least.
 */
export function piecesOf(items: number, own: number, other: number): number {
  return Math.min(items, Math.sqrt((items * own) / other))
}
