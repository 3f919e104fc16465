// The element-wise formulas: how each computes one element from its operands. Gradients are derived unless given.
import type { Arith } from '../../arith/arith.ts'
import { type Callable, call } from '../../arith/graph.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import * as shared from '../activations.ts'
import { type ActivationName, activations } from '../activations.ts'
import * as angles from './angles.ts'
import * as arcs from './arcs.ts'
import * as gammas from './gamma.ts'
import * as hyperbolics from './hyperbolic.ts'
import { horner } from './polynomial.ts'
import * as roots from './roots.ts'

type Compute = Callable['compute']

// What follows has no side effects, so that a bundle holds the formulas of its program alone.

/** A formula whose result is no integer for integers: it takes floats only. */
/* @__NO_SIDE_EFFECTS__ */
function floats(name: string, compute: Compute, derivative?: Callable['derivative']): Formula {
  return { name, compute, floats: true, ...(derivative && { derivative }) }
}

/* @__NO_SIDE_EFFECTS__ */
function of(name: string, compute: Compute): Formula {
  return { name, compute }
}

/** A formula of floats that others may call. */
/* @__NO_SIDE_EFFECTS__ */
function ofFloats(name: string, callable: Callable): Formula {
  return { name, ...callable, floats: true }
}

const truth = <V, M>(m: Arith<V, M>, x: V): M => m.notEqual(x, 0)
const oneOrZero = <V, M>(m: Arith<V, M>, mask: M): V => m.select(mask, 1, 0)

/* @__NO_SIDE_EFFECTS__ */
function activation(name: ActivationName): Formula {
  return { name, ...activations[name], ...(name !== 'relu' && { floats: true }) }
}

/** dx from dy and y. */
/* @__NO_SIDE_EFFECTS__ */
function activationGradient(name: ActivationName): Formula {
  const compute: Compute = (m, dy, y) => activations[name].derivative(m, 0, dy, [], y)
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

// All formulas. Comparisons give 0 or 1; halves are rounded away from zero by `round`, to even by `rint`.

export const abs: Formula = of('abs', (m, a) => m.abs(a))
export const add: Formula = of('add', (m, a, b) => m.add(a, b))
export const arccos: Formula = ofFloats('arccos', arcs.arccos)
export const arccosh: Formula = ofFloats('arccosh', hyperbolics.arccosh)
export const arcsin: Formula = ofFloats('arcsin', arcs.arcsin)
export const arcsinh: Formula = ofFloats('arcsinh', hyperbolics.arcsinh)
export const arctan: Formula = ofFloats('arctan', arcs.arctan)
export const arctan2: Formula = ofFloats('arctan2', arcs.arctan2)
export const arctanh: Formula = ofFloats('arctanh', hyperbolics.arctanh)
export const cbrt: Formula = ofFloats('cbrt', roots.cbrt)
export const ceil: Formula = of('ceil', (m, a) => m.ceil(a))
export const clip: Formula = of('clip', (m, a, low, high) => m.min(m.max(a, low), high))
export const cos: Formula = ofFloats('cos', angles.cos)
export const cosh: Formula = ofFloats('cosh', hyperbolics.cosh)
export const degrees: Formula = floats('degrees', (m, x) => m.mul(x, 180 / Math.PI))
export const divide: Formula = of('divide', (m, a, b) => m.div(a, b))
export const erfinv: Formula = ofFloats('erfinv', gammas.erfinv)
export const equal: Formula = of('equal', (m, a, b) => oneOrZero(m, m.equal(a, b)))
/** Fitted to erf(x) ÷ x in x² below 0.925 and to ln(1 − erf(x)) above, by test/golden/erf.py: 2.4 units of the last place. */
export const erf: Formula = floats(
  'erf',
  (m, x) => {
    const a = m.abs(x)
    const small = m.mul(x, horner(m, m.mul(x, x), erfNearZero))
    // from 4 on, 1 − erf is less than half a unit of the last place
    const large = m.mul(m.sign(x), m.sub(1, m.exp(horner(m, m.min(a, 4), logErfc))))
    return m.select(m.less(a, 0.925), small, large)
  },
  (m, _k, dy, [x]) => m.mul(dy, m.mul(m.exp(m.neg(m.mul(x, x))), 2 / Math.sqrt(Math.PI))),
)
export const exp: Formula = floats('exp', (m, a) => m.exp(a))
export const expm1: Formula = ofFloats('expm1', shared.expm1)
export const fix: Formula = of('fix', (m, a) => m.trunc(a))
export const floor: Formula = of('floor', (m, a) => m.floor(a))
export const gamma: Formula = ofFloats('gamma', gammas.gamma)
export const gammaln: Formula = ofFloats('gammaln', gammas.gammaln)
export const greater: Formula = of('greater', (m, a, b) => oneOrZero(m, m.greater(a, b)))
export const greaterEqual: Formula = of('greaterEqual', (m, a, b) => oneOrZero(m, m.greaterEqual(a, b)))
/** The gradient is 0 at both ends, as in MXNet. */
export const hardSigmoid: Formula = floats('hardSigmoid', (m, x, alpha, beta) => {
  const y = m.madd(alpha, x, beta)
  return m.select(m.lessEqual(y, 0), 0, m.select(m.greaterEqual(y, 1), 1, y))
})
export const hypot: Formula = ofFloats('hypot', roots.hypot)
export const lesser: Formula = of('lesser', (m, a, b) => oneOrZero(m, m.less(a, b)))
export const lesserEqual: Formula = of('lesserEqual', (m, a, b) => oneOrZero(m, m.lessEqual(a, b)))
export const log: Formula = floats('log', (m, a) => m.log(a))
export const log10: Formula = ofFloats('log10', roots.log10)
export const log1p: Formula = ofFloats('log1p', shared.log1p)
export const log2: Formula = ofFloats('log2', roots.log2)
/** From the larger operand, so that no exponential overflows; σ(a − b) and σ(b − a) of dy, for ∞ and ∞ a half each. */
export const logaddexp: Formula = floats(
  'logaddexp',
  (m, a, b) => {
    const more = call(m, log1p, m.exp(m.neg(m.abs(m.sub(a, b)))))
    // ∞ − ∞ is NaN
    return m.add(m.max(a, b), m.select(m.equal(a, b), Math.LN2, more))
  },
  (m, k, dy, [a, b]) => {
    const infinite = m.and(m.equal(a, b), m.equal(m.abs(a), Number.POSITIVE_INFINITY))
    const share = call(m, activations.sigmoid, k === 0 ? m.sub(a, b) : m.sub(b, a))
    return m.mul(dy, m.select(infinite, m.select(m.greater(a, 0), 0.5, 0), share))
  },
)
export const logicalAnd: Formula = of('logicalAnd', (m, a, b) => m.select(truth(m, a), oneOrZero(m, truth(m, b)), 0))
export const logicalNot: Formula = of('logicalNot', (m, a) => oneOrZero(m, m.equal(a, 0)))
export const logicalOr: Formula = of('logicalOr', (m, a, b) => m.select(truth(m, a), 1, oneOrZero(m, truth(m, b))))
export const logicalXor: Formula = of('logicalXor', (m, a, b) =>
  m.select(truth(m, a), oneOrZero(m, m.equal(b, 0)), oneOrZero(m, truth(m, b))),
)
export const maximum: Formula = of('maximum', (m, a, b) => m.max(a, b))
export const minimum: Formula = of('minimum', (m, a, b) => m.min(a, b))
export const modulo: Formula = of('modulo', (m, a, b) => m.modulo(a, b))
export const multiply: Formula = of('multiply', (m, a, b) => m.mul(a, b))
export const negative: Formula = of('negative', (m, a) => m.neg(a))
export const notEqual: Formula = of('notEqual', (m, a, b) => oneOrZero(m, m.notEqual(a, b)))
export const power: Formula = of('power', (m, a, b) => m.power(a, b))
export const radians: Formula = floats('radians', (m, x) => m.mul(x, Math.PI / 180))
export const rcbrt: Formula = ofFloats('rcbrt', roots.rcbrt)
export const reciprocal: Formula = floats('reciprocal', (m, x) => m.div(1, x))
export const relu: Formula = activation('relu')
export const reluGradient: Formula = activationGradient('relu')
export const rint: Formula = of('rint', (m, a) => m.round(a))
export const round: Formula = of('round', (m, a) => {
  const whole = m.trunc(a)
  const rest = m.abs(m.sub(a, whole))
  return m.select(m.greaterEqual(m.add(rest, rest), 1), m.add(whole, m.sign(a)), whole)
})
/** The slope is made of x, to 2 units of the last place: made of y³ it is off by 4, and derived by 3. */
export const rsqrt: Formula = floats(
  'rsqrt',
  (m, x) => m.div(1, m.sqrt(x)),
  (m, _k, dy, [x]) => m.div(m.div(m.mul(dy, -0.5), x), m.sqrt(x)),
)
export const sigmoid: Formula = activation('sigmoid')
export const sigmoidGradient: Formula = activationGradient('sigmoid')
export const sign: Formula = of('sign', (m, a) => m.sign(a))
export const sin: Formula = ofFloats('sin', angles.sin)
export const sinh: Formula = ofFloats('sinh', hyperbolics.sinh)
export const smoothL1: Formula = floats('smoothL1', (m, x, scalar) => {
  const [size, square] = [m.abs(x), m.mul(scalar, scalar)]
  const end = m.div(1, square)
  const parabola = m.mul(m.mul(m.mul(x, x), square), 0.5)
  return m.select(m.greater(size, end), m.sub(size, m.mul(end, 0.5)), parabola)
})
export const softrelu: Formula = activation('softrelu')
export const softreluGradient: Formula = activationGradient('softrelu')
export const softsign: Formula = activation('softsign')
export const softsignGradient: Formula = activationGradient('softsign')
export const sqrt: Formula = floats('sqrt', (m, a) => m.sqrt(a))
export const square: Formula = of('square', (m, a) => m.mul(a, a))
export const subtract: Formula = of('subtract', (m, a, b) => m.sub(a, b))
export const tan: Formula = ofFloats('tan', angles.tan)
export const tanh: Formula = activation('tanh')
export const tanhGradient: Formula = activationGradient('tanh')
export const trunc: Formula = of('trunc', (m, a) => m.trunc(a))
export const where: Formula = {
  name: 'where',
  compute: (m, condition, a, b) => m.select(m.notEqual(condition, 0), a, b),
  mixed: true,
}
