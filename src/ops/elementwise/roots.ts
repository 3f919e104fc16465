// Logarithms to other bases than e, cubic roots and the hypotenuse.

import type { Arith } from '../../arith/arith.ts'
import type { Formula } from '../../kinds/formula/formula.ts'

/** x = 2^exponent · mantissa, exactly; the mantissa of a positive float32 lies from √½ to √2. */
function splitByTwo<V, M>(m: Arith<V, M>, x: V): { readonly exponent: V; readonly mantissa: V } {
  let mantissa = x
  let exponent = m.constant(0)
  const scale = (when: M, by: number) => {
    mantissa = m.select(when, m.mul(mantissa, 2 ** -by), mantissa)
    exponent = m.select(when, m.add(exponent, by), exponent)
  }
  // from 2⁻¹⁴⁹ by two factors, since 2¹⁴⁹ is no float32
  scale(m.less(mantissa, 2 ** -74), -75)
  scale(m.less(mantissa, 1), -75)
  for (const by of [64, 32, 16, 8, 4, 2, 1]) scale(m.greaterEqual(mantissa, 2 ** by), by)
  scale(m.greater(mantissa, Math.SQRT2), 1)
  return { exponent, mantissa }
}

/** The logarithm to base 2, exact at powers of two. */
export const log2: Formula = {
  name: 'log2',
  floats: true,
  compute(m, x) {
    const { exponent, mantissa } = splitByTwo(m, x)
    return m.madd(m.log(mantissa), Math.LOG2E, exponent)
  },
  derivative: (m, _k, dy, [x]) => m.div(m.mul(dy, Math.LOG2E), x),
}

/** log₁₀ 2 as 12 bits, of which products with exponents are exact, and the rest. */
const log2High = Math.round(Math.log10(2) * 2 ** 13) / 2 ** 13
const log2Low = Math.log10(2) - log2High

/** The logarithm to base 10. */
export const log10: Formula = {
  name: 'log10',
  floats: true,
  compute(m, x) {
    const { exponent, mantissa } = splitByTwo(m, x)
    const low = m.madd(m.log(mantissa), Math.LOG10E, m.mul(exponent, log2Low))
    return m.add(m.mul(exponent, log2High), low)
  },
  derivative: (m, _k, dy, [x]) => m.div(m.mul(dy, Math.LOG10E), x),
}

/** ∛x: e^(ln|x| ÷ 3) and a step of Newton's, by a quotient that neither overflows nor vanishes. */
function cubicRoot<V, M>(m: Arith<V, M>, x: V): V {
  const size = m.abs(x)
  const near = m.exp(m.mul(m.log(size), 1 / 3))
  const better = m.madd(m.sub(m.div(size, m.mul(near, near)), near), 1 / 3, near)
  const itself = m.or(m.equal(size, 0), m.equal(size, Number.POSITIVE_INFINITY))
  return m.select(itself, x, m.select(m.less(x, 0), m.neg(better), better))
}

/** The cubic root, of negative numbers too; its slope y ÷ 3x, and ∞ at 0. */
export const cbrt: Formula = {
  name: 'cbrt',
  floats: true,
  compute: (m, x) => cubicRoot(m, x),
  derivative(m, _k, dy, [x], y) {
    const slope = m.div(m.div(y, 3), x)
    return m.mul(dy, m.select(m.equal(x, 0), Number.POSITIVE_INFINITY, slope))
  },
}

/** 1 ÷ ∛x; its slope −y ÷ 3x. */
export const rcbrt: Formula = {
  name: 'rcbrt',
  floats: true,
  compute: (m, x) => m.div(1, cubicRoot(m, x)),
  derivative: (m, _k, dy, [x], y) => m.neg(m.mul(dy, m.div(m.div(y, 3), x))),
}

/** The longer side, and √(1 + q²) for the quotient q of the shorter one and it: their product is the hypotenuse. */
function sides<V, M>(m: Arith<V, M>, a: V, b: V): { readonly longer: V; readonly ratio: V } {
  const [one, other] = [m.abs(a), m.abs(b)]
  const longer = m.max(one, other)
  const quotient = m.div(m.min(one, other), longer)
  return { longer, ratio: m.sqrt(m.madd(quotient, quotient, 1)) }
}

/** √(a² + b²) of any magnitude; its slopes a ÷ y and b ÷ y are 0 at (0, 0). */
export const hypot: Formula = {
  name: 'hypot',
  floats: true,
  compute(m, a, b) {
    const { longer, ratio } = sides(m, a, b)
    const infinite = m.or(m.equal(m.abs(a), Number.POSITIVE_INFINITY), m.equal(m.abs(b), Number.POSITIVE_INFINITY))
    const length = m.select(m.equal(longer, 0), longer, m.mul(longer, ratio))
    return m.select(infinite, Number.POSITIVE_INFINITY, length)
  },
  derivative(m, k, dy, [a, b]) {
    // not of the result, which may be infinite
    const { longer, ratio } = sides(m, a, b)
    return m.select(m.equal(longer, 0), 0, m.mul(dy, m.div(m.div(k === 0 ? a : b, longer), ratio)))
  },
}
