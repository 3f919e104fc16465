// Sine, cosine and tangent of any float32: the angle is reduced exactly, whatever its size, and polynomials do the rest.
import type { Arith } from '../../arith/arith.ts'
import { call } from '../../arith/graph.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { horner, odd, type Polynomial } from './polynomial.ts'

/** 1 / 2π in base 4096, from the first digit behind the point. */
const turnsOfOne = [
  651, 3680, 3513, 913, 84, 2687, 157, 1524, 2004, 3383, 1795, 1752, 2646, 1615, 270, 1040, 2041,
] as const

/** Angles from 2²⁴ᵏ to 2²⁴ᵏ⁺²⁴ are group k. */
const groups = [1, 2, 3, 4, 5] as const

/** What follows adds less than 2⁻⁵⁸ turns; no float32 but 0 is nearer than 2⁻³² turns to a multiple of a quarter. */
const digitsOfTurn = 6

/** (sin r ÷ r − 1) ÷ r², (cos r − 1 + r²/2) ÷ r⁴ and (tan r ÷ r − 1) ÷ r² in r² up to (π/4)², by test/golden/fits.py. */
const sinNearZero: Polynomial = [-0.16666667, 0.008333329, -0.00019839313, 2.7181216e-6]
const cosNearZero: Polynomial = [0.041666646, -0.0013887316, 2.4433155e-5]

const tanNearZero: Polynomial = [0.3333335, 0.13332663, 0.05405992, 0.02128217, 0.010835849, 8.950297e-5, 0.0043762857]

/** What is chosen by the group that an angle is of. */
function byGroup<V, M>(m: Arith<V, M>, size: V, kind: 'float' | 'int', of: (group: number) => number): V {
  const choose = (chosen: V, group: number) =>
    m.select(m.less(size, 2 ** (24 * group)), chosen, m.constant(of(group), kind))
  return groups.reduce(choose, m.constant(of(0), kind))
}

/** The angle ÷ 2²⁴ᵏ in base 4096: two digits before the point, two behind it, and what a float64 has left. */
function digitsOf<V, M>(m: Arith<V, M>, x: V, size: V): { readonly digits: readonly V[]; readonly left: V } {
  const scale = byGroup(m, size, 'float', (group) => 2 ** (-24 * group))
  const digits: V[] = []
  let left = m.mul(m.mul(x, scale), 2 ** -12)
  for (let i = 0; i < 4; i++) {
    const digit = m.trunc(left)
    digits.push(m.toInt(digit))
    left = m.mul(m.sub(left, digit), 4096)
  }
  return { digits, left: m.mul(left, 2 ** -36) }
}

/** A sum of products as a carry to the digit before, which is `base` times as much, and what stays. */
function carried<V, M>(m: Arith<V, M>, sum: V, base: number): readonly [carry: V, stays: V] {
  const carry = m.toInt(m.mul(m.toFloat(sum), 1 / base))
  return [carry, m.sub(sum, m.mul(carry, base))]
}

/** The digits of the angle in turns; what they add up to before the point does not count. */
function turnsOf<V, M>(m: Arith<V, M>, size: V, digits: readonly V[]): readonly V[] {
  // digit i is of 4096²ᵏ⁺¹⁻ⁱ, factor j of 4096¹⁻²ᵏ⁻ʲ
  const factors = Array.from({ length: digitsOfTurn + 3 }, (_, j) =>
    byGroup(m, size, 'int', (group) => turnsOfOne[2 * group + j - 2] ?? 0),
  )
  return Array.from({ length: digitsOfTurn }, (_, k) => {
    const products = digits.map((digit, i) => m.mul(digit, factors[k + 3 - i]))
    return products.reduce((sum, product) => m.add(sum, product))
  })
}

/** 2π as twelve bits, and the rest. */
const turnHigh = Math.round(2 * Math.PI * 2 ** 9) / 2 ** 9
const turnLow = 2 * Math.PI - turnHigh

/** An angle as n quarters of a turn, from −2 to 2, and a rest of an eighth of a turn at most. */
interface Reduced<V> {
  readonly quarters: V
  readonly rest: V
}

/**
 * The angle without whole quarters. It is multiplied by 1 / 2π digit by digit in integers, of which whole turns fall off
 * (M. Payne and R. Hanek: Radian Reduction for Trigonometric Functions, 1983).
 */
function reduced<V, M>(m: Arith<V, M>, x: V): Reduced<V> {
  const size = m.abs(x)
  const { digits, left } = digitsOf(m, x, size)
  const sums = turnsOf(m, size, digits)
  const [carry4, fourth] = carried(m, sums[3], 4096)
  const [carry3, third] = carried(m, m.add(sums[2], carry4), 16)
  // in units of 2⁻³² turns, modulo a turn
  const turn = m.add(m.add(m.mul(sums[0], 2 ** 20), m.mul(sums[1], 2 ** 8)), carry3)
  const quarters = m.round(m.mul(m.toFloat(turn), 2 ** -30))
  const whole = m.sub(turn, m.mul(m.toInt(quarters), 2 ** 30))
  const lowest = m.madd(m.toFloat(sums[5]), 2 ** -40, m.mul(m.toFloat(sums[4]), 2 ** -28))
  const below = m.add(m.mul(m.toFloat(fourth), 2 ** -16), lowest)
  // the product with 2π is exact in twelve bits of each factor
  const high = m.round(m.mul(m.toFloat(whole), 2 ** -17))
  const middle = m.sub(whole, m.mul(m.toInt(high), 2 ** 17))
  const low = m.add(m.toFloat(middle), m.add(m.mul(m.toFloat(third), 2 ** -4), below))
  const correction = m.madd(low, (2 * Math.PI) / 2 ** 32, m.madd(high, turnLow * 2 ** -15, left))
  const rest = m.add(m.mul(high, turnHigh * 2 ** -15), correction)
  const small = m.less(size, 0.78)
  return {
    quarters: m.select(small, 0, quarters),
    rest: m.select(small, x, m.select(m.less(size, Number.POSITIVE_INFINITY), rest, Number.NaN)),
  }
}

/** sin r and cos r for r up to an eighth of a turn. */
function nearZero<V, M>(m: Arith<V, M>, r: V): readonly [sin: V, cos: V] {
  const square = m.mul(r, r)
  const cos = m.madd(m.mul(square, square), horner(m, square, cosNearZero), m.sub(1, m.mul(square, 0.5)))
  return [odd(m, r, sinNearZero), cos]
}

/** One of four by the quarter. */
function byQuarter<V, M>(m: Arith<V, M>, quarters: V, [none, one, two, three]: readonly [V, V, V, V]): V {
  const behind = m.select(m.equal(quarters, 0), none, m.select(m.equal(quarters, 1), one, two))
  return m.select(m.equal(quarters, -1), three, behind)
}

/** sin and cos of an angle of whole quarters, from −2 to 2, and a rest of an eighth of a turn at most. */
export function sinAndCos<V, M>(m: Arith<V, M>, quarters: V, rest: V): readonly [sin: V, cos: V] {
  const [s, c] = nearZero(m, rest)
  const [minusS, minusC] = [m.neg(s), m.neg(c)]
  return [byQuarter(m, quarters, [s, c, minusS, minusC]), byQuarter(m, quarters, [c, minusS, minusC, s])]
}

/** sin x; NaN for ±∞. */
export const sin: Formula = {
  name: 'sin',
  floats: true,
  compute(m, x) {
    const { quarters, rest } = reduced(m, x)
    return sinAndCos(m, quarters, rest)[0]
  },
  derivative: (m, _k, dy, [x]) => m.mul(dy, call(m, cos, x)),
}

/** cos x; NaN for ±∞. */
export const cos: Formula = {
  name: 'cos',
  floats: true,
  compute(m, x) {
    const { quarters, rest } = reduced(m, x)
    return sinAndCos(m, quarters, rest)[1]
  },
  derivative: (m, _k, dy, [x]) => m.neg(m.mul(dy, call(m, sin, x))),
}

/** tan x, of an odd number of quarters −1 ÷ tan r; its slope 1 + y² is made of the result. */
export const tan: Formula = {
  name: 'tan',
  floats: true,
  compute(m, x) {
    const { quarters, rest } = reduced(m, x)
    const t = odd(m, rest, tanNearZero)
    return m.select(m.equal(m.abs(quarters), 1), m.div(-1, t), t)
  },
  derivative: (m, _k, dy, _xs, y) => m.mul(dy, m.madd(y, y, 1)),
}
