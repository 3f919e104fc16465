// The gamma function, its logarithm, the slope of that, and the inverse of the error function.
import type { Arith } from '../../arith/arith.ts'
import { type Callable, call } from '../../arith/graph.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { sinAndCos } from './angles.ts'
import { horner, type Polynomial } from './polynomial.ts'

/** ln Γ(1 + t) ÷ t for t from −¼ to ½, ln Γ(2 + t) ÷ t and (Γ(2 + t) − 1) ÷ t for t up to ½, by test/golden/fits.py. */
const logFromOne: Polynomial = [
  -0.5772157, 0.8224671, -0.40068734, 0.2705771, -0.20727071, 0.16946541, -0.14644052, 0.13166012, -0.10143818,
  0.04185488,
]
const logFromTwo: Polynomial = [
  0.42278433, 0.32246703, -0.06735222, 0.020581601, -0.007387427, 0.0028790566, -0.0011778432, 0.0005698217,
  -0.00026984894,
]
const fromTwo: Polynomial = [
  0.42278433, 0.41184035, 0.08157713, 0.07424854, -0.00027195082, 0.011160941, -0.002806436, 0.0020597733,
  -0.0011020452, 0.0006166442,
]

/** Stirling's series of ln Γ in 1 / x², times 1 / x; and of Γ in 1 / x. */
const logSeries: Polynomial = [1 / 12, -1 / 360, 1 / 1260]
const series: Polynomial = [1, 1 / 12, 1 / 288, -139 / 51840, -571 / 2488320]

/** Series are taken from here on. */
const far = 8

/** Less 1 as often as brings x, which is below 8, under 2½; and the product of what it was on the way. */
function lowered<V, M>(m: Arith<V, M>, x: V): { readonly rest: V; readonly product: V } {
  let rest = x
  let product = m.constant(1)
  for (let i = 0; i < 6; i++) {
    const less = m.sub(rest, 1)
    const more = m.greaterEqual(rest, 2.5)
    product = m.select(more, m.mul(product, less), product)
    rest = m.select(more, less, rest)
  }
  return { rest, product }
}

/** sin πx and cos πx for x ≥ 0: half turns are taken away exactly. */
function ofHalfTurns<V, M>(m: Arith<V, M>, x: V): readonly [sin: V, cos: V] {
  const turned = m.sub(x, m.mul(m.round(m.mul(x, 0.5)), 2))
  const quarters = m.round(m.mul(turned, 2))
  return sinAndCos(m, quarters, m.mul(m.sub(turned, m.mul(quarters, 0.5)), Math.PI))
}

/** ln Γ(x) for x > 0. */
function logOfGamma<V, M>(m: Arith<V, M>, x: V): V {
  const { rest, product } = lowered(m, x)
  const [below, beyond] = [m.less(x, 0.75), m.greaterEqual(x, far)]
  const aroundTwo = m.or(m.greaterEqual(rest, 1.5), m.and(m.greaterEqual(rest, 0.5), below))
  const t = m.select(m.less(rest, 0.5), rest, m.sub(rest, m.select(m.greaterEqual(rest, 1.5), 2, m.constant(1))))
  const near = m.mul(t, m.select(aroundTwo, horner(m, t, logFromTwo), horner(m, t, logFromOne)))
  const log = m.log(m.select(m.or(below, beyond), x, product))
  const part = m.div(1, x)
  const rises = m.madd(part, horner(m, m.mul(part, part), logSeries), Math.log(2 * Math.PI) / 2 - 0.5)
  const large = m.madd(m.sub(x, 0.5), m.sub(log, 1), rises)
  return m.select(beyond, large, m.add(near, m.select(below, m.neg(log), log)))
}

/** ln |Γ(x)|, ∞ at 0 and the negative integers; below 0 from Γ(x) · Γ(−x) = −π ÷ (x sin πx). */
export const gammaln: Formula = {
  name: 'gammaln',
  floats: true,
  compute(m, x) {
    const size = m.abs(x)
    const right = logOfGamma(m, size)
    const [sin] = ofHalfTurns(m, size)
    const left = m.sub(m.sub(m.sub(Math.log(Math.PI), m.log(m.abs(sin))), m.log(size)), right)
    // nearer to 0 both sides are −ln |x|, and π|x| may be subnormal
    const below = m.less(x, -(2 ** -60))
    const infinite = m.or(m.equal(size, Number.POSITIVE_INFINITY), m.and(below, m.equal(sin, 0)))
    return m.select(infinite, Number.POSITIVE_INFINITY, m.select(below, left, right))
  },
  derivative: (m, _k, dy, [x]) => m.mul(dy, call(m, digamma, x)),
}

/** x from −½ on, else |x|, of which the reflection makes the rest. */
function rightOf<V, M>(m: Arith<V, M>, x: V): { readonly left: M; readonly at: V } {
  const left = m.less(x, -0.5)
  return { left, at: m.select(left, m.neg(x), x) }
}

/** The slope of ln Γ: a series six steps further on, less what these steps add; below −½ by a reflection, NaN at negative integers. */
const digamma: Callable = {
  compute(m, x) {
    const { left, at } = rightOf(m, x)
    const steps = Array.from({ length: 6 }, (_, i) => m.div(1, m.add(at, i)))
    const further = m.add(at, 6)
    const part = m.div(1, further)
    const square = m.mul(part, part)
    const tail = m.mul(square, horner(m, square, [-1 / 12, 1 / 120, -1 / 252, 1 / 240]))
    const series = m.add(m.log(further), m.madd(part, -0.5, tail))
    const right = m.sub(
      series,
      steps.reduceRight((sum, step) => m.add(sum, step)),
    )
    const [sin, cos] = ofHalfTurns(m, at)
    const reflected = m.add(m.add(right, m.div(1, at)), m.div(m.mul(cos, Math.PI), sin))
    return m.select(left, m.select(m.equal(sin, 0), Number.NaN, reflected), right)
  },
}

/** Γ(x) for x ≥ −½ as two factors, since the whole may overflow: from around 2 by steps, and by Stirling's series. */
function factorsOfGamma<V, M>(m: Arith<V, M>, x: V): readonly [V, V] {
  const { rest, product } = lowered(m, x)
  const [around0, around1] = [m.less(rest, 0.5), m.less(rest, 1.5)]
  const t = m.sub(rest, m.select(around0, 0, m.select(around1, 1, m.constant(2))))
  const divisor = m.select(around0, m.mul(rest, m.add(rest, 1)), m.select(around1, rest, m.constant(1)))
  const near = m.div(m.mul(m.madd(t, horner(m, t, fromTwo), 1), product), divisor)
  // Γ(42) is 10¹¹ times as much as a float32 holds, and its factors are finite
  const held = m.min(x, 42)
  const root = m.power(held, m.sub(m.mul(held, 0.5), 0.25))
  const stretched = m.mul(m.mul(root, Math.sqrt(2 * Math.PI)), horner(m, m.div(1, held), series))
  const beyond = m.greaterEqual(x, far)
  return [m.select(beyond, stretched, near), m.select(beyond, m.mul(root, m.exp(m.neg(held))), m.constant(1))]
}

/** Γ(x); NaN at the negative integers; below −½ it is −π ÷ (|x| · sin π|x| · Γ(|x|)). */
export const gamma: Formula = {
  name: 'gamma',
  floats: true,
  compute(m, x) {
    const { left, at } = rightOf(m, x)
    const [first, second] = factorsOfGamma(m, at)
    const [sin] = ofHalfTurns(m, at)
    const reflected = m.div(m.div(m.div(-Math.PI, m.mul(at, sin)), first), second)
    return m.select(left, m.select(m.equal(sin, 0), Number.NaN, reflected), m.mul(first, second))
  },
  derivative: (m, _k, dy, [x], y) => m.mul(dy, m.mul(y, call(m, digamma, x))),
}

/** erfinv(x) ÷ x in w − 2½ for w = −ln(1 − x²) below 5, and in √w − 3 from there on, by test/golden/fits.py. */
const erfinvNear: Polynomial = [
  1.5014094, 0.24664028, -0.004177387, -0.0012527419, 0.00021834444, -4.9633477e-6, -3.4627049e-6, 4.6617066e-7,
  2.3232644e-8, -8.791057e-9,
]
const erfinvFar: Polynomial = [
  2.8329768, 1.0016752, 0.009445303, -0.0076427646, 0.005687699, -0.0035670903, 0.0014751103, -0.0001200474,
  -0.000277491, 0.00016055514, -2.9516925e-5,
]

/** The x whose error function is given: ±∞ at ±1, NaN beyond; its slope √π/2 · e^(y²) is made of the result. */
export const erfinv: Formula = {
  name: 'erfinv',
  floats: true,
  compute(m, x) {
    const w = m.neg(m.log(m.mul(m.sub(1, x), m.add(x, 1))))
    const root = m.sub(m.sqrt(m.max(w, 0)), 3)
    const ratio = m.select(m.less(w, 5), horner(m, m.sub(w, 2.5), erfinvNear), horner(m, root, erfinvFar))
    const end = m.select(m.equal(m.abs(x), 1), Number.POSITIVE_INFINITY, ratio)
    return m.mul(x, end)
  },
  derivative: (m, _k, dy, _xs, y) => m.mul(dy, m.mul(m.exp(m.mul(y, y)), Math.sqrt(Math.PI) / 2)),
}
