// The matrices of Winograd's short convolutions, made from interpolation points.

/** A matrix by rows. */
export type Matrix = readonly (readonly number[])[]

/** y = AT · ((G · g) ⊙ (BT · d)) gives m outputs of a correlation of d, of n = m + r − 1, with r taps g. */
export interface CookToom {
  readonly AT: Matrix
  readonly G: Matrix
  readonly BT: Matrix
}

/**
 * The finite points by n: those of few bits, so that A and B are exact in float32, that round least
 * (docs/performance.md).
 */
const points: Readonly<Record<number, readonly number[]>> = {
  2: [0],
  3: [0, 1],
  4: [0, 1, -1],
  5: [0, 1, -2, -0.5],
  6: [0, 2, -2, 0.5, -0.5],
  7: [0, 1, -1, 2, -2, 0.375],
  8: [0, 1, -1, 2, -2, 0.5, -0.5],
}

/** The transpose. */
export const transposed = (matrix: Matrix): Matrix => matrix[0].map((_, j) => matrix.map((row) => row[j]))

/** The coefficients of Π (x − p), the constant one first. */
function product(roots: readonly number[]): number[] {
  let coefficients = [1]
  for (const root of roots) {
    coefficients = Array.from({ length: coefficients.length + 1 }, (_, i) => {
      return (coefficients[i - 1] ?? 0) - root * (coefficients[i] ?? 0)
    })
  }
  return coefficients
}

/**
 * F(m, r) by the Cook–Toom construction with the point at infinity (Lavin and Gray, "Fast Algorithms for Convolutional
 * Neural Networks", 2015; the transposed algorithm of Blahut, "Fast Algorithms for Signal Processing", 5.2). Throws for
 * n = m + r − 1 above 8: more points lose too many digits.
 */
export function cookToom(m: number, r: number): CookToom {
  const n = m + r - 1
  const finite = points[n]
  if (!finite) throw new Error(`[cookToom] number of points: got ${n}, expected 2 to 8`)
  const others = (j: number) => finite.filter((_, k) => k !== j)
  const last = (length: number, i: number) => (i === length - 1 ? 1 : 0)
  const powers = (p: number, length: number) => Array.from({ length }, (_, i) => p ** i)
  const AT = Array.from({ length: m }, (_, i) => [...finite.map((p) => p ** i), last(m, i)])
  const scale = finite.map((p, j) => others(j).reduce((all, q) => all * (p - q), 1))
  const G = [
    ...finite.map((p, j) => powers(p, r).map((x) => x / scale[j])),
    Array.from({ length: r }, (_, i) => last(r, i)),
  ]
  const BT = [...finite.map((_, j) => [...product(others(j)), 0]), product(finite)]
  return { AT, G, BT }
}
