// Polynomials, of which formulas of one operand are made.
import type { Arith } from '../../arith/arith.ts'

/** Coefficients from the constant up. */
export type Polynomial = readonly number[]

/** c₀ + c₁x + c₂x² + …, by Horner's rule. */
export function horner<V, M>(m: Arith<V, M>, x: V, coefficients: Polynomial): V {
  const [first, ...rest] = coefficients.toReversed()
  return rest.reduce<V>((sum, c) => m.madd(sum, x, c), m.constant(first))
}

/** x + x³ · p(x²): x itself around 0, with the sign of −0. */
export function odd<V, M>(m: Arith<V, M>, x: V, p: Polynomial): V {
  const square = m.mul(x, x)
  return m.select(m.less(square, 2 ** -28), x, m.madd(m.mul(x, square), horner(m, square, p), x))
}

/** y with the sign of x, and of −0; y is not negative. */
export function signed<V, M>(m: Arith<V, M>, y: V, x: V): V {
  return m.select(m.greater(x, 0), y, m.select(m.equal(x, 0), x, m.neg(y)))
}
