// The element-wise functions on arrays and numbers, with NumPy's broadcasting.
import { checkHeld, kindOf } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { apply } from '../../kinds/formula/formula.ts'
import type { ActivationName } from '../activations.ts'
import { type FormulaName, formulas } from './formulas.ts'
import { besideIntegers, castHint } from './integers.ts'

export type { ActivationName } from '../activations.ts'
export type { FormulaName } from './formulas.ts'

/** An operand: an array, or a number that stands for an array of it. */
export type ElementwiseOperand = NDArray | number

/** Applies a formula to arrays of one dtype and numbers, at least one of them an array. */
export function elementwise(name: FormulaName, operands: readonly ElementwiseOperand[], out?: NDArray): NDArray {
  const first = operands.find((operand) => operand instanceof NDArray)
  const integers = first !== undefined && kindOf(first.dtype) === 'int'
  const [formula, values] = integers ? besideIntegers(name, operands, first.dtype) : [name, operands]
  return apply(formulas[formula], values, out ? { out: [out] } : {})[0]
}
type Unary = (x: NDArray, out?: NDArray) => NDArray
type Binary = (a: ElementwiseOperand, b: ElementwiseOperand, out?: NDArray) => NDArray

const unary =
  (formula: FormulaName): Unary =>
  (x, out) =>
    elementwise(formula, [x], out)
const binary =
  (formula: FormulaName): Binary =>
  (a, b, out) =>
    elementwise(formula, [a, b], out)

/** |x|. */
export const abs: Unary = unary('abs')
/** a + b; an operand may be a number. */
export const add: Binary = binary('add')
/** The smallest integer from x on. */
export const ceil: Unary = unary('ceil')
/** a / b; on integers the quotient towards zero. */
export const divide: Binary = binary('divide')
/** 1 where a equals b, else 0. */
export const equal: Binary = binary('equal')
/** The error function, 2/√π · ∫ e^−t² dt from 0 to x. */
export const erf: Unary = unary('erf')
/** eˣ. */
export const exp: Unary = unary('exp')
/** eˣ − 1, exact around 0. */
export const expm1: Unary = unary('expm1')
/** The largest integer up to x. */
export const floor: Unary = unary('floor')
/** 1 where a > b, else 0. */
export const greater: Binary = binary('greater')
/** 1 where a ≥ b, else 0. */
export const greaterEqual: Binary = binary('greaterEqual')
/** 1 where a < b, else 0. */
export const lesser: Binary = binary('lesser')
/** 1 where a ≤ b, else 0. */
export const lesserEqual: Binary = binary('lesserEqual')
/** The natural logarithm. */
export const log: Unary = unary('log')
/** ln(1 + x), exact around 0. */
export const log1p: Unary = unary('log1p')
/** ln(eᵃ + eᵇ), of any magnitude. */
export const logaddexp: Binary = binary('logaddexp')
/** The larger of a and b; NaN if either is NaN. */
export const maximum: Binary = binary('maximum')
/** The smaller of a and b; NaN if either is NaN. */
export const minimum: Binary = binary('minimum')
/** The remainder of a / b with the sign of b; 0 for b = 0. */
export const modulo: Binary = binary('modulo')
/** a · b. */
export const multiply: Binary = binary('multiply')
/** −x. */
export const negative: Unary = unary('negative')
/** 1 where a differs from b, else 0. */
export const notEqual: Binary = binary('notEqual')
/** a to the power b. */
export const power: Binary = binary('power')
/** max(x, 0). */
export const relu: Unary = unary('relu')
/** The nearest integer, halves to the even one. */
export const rint: Unary = unary('rint')
/** The nearest integer, halves away from zero. */
export const round: Unary = unary('round')
/** 1 / √x. */
export const rsqrt: Unary = unary('rsqrt')
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: Unary = unary('sigmoid')
/** −1, 0 or 1. */
export const sign: Unary = unary('sign')
/** ln(1 + eˣ). */
export const softrelu: Unary = unary('softrelu')
/** x / (1 + |x|). */
export const softsign: Unary = unary('softsign')
/** √x. */
export const sqrt: Unary = unary('sqrt')
/** x². */
export const square: Unary = unary('square')
/** a − b. */
export const subtract: Binary = binary('subtract')
/** The hyperbolic tangent. */
export const tanh: Unary = unary('tanh')
/** The integer part of x. */
export const trunc: Unary = unary('trunc')

/** x with values below `low` and above `high` set to these; its gradient passes from `low` to `high`, ends included. */
export function clip(x: NDArray, low: number, high: number, out?: NDArray): NDArray {
  return elementwise('clip', [x, low, high], out)
}

/** Applies an activation by name: relu, sigmoid, tanh, softrelu or softsign. */
export function activate(name: ActivationName, x: NDArray): NDArray {
  return elementwise(name, [x])
}

/** The gradient of an activation's input from that of its result and the result itself. */
export function activationGradient(name: ActivationName, dy: NDArray, y: NDArray): NDArray {
  return elementwise(`${name}Gradient`, [dy, y])
}

/** Elements of a where the condition is not 0, else of b; a and b are of one dtype, and one of them may be a number. */
export function where(condition: NDArray, a: ElementwiseOperand, b: ElementwiseOperand, out?: NDArray): NDArray {
  const [first, second] = [a, b].filter((operand) => operand instanceof NDArray)
  if (!first) throw new OpError('where', 'a or b must be an array, got two numbers: use nd.full')
  if (second && second.dtype !== first.dtype) {
    throw new OpError('where', `a and b must have one dtype, got ${first.dtype} and ${second.dtype}: use astype`)
  }
  const { dtype } = first
  const held = [a, b].map((x) => (typeof x === 'number' ? checkHeld('where', x, dtype, castHint) : x))
  return apply(formulas.where, [condition, ...held], {
    dtypes: [dtype],
    numbersLike: dtype,
    ...(out && { out: [out] }),
  })[0]
}
