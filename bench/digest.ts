// A digest of an array: a few numbers by which two systems can tell that they computed the same.

/** Numbers in a digest. */
const LENGTH = 16

/**
 * Sums of every sixteenth element, each sum starting one further, with signs that look random: a wrong element changes one
 * sum, elements in another order change all. `digest` in peers/sweep.py is the same.
 */
export function digest(values: ArrayLike<number>): number[] {
  const sums = new Array<number>(LENGTH).fill(0)
  for (let i = 0; i < values.length; i++) sums[i % LENGTH] += signed(i, values[i])
  return sums
}

/** The value or its negative, by the top bit of the position's hash (the middle of MurmurHash3's last step). */
function signed(position: number, value: number): number {
  let hash = Math.imul(position ^ (position >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash < 0 ? -value : value
}
