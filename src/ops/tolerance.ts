// How far an engine's result may be from the reference engine's: one policy for all ops.

/** ε of float32: the distance from 1 to the next number. */
const epsilon = 2 ** -23

/** Allowed distance: `relative` to the true value, `absolute`, or that of a sum of `terms` terms. */
export interface Tolerance {
  readonly relative?: number
  readonly absolute?: number
  /** Length K of the sums: allows √K · ε · Σ|terms|, where Σ|terms| is the op's result on the inputs' magnitudes. */
  readonly terms?: number
  /** Why it is looser than the policy; printed when the case fails. */
  readonly reason?: string
}

/** For data movement, comparison and correctly rounded arithmetic: the same bits, −0 apart from 0, any NaN for NaN. */
export const exact: Tolerance = {}

/** For transcendental functions: 1e-6 relative, and the smallest normal number where results get subnormal. */
export const elementary: Tolerance = { relative: 1e-6, absolute: 2 ** -126 }

/** The tolerance of sums of `terms` products or terms. */
export function sumOf(terms: number): Tolerance {
  return { terms }
}

/** For what can't keep to the policy, with the reason. */
export function looser(bounds: Omit<Tolerance, 'reason'>, reason: string): Tolerance {
  return { ...bounds, reason }
}

/** Distance allowed from a true value, given Σ|terms| of the sum that made it. */
export function allowed(tolerance: Tolerance, want: number, magnitude: number): number {
  const sums = tolerance.terms === undefined ? 0 : Math.sqrt(tolerance.terms) * epsilon * Math.abs(magnitude)
  return (tolerance.absolute ?? 0) + (tolerance.relative ?? 0) * Math.abs(want) + sums
}

/** Distance allowed between gradients on two engines: each of their elements may be a sum over all head elements. */
export function allowedGradient(heads: number, largest: number): number {
  return 4 * Math.sqrt(heads) * epsilon * largest
}

/** Distance allowed between a directional derivative and its central difference in float64, given the terms' size. */
export function allowedDifference(magnitude: number): number {
  return 1e-6 * magnitude + 1e-9
}

/** Whether a value is close enough. */
export function close(got: number, want: number, distance: number): boolean {
  if (distance === 0 || !Number.isFinite(want)) return Object.is(got, want)
  return Math.abs(got - want) <= distance
}
