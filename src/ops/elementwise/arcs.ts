// The inverses of sine, cosine and tangent.

import type { Arith } from '../../arith/arith.ts'
import { call } from '../../arith/graph.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { odd, type Polynomial, signed } from './polynomial.ts'

/** (arcsin x ÷ x − 1) ÷ x² in x² up to ¼, and (arctan x ÷ x − 1) ÷ x² in x² up to tan²(π/8), by test/golden/fits.py. */
const arcsinNearZero: Polynomial = [0.1666666, 0.07500504, 0.044516955, 0.031807717, 0.014438604, 0.037516452]
const arctanNearZero: Polynomial = [-0.33333316, 0.19998471, -0.14243533, 0.1059381, -0.060782135]

/** How far the float32 nearest to π/2 is above it. */
const halfTurnExcess = Math.fround(Math.PI / 2) - Math.PI / 2

/** arcsin of |x| up to ½, else of √((1 − |x|) ÷ 2), which is half the angle from there to ±1. */
function arcsinOfPart<V, M>(m: Arith<V, M>, x: V): { readonly part: V; readonly inner: M } {
  const size = m.abs(x)
  const inner = m.lessEqual(size, 0.5)
  return { part: odd(m, m.select(inner, x, m.sqrt(m.mul(m.sub(1, size), 0.5))), arcsinNearZero), inner }
}

/** √(1 − x²), exact near ±1. */
const beside = <V, M>(m: Arith<V, M>, x: V): V => m.sqrt(m.mul(m.sub(1, x), m.add(x, 1)))

/** The angle from −π/2 to π/2 whose sine is x; NaN outside [−1, 1]. */
export const arcsin: Formula = {
  name: 'arcsin',
  floats: true,
  compute(m, x) {
    const { part, inner } = arcsinOfPart(m, x)
    const outer = m.sub(Math.PI / 2, m.madd(part, 2, halfTurnExcess))
    return m.select(inner, part, signed(m, outer, x))
  },
  derivative: (m, _k, dy, [x]) => m.div(dy, beside(m, x)),
}

/** The angle from 0 to π whose cosine is x; NaN outside [−1, 1]. */
export const arccos: Formula = {
  name: 'arccos',
  floats: true,
  compute(m, x) {
    const { part, inner } = arcsinOfPart(m, x)
    const twice = m.add(part, part)
    const outer = m.select(m.greater(x, 0), twice, m.sub(Math.PI, m.add(twice, 2 * halfTurnExcess)))
    return m.select(inner, m.sub(Math.PI / 2, m.add(part, halfTurnExcess)), outer)
  },
  derivative: (m, _k, dy, [x]) => m.neg(m.div(dy, beside(m, x))),
}

/** arctan of x ≥ 0: around 0, 1 or ∞, whichever is nearest as an angle. */
function arctanOfSize<V, M>(m: Arith<V, M>, x: V): V {
  const [aroundOne, aroundInfinity] = [m.greater(x, Math.tan(Math.PI / 8)), m.greater(x, Math.tan((3 * Math.PI) / 8))]
  const chosen = (infinity: V | number, one: V | number, zero: V) =>
    m.select(aroundInfinity, infinity, m.select(aroundOne, one, zero))
  const of = chosen(m.div(-1, x), m.div(m.sub(x, 1), m.add(x, 1)), x)
  const zero = m.constant(0)
  const low = m.sub(odd(m, of, arctanNearZero), chosen(halfTurnExcess, halfTurnExcess / 2, zero))
  // 0 + x is no step of its own: around 0 the result keeps the sign of −0
  return m.select(aroundOne, m.add(chosen(Math.PI / 2, Math.PI / 4, zero), low), low)
}

/** The angle from −π/2 to π/2 whose tangent is x. */
export const arctan: Formula = {
  name: 'arctan',
  floats: true,
  compute: (m, x) => signed(m, arctanOfSize(m, m.abs(x)), x),
  derivative(m, _k, dy, [x]) {
    // from 2³⁰ on the slope is 1 ÷ x², and x² may overflow
    const beyond = m.greater(m.abs(x), 2 ** 30)
    return m.select(beyond, m.div(m.div(dy, x), x), m.div(dy, m.madd(x, x, 1)))
  },
}

/** Whether x is below 0, or −0. */
const hasSign = <V, M>(m: Arith<V, M>, x: V): M => m.or(m.less(x, 0), m.less(m.div(1, x), 0))

/** The angle of the point (x, y) from −π to π, with C's special cases: 0 and ±0, ∞ and ±∞. */
export const arctan2: Formula = {
  name: 'arctan2',
  floats: true,
  compute(m, y, x) {
    const [width, height] = [m.abs(x), m.abs(y)]
    const [shorter, longer] = [m.min(width, height), m.max(width, height)]
    const diagonal = m.select(m.equal(longer, 0), 0, m.constant(1))
    const slope = m.select(m.equal(shorter, longer), diagonal, m.div(shorter, longer))
    const flat = call(m, arctan, slope)
    const right = m.select(m.greater(height, width), m.sub(Math.PI / 2, m.add(flat, halfTurnExcess)), flat)
    const upper = m.select(hasSign(m, x), m.sub(Math.PI, m.add(right, 2 * halfTurnExcess)), right)
    return m.select(hasSign(m, y), m.neg(upper), upper)
  },
  derivative(m, k, dy, [y, x]) {
    // x ÷ (x² + y²) and −y ÷ (x² + y²), by the quotient that is 1 at most, so that no square overflows; 0 at (0, 0)
    const flat = m.greaterEqual(m.abs(x), m.abs(y))
    const longer = m.select(flat, x, y)
    const quotient = m.div(m.select(flat, y, x), longer)
    const unit = m.div(m.div(dy, longer), m.madd(quotient, quotient, 1))
    const other = m.mul(unit, quotient)
    const slope = k === 0 ? m.select(flat, unit, other) : m.neg(m.select(flat, other, unit))
    return m.select(m.and(m.equal(x, 0), m.equal(y, 0)), 0, slope)
  },
}
