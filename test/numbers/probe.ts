// Norm and sixty-four dot products with seeded ±1 vectors, as golden/probe.py makes them, and the distances they show.

/** What a golden file keeps of an array. */
export interface Summary {
  readonly norm: number
  readonly dots: readonly number[]
}

/** A seeded mix of the bits of an unsigned 32-bit integer. */
function mixed(word: number): number {
  let x = word
  x ^= x >>> 16
  x = Math.imul(x, 0x7feb352d)
  x ^= x >>> 15
  x = Math.imul(x, 0x846ca68b)
  x ^= x >>> 16
  return x >>> 0
}

/** The 64 signed sums of an array in row-major order: a set bit of hash(2i) or hash(2i + 1) means minus. */
export function dots(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(64)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const [first, second] = [mixed(2 * i), mixed(2 * i + 1)]
    for (let k = 0; k < 32; k++) {
      sums[k] += (first >>> k) & 1 ? -value : value
      sums[32 + k] += (second >>> k) & 1 ? -value : value
    }
  }
  return sums
}

/** Root of the sum of squares. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i]
  return Math.sqrt(sum)
}

/** The distance to an array of which only the summary is known, relative to its norm; standard error about 9 %. */
export function distance(values: ArrayLike<number>, golden: Summary): number {
  const own = dots(values)
  const squares = golden.dots.reduce((sum, dot, k) => sum + (own[k] - dot) ** 2, 0)
  return Math.sqrt(squares / golden.dots.length) / golden.norm
}
