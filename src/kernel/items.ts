// How finely work is cut.

/** Items wanted, so that many threads have work; what is worth an item, and what none should pass. */
const [usual, least, most] = [16, 5e5, 160e6]

/** How many items a product of so many operations should have: a fraction, from 1 on. */
export function itemsFor(operations: number): number {
  return Math.min(Math.max(usual, operations / most), Math.max(1, operations / least))
}
