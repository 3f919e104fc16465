// The element-wise functions on arrays and numbers, with NumPy's broadcasting.
import { checkHeld, kindOf } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { apply } from '../../kinds/formula/formula.ts'
import type { ActivationName } from '../activations.ts'
import { checkOut, into, type OutOption, outOf, outOption } from '../out.ts'
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
type Unary = (x: NDArray, options?: OutOption) => NDArray
type Binary = (a: ElementwiseOperand, b: ElementwiseOperand, options?: OutOption) => NDArray

function elementwiseInto(name: FormulaName, operands: readonly ElementwiseOperand[], out?: NDArray): NDArray {
  return into(name, out, operands, (to) => elementwise(name, operands, to))
}

const unary =
  (formula: FormulaName): Unary =>
  (x, options) =>
    elementwiseInto(formula, [x], outOf(formula, options))
const binary =
  (formula: FormulaName): Binary =>
  (a, b, options) =>
    elementwiseInto(formula, [a, b], outOf(formula, options))

/** |x|. */
export const abs: Unary = unary('abs')
/** a + b; an operand may be a number. */
export const add: Binary = binary('add')
/** The angle from 0 to π whose cosine is x, in radians; NaN outside [−1, 1]. */
export const arccos: Unary = unary('arccos')
/** The non-negative inverse of cosh, ln(x + √(x² − 1)); NaN below 1. */
export const arccosh: Unary = unary('arccosh')
/** The angle from −π/2 to π/2 whose sine is x, in radians; NaN outside [−1, 1]. */
export const arcsin: Unary = unary('arcsin')
/** The inverse of sinh, ln(x + √(x² + 1)). */
export const arcsinh: Unary = unary('arcsinh')
/** The angle from −π/2 to π/2 whose tangent is x, in radians. */
export const arctan: Unary = unary('arctan')
/** The angle of the point (b, a) from −π to π, in radians: arctan(a / b) in the right quadrant. */
export const arctan2: Binary = binary('arctan2')
/** The inverse of tanh, ½ ln((1 + x) / (1 − x)); NaN outside [−1, 1]. */
export const arctanh: Unary = unary('arctanh')
/** The cubic root; negative numbers have one too. */
export const cbrt: Unary = unary('cbrt')
/** The smallest integer from x on. */
export const ceil: Unary = unary('ceil')
/** The cosine of an angle in radians. */
export const cos: Unary = unary('cos')
/** The hyperbolic cosine, (eˣ + e⁻ˣ) / 2. */
export const cosh: Unary = unary('cosh')
/** An angle in radians as degrees, x · 180 / π. */
export const degrees: Unary = unary('degrees')
/** a / b; on integers the quotient towards zero. */
export const divide: Binary = binary('divide')
/** 1 where a equals b, else 0. */
export const equal: Binary = binary('equal')
/** The error function, 2/√π · ∫ e^−t² dt from 0 to x. */
export const erf: Unary = unary('erf')
/** The x whose error function is given: ±∞ at ±1, NaN beyond. */
export const erfinv: Unary = unary('erfinv')
/** eˣ. */
export const exp: Unary = unary('exp')
/** eˣ − 1, exact around 0. */
export const expm1: Unary = unary('expm1')
/** The nearest integer towards zero, as trunc. */
export const fix: Unary = unary('fix')
/** The largest integer up to x. */
export const floor: Unary = unary('floor')
/** The gamma function, (x − 1)! of integers; NaN at negative ones. */
export const gamma: Unary = unary('gamma')
/** ln |Γ(x)|; ∞ at 0 and the negative integers. */
export const gammaln: Unary = unary('gammaln')
/** 1 where a > b, else 0. */
export const greater: Binary = binary('greater')
/** 1 where a ≥ b, else 0. */
export const greaterEqual: Binary = binary('greaterEqual')
/** √(a² + b²), of any magnitude. */
export const hypot: Binary = binary('hypot')
/** 1 where a < b, else 0. */
export const lesser: Binary = binary('lesser')
/** 1 where a ≤ b, else 0. */
export const lesserEqual: Binary = binary('lesserEqual')
/** The natural logarithm. */
export const log: Unary = unary('log')
/** The logarithm to base 10. */
export const log10: Unary = unary('log10')
/** ln(1 + x), exact around 0. */
export const log1p: Unary = unary('log1p')
/** The logarithm to base 2, exact at powers of two. */
export const log2: Unary = unary('log2')
/** ln(eᵃ + eᵇ), of any magnitude. */
export const logaddexp: Binary = binary('logaddexp')
/** 1 where both a and b differ from 0, else 0; NaN differs from 0. */
export const logicalAnd: Binary = binary('logicalAnd')
/** 1 where x is 0, else 0. */
export const logicalNot: Unary = unary('logicalNot')
/** 1 where a or b differs from 0, else 0. */
export const logicalOr: Binary = binary('logicalOr')
/** 1 where one of a and b differs from 0 and the other does not, else 0. */
export const logicalXor: Binary = binary('logicalXor')
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
/** An angle in degrees as radians, x · π / 180. */
export const radians: Unary = unary('radians')
/** 1 / ∛x. */
export const rcbrt: Unary = unary('rcbrt')
/** 1 / x. */
export const reciprocal: Unary = unary('reciprocal')
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
/** The sine of an angle in radians. */
export const sin: Unary = unary('sin')
/** The hyperbolic sine, (eˣ − e⁻ˣ) / 2. */
export const sinh: Unary = unary('sinh')
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
/** The tangent of an angle in radians. */
export const tan: Unary = unary('tan')
/** The hyperbolic tangent. */
export const tanh: Unary = unary('tanh')
/** The integer part of x. */
export const trunc: Unary = unary('trunc')

/** x with values below `low` and above `high` set to these; its gradient passes from `low` to `high`, ends included. */
export function clip(x: NDArray, low: number, high: number, options?: OutOption): NDArray {
  return elementwiseInto('clip', [x, low, high], outOf('clip', options))
}

/** Options of hardSigmoid. */
export interface HardSigmoidOptions extends OutOption {
  /** The slope. Default 0.2. */
  readonly alpha?: number
  /** The value at 0. Default 0.5. */
  readonly beta?: number
}

const hardSigmoidOptions: OptionNames<HardSigmoidOptions> = { ...outOption, alpha: 'number', beta: 'number' }

/** alpha · x + beta, cut to [0, 1]; its gradient is 0 at both ends. */
export function hardSigmoid(x: NDArray, options: HardSigmoidOptions = {}): NDArray {
  checkOptions('hardSigmoid', options, '{ alpha: 0.2 }', hardSigmoidOptions)
  const { alpha = 0.2, beta = 0.5 } = options
  return elementwiseInto('hardSigmoid', [x, alpha, beta], checkOut('hardSigmoid', options.out))
}

/** Options of smoothL1. */
export interface SmoothL1Options extends OutOption {
  /** Where |x| is 1 / scalar² or less, the result is a parabola. Default 1. */
  readonly scalar?: number
}

const smoothL1Options: OptionNames<SmoothL1Options> = { ...outOption, scalar: 'number' }

/** (scalar · x)² / 2 where |x| ≤ 1 / scalar², else |x| − 1 / (2 · scalar²): Huber's loss of each element. */
export function smoothL1(x: NDArray, options: SmoothL1Options = {}): NDArray {
  checkOptions('smoothL1', options, '{ scalar: 1 }', smoothL1Options)
  return elementwiseInto('smoothL1', [x, options.scalar ?? 1], checkOut('smoothL1', options.out))
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
export function where(condition: NDArray, a: ElementwiseOperand, b: ElementwiseOperand, options?: OutOption): NDArray {
  const [first, second] = [a, b].filter((operand) => operand instanceof NDArray)
  if (!first) throw new OpError('where', 'a or b must be an array, got two numbers: use nd.full')
  if (second && second.dtype !== first.dtype) {
    throw new OpError('where', `a and b must have one dtype, got ${first.dtype} and ${second.dtype}: use astype`)
  }
  const { dtype } = first
  const held = [a, b].map((x) => (typeof x === 'number' ? checkHeld('where', x, dtype, castHint) : x))
  const operands = [condition, ...held]
  return into('where', outOf('where', options), operands, (to) => {
    return apply(formulas.where, operands, { dtypes: [dtype], numbersLike: dtype, ...(to && { out: [to] }) })[0]
  })
}
