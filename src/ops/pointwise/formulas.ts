// The pointwise formulas: how each computes one element from its operands, and its gradient as calls of other ops.
import type { NDArray } from '../../core/ndarray.ts'
import type { Arith } from '../../kernel/arith.ts'
import { activations } from '../activations.ts'
import type { OpFunctions } from '../index.ts'

/** An operand of a formula: an array, or a number that stands for an array of it. */
export type PointwiseOperand = NDArray | number

/** What a gradient may read of one call. */
export interface PointwiseValues {
  readonly a: PointwiseOperand
  readonly b: PointwiseOperand
  readonly c: PointwiseOperand
  readonly y: NDArray
}

/** The gradient of one operand: the values it reads, among `a`, `b`, `c` and `y`, and its formula. */
export interface Derivative {
  readonly reads: string
  of(dy: NDArray, values: PointwiseValues, f: OpFunctions): NDArray
}

/** One formula. */
export interface PointwiseFormula {
  readonly arity: 1 | 2 | 3
  /** Set when the result is no integer for integers, so that only float arrays are taken. */
  readonly floats?: true
  /** One element; operands beyond the arity are not there. */
  compute<V, M>(m: Arith<V, M>, a: V, b: V, c: V): V
  /** Gradients of the operands, in order; where one is left out it is zero. */
  readonly derivatives: readonly (Derivative | null)[]
}

type Of = Derivative['of']
type Compute = PointwiseFormula['compute']

const d = (reads: string, of: Of): Derivative => ({ reads, of })
const flat = (arity: 1 | 2, compute: Compute): PointwiseFormula => ({ arity, compute, derivatives: [] })
const unary = (compute: Compute, da: Derivative): PointwiseFormula => ({ arity: 1, compute, derivatives: [da] })
const smooth = (compute: Compute, da: Derivative): PointwiseFormula => ({ ...unary(compute, da), floats: true })
const binary = (compute: Compute, da: Derivative, db: Derivative): PointwiseFormula => ({
  arity: 2,
  compute,
  derivatives: [da, db],
})
const activation = (name: keyof typeof activations): PointwiseFormula => ({
  arity: 1,
  ...(name !== 'relu' && { floats: true }),
  compute: activations[name].forward,
  derivatives: [d('y', (dy, { y }, f) => f.activationGradient(name, dy, y))],
})
/** dx from dy (a) and y (b), with its own gradient: of y it is `second`, a factor on dy and the incoming gradient. */
const activationGradient = (
  name: keyof typeof activations,
  second: ((y: NDArray, f: OpFunctions) => NDArray) | null,
): PointwiseFormula => ({
  arity: 2,
  ...(name !== 'relu' && { floats: true }),
  compute: activations[name].gradient,
  derivatives: [
    d('b', (g, { b }, f) => f.activationGradient(name, g, b as NDArray)),
    second && d('ab', (g, { a, b }, f) => f.multiply(f.multiply(g, a), second(b as NDArray, f))),
  ],
})

const log = (x: PointwiseOperand, f: OpFunctions) => (typeof x === 'number' ? Math.log(x) : f.log(x))
const less1 = (x: PointwiseOperand, f: OpFunctions) => (typeof x === 'number' ? x - 1 : f.subtract(x, 1))

/** All formulas by name. Comparisons give 0 or 1; halves are rounded away from zero by `round`, to even by `rint`. */
export const formulas = {
  abs: unary(
    (m, a) => m.abs(a),
    d('a', (dy, { a }, f) => f.multiply(dy, f.sign(a as NDArray))),
  ),
  add: binary(
    (m, a, b) => m.add(a, b),
    d('', (dy) => dy),
    d('', (dy) => dy),
  ),
  ceil: flat(1, (m, a) => m.ceil(a)),
  clip: {
    arity: 3,
    compute: (m, a, low, high) => m.min(m.max(a, low), high),
    derivatives: [
      d('abc', (dy, { a, b, c }, f) => f.multiply(dy, f.multiply(f.greaterEqual(a, b), f.lesserEqual(a, c)))),
    ],
  },
  divide: binary(
    (m, a, b) => m.div(a, b),
    d('b', (dy, { b }, f) => f.divide(dy, b)),
    d('by', (dy, { b, y }, f) => f.negative(f.divide(f.multiply(dy, y), b))),
  ),
  equal: flat(2, (m, a, b) => m.select(m.equal(a, b), 1, 0)),
  exp: smooth(
    (m, a) => m.exp(a),
    d('y', (dy, { y }, f) => f.multiply(dy, y)),
  ),
  floor: flat(1, (m, a) => m.floor(a)),
  greater: flat(2, (m, a, b) => m.select(m.greater(a, b), 1, 0)),
  greaterEqual: flat(2, (m, a, b) => m.select(m.greaterEqual(a, b), 1, 0)),
  lesser: flat(2, (m, a, b) => m.select(m.less(a, b), 1, 0)),
  lesserEqual: flat(2, (m, a, b) => m.select(m.lessEqual(a, b), 1, 0)),
  log: smooth(
    (m, a) => m.log(a),
    d('a', (dy, { a }, f) => f.divide(dy, a)),
  ),
  maximum: binary(
    (m, a, b) => m.max(a, b),
    d('ab', (dy, { a, b }, f) => f.multiply(dy, f.greaterEqual(a, b))),
    d('ab', (dy, { a, b }, f) => f.multiply(dy, f.lesser(a, b))),
  ),
  minimum: binary(
    (m, a, b) => m.min(a, b),
    d('ab', (dy, { a, b }, f) => f.multiply(dy, f.lesserEqual(a, b))),
    d('ab', (dy, { a, b }, f) => f.multiply(dy, f.greater(a, b))),
  ),
  modulo: binary(
    (m, a, b) => m.modulo(a, b),
    d('', (dy) => dy),
    d('ab', (dy, { a, b }, f) => f.negative(f.multiply(dy, f.floor(f.divide(a, b))))),
  ),
  multiply: binary(
    (m, a, b) => m.mul(a, b),
    d('b', (dy, { b }, f) => f.multiply(dy, b)),
    d('a', (dy, { a }, f) => f.multiply(dy, a)),
  ),
  negative: unary(
    (m, a) => m.neg(a),
    d('', (dy, _values, f) => f.negative(dy)),
  ),
  notEqual: flat(2, (m, a, b) => m.select(m.notEqual(a, b), 1, 0)),
  power: binary(
    (m, a, b) => m.power(a, b),
    d('ab', (dy, { a, b }, f) => f.multiply(f.multiply(dy, b), f.power(a, less1(b, f)))),
    d('ay', (dy, { a, y }, f) => f.multiply(f.multiply(dy, y), log(a, f))),
  ),
  relu: activation('relu'),
  reluGradient: activationGradient('relu', null),
  rint: flat(1, (m, a) => m.round(a)),
  round: flat(1, (m, a) => {
    const whole = m.trunc(a)
    const rest = m.abs(m.sub(a, whole))
    return m.select(m.greaterEqual(m.add(rest, rest), 1), m.add(whole, m.sign(a)), whole)
  }),
  sigmoid: activation('sigmoid'),
  sigmoidGradient: activationGradient('sigmoid', (y, f) => f.subtract(1, f.multiply(y, 2))),
  sign: flat(1, (m, a) => m.sign(a)),
  softrelu: activation('softrelu'),
  softreluGradient: activationGradient('softrelu', (y, f) => f.exp(f.negative(y))),
  softsign: activation('softsign'),
  softsignGradient: activationGradient('softsign', (y, f) =>
    f.multiply(f.subtract(f.abs(y), 1), f.multiply(f.sign(y), 2)),
  ),
  sqrt: smooth(
    (m, a) => m.sqrt(a),
    d('y', (dy, { y }, f) => f.divide(dy, f.multiply(y, 2))),
  ),
  square: unary(
    (m, a) => m.mul(a, a),
    d('a', (dy, { a }, f) => f.multiply(f.multiply(dy, 2), a)),
  ),
  subtract: binary(
    (m, a, b) => m.sub(a, b),
    d('', (dy) => dy),
    d('', (dy, _values, f) => f.negative(dy)),
  ),
  tanh: activation('tanh'),
  tanhGradient: activationGradient('tanh', (y, f) => f.multiply(y, -2)),
  trunc: flat(1, (m, a) => m.trunc(a)),
} as const satisfies Readonly<Record<string, PointwiseFormula>>

/** Name of a formula. */
export type FormulaName = keyof typeof formulas
