// The element-wise formulas: how each computes one element from its operands. Gradients are derived unless given.
import type { Arith } from '../../arith/arith.ts'
import { call } from '../../arith/graph.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { type ActivationName, activations, expm1, log1p } from '../activations.ts'
import { horner } from './polynomial.ts'

const truth = <V, M>(m: Arith<V, M>, x: V): M => m.notEqual(x, 0)
const oneOrZero = <V, M>(m: Arith<V, M>, mask: M): V => m.select(mask, 1, 0)

/** dx from dy and y. */
function activationGradient(name: ActivationName): Formula {
  const compute: Formula['compute'] = (m, dy, y) => activations[name].derivative(m, 0, dy, [], y)
  return { name: `${name}Gradient`, compute, ...(name !== 'relu' && { floats: true }) }
}

/** Coefficients from the constant up. */
const erfNearZero = [
  1.128379225730896, -0.37612631916999817, 0.11283678561449051, -0.026858462020754814, 0.0051987445913255215,
  -0.0008117137476801872, 8.263620838988572e-5,
]
const logErfc = [
  0.00017468445853019432, -1.1295149305877852, -0.633346906036106, -0.10828008977645283, 0.025119427631560658,
  -0.004171063124662324, 0.0004344626368239912, -2.1095052071251696e-5,
]

// Plain objects, of which a bundler drops those that its program never names. Comparisons give 0 or 1; `round` rounds halves
// away from zero, `rint` to even.

export { cos, sin, tan } from './angles.ts'
export { arccos, arcsin, arctan, arctan2 } from './arcs.ts'
export { erfinv, gamma, gammaln } from './gamma.ts'
export { arccosh, arcsinh, arctanh, cosh, sinh } from './hyperbolic.ts'
export { cbrt, hypot, log2, log10, rcbrt } from './roots.ts'
export { expm1, log1p }

export const abs: Formula = { name: 'abs', compute: (m, a) => m.abs(a) }
export const add: Formula = { name: 'add', compute: (m, a, b) => m.add(a, b) }
export const ceil: Formula = { name: 'ceil', compute: (m, a) => m.ceil(a) }
export const clip: Formula = { name: 'clip', compute: (m, a, low, high) => m.min(m.max(a, low), high) }
export const degrees: Formula = { name: 'degrees', floats: true, compute: (m, x) => m.mul(x, 180 / Math.PI) }
export const divide: Formula = { name: 'divide', compute: (m, a, b) => m.div(a, b) }
export const equal: Formula = { name: 'equal', compute: (m, a, b) => oneOrZero(m, m.equal(a, b)) }
/** Fitted to erf(x) ÷ x in x² below 0.925 and to ln(1 − erf(x)) above, by test/golden/erf.py: 2.4 units of the last place. */
export const erf: Formula = {
  name: 'erf',
  floats: true,
  compute: (m, x) => {
    const a = m.abs(x)
    const small = m.mul(x, horner(m, m.mul(x, x), erfNearZero))
    // from 4 on, 1 − erf is less than half a unit of the last place
    const large = m.mul(m.sign(x), m.sub(1, m.exp(horner(m, m.min(a, 4), logErfc))))
    return m.select(m.less(a, 0.925), small, large)
  },
  derivative: (m, _k, dy, [x]) => m.mul(dy, m.mul(m.exp(m.neg(m.mul(x, x))), 2 / Math.sqrt(Math.PI))),
}
export const exp: Formula = { name: 'exp', floats: true, compute: (m, a) => m.exp(a) }
export const fix: Formula = { name: 'fix', compute: (m, a) => m.trunc(a) }
export const floor: Formula = { name: 'floor', compute: (m, a) => m.floor(a) }
export const greater: Formula = { name: 'greater', compute: (m, a, b) => oneOrZero(m, m.greater(a, b)) }
export const greaterEqual: Formula = { name: 'greaterEqual', compute: (m, a, b) => oneOrZero(m, m.greaterEqual(a, b)) }
/** The gradient is 0 at both ends, as in MXNet. */
export const hardSigmoid: Formula = {
  name: 'hardSigmoid',
  floats: true,
  compute: (m, x, alpha, beta) => {
    const y = m.madd(alpha, x, beta)
    return m.select(m.lessEqual(y, 0), 0, m.select(m.greaterEqual(y, 1), 1, y))
  },
}
export const lesser: Formula = { name: 'lesser', compute: (m, a, b) => oneOrZero(m, m.less(a, b)) }
export const lesserEqual: Formula = { name: 'lesserEqual', compute: (m, a, b) => oneOrZero(m, m.lessEqual(a, b)) }
export const log: Formula = { name: 'log', floats: true, compute: (m, a) => m.log(a) }
/** From the larger operand, so that no exponential overflows; σ(a − b) and σ(b − a) of dy, for ∞ and ∞ a half each. */
export const logaddexp: Formula = {
  name: 'logaddexp',
  floats: true,
  compute: (m, a, b) => {
    const more = call(m, log1p, m.exp(m.neg(m.abs(m.sub(a, b)))))
    // ∞ − ∞ is NaN
    return m.add(m.max(a, b), m.select(m.equal(a, b), Math.LN2, more))
  },
  derivative: (m, k, dy, [a, b]) => {
    const infinite = m.and(m.equal(a, b), m.equal(m.abs(a), Number.POSITIVE_INFINITY))
    const share = call(m, activations.sigmoid, k === 0 ? m.sub(a, b) : m.sub(b, a))
    return m.mul(dy, m.select(infinite, m.select(m.greater(a, 0), 0.5, 0), share))
  },
}
export const logicalAnd: Formula = {
  name: 'logicalAnd',
  compute: (m, a, b) => m.select(truth(m, a), oneOrZero(m, truth(m, b)), 0),
}
export const logicalNot: Formula = { name: 'logicalNot', compute: (m, a) => oneOrZero(m, m.equal(a, 0)) }
export const logicalOr: Formula = {
  name: 'logicalOr',
  compute: (m, a, b) => m.select(truth(m, a), 1, oneOrZero(m, truth(m, b))),
}
export const logicalXor: Formula = {
  name: 'logicalXor',
  compute: (m, a, b) => m.select(truth(m, a), oneOrZero(m, m.equal(b, 0)), oneOrZero(m, truth(m, b))),
}
export const maximum: Formula = { name: 'maximum', compute: (m, a, b) => m.max(a, b) }
export const minimum: Formula = { name: 'minimum', compute: (m, a, b) => m.min(a, b) }
export const modulo: Formula = { name: 'modulo', compute: (m, a, b) => m.modulo(a, b) }
export const multiply: Formula = { name: 'multiply', compute: (m, a, b) => m.mul(a, b) }
export const negative: Formula = { name: 'negative', compute: (m, a) => m.neg(a) }
export const notEqual: Formula = { name: 'notEqual', compute: (m, a, b) => oneOrZero(m, m.notEqual(a, b)) }
export const power: Formula = { name: 'power', compute: (m, a, b) => m.power(a, b) }
export const radians: Formula = { name: 'radians', floats: true, compute: (m, x) => m.mul(x, Math.PI / 180) }
export const reciprocal: Formula = { name: 'reciprocal', floats: true, compute: (m, x) => m.div(1, x) }
export const relu: Formula = activations.relu
export const reluGradient: Formula = activationGradient('relu')
export const rint: Formula = { name: 'rint', compute: (m, a) => m.round(a) }
export const round: Formula = {
  name: 'round',
  compute: (m, a) => {
    const whole = m.trunc(a)
    const rest = m.abs(m.sub(a, whole))
    return m.select(m.greaterEqual(m.add(rest, rest), 1), m.add(whole, m.sign(a)), whole)
  },
}
/** The slope is made of x, to 2 units of the last place: made of y³ it is off by 4, and derived by 3. */
export const rsqrt: Formula = {
  name: 'rsqrt',
  floats: true,
  compute: (m, x) => m.div(1, m.sqrt(x)),
  derivative: (m, _k, dy, [x]) => m.div(m.div(m.mul(dy, -0.5), x), m.sqrt(x)),
}
export const sigmoid: Formula = activations.sigmoid
export const sigmoidGradient: Formula = activationGradient('sigmoid')
export const sign: Formula = { name: 'sign', compute: (m, a) => m.sign(a) }
export const smoothL1: Formula = {
  name: 'smoothL1',
  floats: true,
  compute: (m, x, scalar) => {
    const [size, square] = [m.abs(x), m.mul(scalar, scalar)]
    const end = m.div(1, square)
    const parabola = m.mul(m.mul(m.mul(x, x), square), 0.5)
    return m.select(m.greater(size, end), m.sub(size, m.mul(end, 0.5)), parabola)
  },
}
export const softrelu: Formula = activations.softrelu
export const softreluGradient: Formula = activationGradient('softrelu')
export const softsign: Formula = activations.softsign
export const softsignGradient: Formula = activationGradient('softsign')
export const sqrt: Formula = { name: 'sqrt', floats: true, compute: (m, a) => m.sqrt(a) }
export const square: Formula = { name: 'square', compute: (m, a) => m.mul(a, a) }
export const subtract: Formula = { name: 'subtract', compute: (m, a, b) => m.sub(a, b) }
export const tanh: Formula = activations.tanh
export const tanhGradient: Formula = activationGradient('tanh')
export const trunc: Formula = { name: 'trunc', compute: (m, a) => m.trunc(a) }
export const where: Formula = {
  name: 'where',
  compute: (m, condition, a, b) => m.select(m.notEqual(condition, 0), a, b),
  mixed: true,
}
