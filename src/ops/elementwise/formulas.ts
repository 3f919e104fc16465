// The element-wise formulas: how each computes one element from its operands. Gradients are derived unless given.
import type { Arith } from '../../arith/arith.ts'
import { type Callable, call } from '../../arith/graph.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { type ActivationName, activations, expm1, log1p } from '../activations.ts'
import { cos, sin, tan } from './angles.ts'
import { arccos, arcsin, arctan, arctan2 } from './arcs.ts'
import { erfinv, gamma, gammaln } from './gamma.ts'
import { arccosh, arcsinh, arctanh, cosh, sinh } from './hyperbolic.ts'
import { horner } from './polynomial.ts'
import { cbrt, hypot, log2, log10, rcbrt } from './roots.ts'

type Compute = Callable['compute']
type Definition = Omit<Formula, 'name'>

/** A formula whose result is no integer for integers: it takes floats only. */
const floats = (compute: Compute, derivative?: Callable['derivative']): Definition => {
  return { compute, floats: true, ...(derivative && { derivative }) }
}
const of = (compute: Compute): Definition => ({ compute })
/** A formula of floats that others may call. */
const ofFloats = (callable: Callable): Definition => ({ ...callable, floats: true })
const truth = <V, M>(m: Arith<V, M>, x: V): M => m.notEqual(x, 0)
const oneOrZero = <V, M>(m: Arith<V, M>, mask: M): V => m.select(mask, 1, 0)

const activation = (name: ActivationName): Definition => ({
  ...activations[name],
  ...(name !== 'relu' && { floats: true }),
})

/** dx from dy and y. */
const activationGradient = (name: ActivationName): Definition => ({
  compute: (m, dy, y) => activations[name].derivative(m, 0, dy, [], y),
  ...(name !== 'relu' && { floats: true }),
})

/** Coefficients from the constant up. */
const erfNearZero = [
  1.128379225730896, -0.37612631916999817, 0.11283678561449051, -0.026858462020754814, 0.0051987445913255215,
  -0.0008117137476801872, 8.263620838988572e-5,
]
const logErfc = [
  0.00017468445853019432, -1.1295149305877852, -0.633346906036106, -0.10828008977645283, 0.025119427631560658,
  -0.004171063124662324, 0.0004344626368239912, -2.1095052071251696e-5,
]

/** All formulas by name. Comparisons give 0 or 1; halves are rounded away from zero by `round`, to even by `rint`. */
const definitions = {
  abs: of((m, a) => m.abs(a)),
  add: of((m, a, b) => m.add(a, b)),
  arccos: ofFloats(arccos),
  arccosh: ofFloats(arccosh),
  arcsin: ofFloats(arcsin),
  arcsinh: ofFloats(arcsinh),
  arctan: ofFloats(arctan),
  arctan2: ofFloats(arctan2),
  arctanh: ofFloats(arctanh),
  cbrt: ofFloats(cbrt),
  ceil: of((m, a) => m.ceil(a)),
  clip: of((m, a, low, high) => m.min(m.max(a, low), high)),
  cos: ofFloats(cos),
  cosh: ofFloats(cosh),
  degrees: floats((m, x) => m.mul(x, 180 / Math.PI)),
  divide: of((m, a, b) => m.div(a, b)),
  erfinv: ofFloats(erfinv),
  equal: of((m, a, b) => oneOrZero(m, m.equal(a, b))),
  /** Fitted to erf(x) ÷ x in x² below 0.925 and to ln(1 − erf(x)) above, by test/golden/erf.py: 2.4 units of the last place. */
  erf: floats(
    (m, x) => {
      const a = m.abs(x)
      const small = m.mul(x, horner(m, m.mul(x, x), erfNearZero))
      // from 4 on, 1 − erf is less than half a unit of the last place
      const large = m.mul(m.sign(x), m.sub(1, m.exp(horner(m, m.min(a, 4), logErfc))))
      return m.select(m.less(a, 0.925), small, large)
    },
    (m, _k, dy, [x]) => m.mul(dy, m.mul(m.exp(m.neg(m.mul(x, x))), 2 / Math.sqrt(Math.PI))),
  ),
  exp: floats((m, a) => m.exp(a)),
  expm1: { ...expm1, floats: true },
  fix: of((m, a) => m.trunc(a)),
  floor: of((m, a) => m.floor(a)),
  gamma: ofFloats(gamma),
  gammaln: ofFloats(gammaln),
  greater: of((m, a, b) => oneOrZero(m, m.greater(a, b))),
  greaterEqual: of((m, a, b) => oneOrZero(m, m.greaterEqual(a, b))),
  /** The gradient is 0 at both ends, as in MXNet. */
  hardSigmoid: floats((m, x, alpha, beta) => {
    const y = m.madd(alpha, x, beta)
    return m.select(m.lessEqual(y, 0), 0, m.select(m.greaterEqual(y, 1), 1, y))
  }),
  hypot: ofFloats(hypot),
  lesser: of((m, a, b) => oneOrZero(m, m.less(a, b))),
  lesserEqual: of((m, a, b) => oneOrZero(m, m.lessEqual(a, b))),
  log: floats((m, a) => m.log(a)),
  log10: ofFloats(log10),
  log1p: { ...log1p, floats: true },
  log2: ofFloats(log2),
  /** From the larger operand, so that no exponential overflows; σ(a − b) and σ(b − a) of dy, for ∞ and ∞ a half each. */
  logaddexp: floats(
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
  ),
  logicalAnd: of((m, a, b) => m.select(truth(m, a), oneOrZero(m, truth(m, b)), 0)),
  logicalNot: of((m, a) => oneOrZero(m, m.equal(a, 0))),
  logicalOr: of((m, a, b) => m.select(truth(m, a), 1, oneOrZero(m, truth(m, b)))),
  logicalXor: of((m, a, b) => m.select(truth(m, a), oneOrZero(m, m.equal(b, 0)), oneOrZero(m, truth(m, b)))),
  maximum: of((m, a, b) => m.max(a, b)),
  minimum: of((m, a, b) => m.min(a, b)),
  modulo: of((m, a, b) => m.modulo(a, b)),
  multiply: of((m, a, b) => m.mul(a, b)),
  negative: of((m, a) => m.neg(a)),
  notEqual: of((m, a, b) => oneOrZero(m, m.notEqual(a, b))),
  power: of((m, a, b) => m.power(a, b)),
  radians: floats((m, x) => m.mul(x, Math.PI / 180)),
  rcbrt: ofFloats(rcbrt),
  reciprocal: floats((m, x) => m.div(1, x)),
  relu: activation('relu'),
  reluGradient: activationGradient('relu'),
  rint: of((m, a) => m.round(a)),
  round: of((m, a) => {
    const whole = m.trunc(a)
    const rest = m.abs(m.sub(a, whole))
    return m.select(m.greaterEqual(m.add(rest, rest), 1), m.add(whole, m.sign(a)), whole)
  }),
  /** The slope is made of x, to 2 units of the last place: made of y³ it is off by 4, and derived by 3. */
  rsqrt: floats(
    (m, x) => m.div(1, m.sqrt(x)),
    (m, _k, dy, [x]) => m.div(m.div(m.mul(dy, -0.5), x), m.sqrt(x)),
  ),
  sigmoid: activation('sigmoid'),
  sigmoidGradient: activationGradient('sigmoid'),
  sign: of((m, a) => m.sign(a)),
  sin: ofFloats(sin),
  sinh: ofFloats(sinh),
  smoothL1: floats((m, x, scalar) => {
    const [size, square] = [m.abs(x), m.mul(scalar, scalar)]
    const end = m.div(1, square)
    const parabola = m.mul(m.mul(m.mul(x, x), square), 0.5)
    return m.select(m.greater(size, end), m.sub(size, m.mul(end, 0.5)), parabola)
  }),
  softrelu: activation('softrelu'),
  softreluGradient: activationGradient('softrelu'),
  softsign: activation('softsign'),
  softsignGradient: activationGradient('softsign'),
  sqrt: floats((m, a) => m.sqrt(a)),
  square: of((m, a) => m.mul(a, a)),
  subtract: of((m, a, b) => m.sub(a, b)),
  tan: ofFloats(tan),
  tanh: activation('tanh'),
  tanhGradient: activationGradient('tanh'),
  trunc: of((m, a) => m.trunc(a)),
  where: { compute: (m, condition, a, b) => m.select(m.notEqual(condition, 0), a, b), mixed: true },
} as const satisfies Readonly<Record<string, Definition>>

/** Name of a formula. */
export type FormulaName = keyof typeof definitions

/** All formulas with their names. */
export const formulas = Object.fromEntries(
  Object.entries(definitions).map(([name, definition]): [string, Formula] => [name, { name, ...definition }]),
) as Readonly<Record<FormulaName, Formula>>
