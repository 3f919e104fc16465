// The element-wise functions on arrays and numbers, with NumPy's broadcasting.
import { checkHeld, kindOf } from '../../core/dtype.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import type { ActivationName } from '../activations.ts'
import { checkOut, into, type OutOption, outOf, outOption } from '../out.ts'
import * as formulas from './formulas.ts'
import { besideIntegers, castHint } from './integers.ts'

export type { ActivationName } from '../activations.ts'

/** An operand: an array, or a number that stands for an array of it. */
export type ElementwiseOperand = NDArray | number

/** Applies a formula to arrays of one dtype and numbers, at least one of them an array. */
export function elementwise(given: Formula, operands: readonly ElementwiseOperand[], out?: NDArray): NDArray {
  const first = operands.find((operand) => operand instanceof NDArray)
  const integers = first !== undefined && kindOf(first.dtype) === 'int'
  const [formula, values] = integers ? besideIntegers(given, operands, first.dtype) : [given, operands]
  return apply(formula, values, out ? { out: [out] } : {})[0]
}
type Unary = (x: NDArray, options?: OutOption, ...more: []) => NDArray
type Binary = (a: ElementwiseOperand, b: ElementwiseOperand, options?: OutOption, ...more: []) => NDArray

function elementwiseInto(formula: Formula, operands: readonly ElementwiseOperand[], out?: NDArray): NDArray {
  return into(formula.name, out, operands, (to) => elementwise(formula, operands, to))
}

function unary(formula: Formula, x: NDArray, options: OutOption | undefined, more: readonly unknown[]): NDArray {
  return elementwiseInto(formula, [x], outOf(formula.name, options, more))
}

function binary(
  formula: Formula,
  a: ElementwiseOperand,
  b: ElementwiseOperand,
  options: OutOption | undefined,
  more: readonly unknown[],
): NDArray {
  return elementwiseInto(formula, [a, b], outOf(formula.name, options, more))
}

/** |x|. */
export const abs: Unary = (x, options, ...more) => unary(formulas.abs, x, options, more)
/** a + b; an operand may be a number. */
export const add: Binary = (a, b, options, ...more) => binary(formulas.add, a, b, options, more)
/** The angle from 0 to π whose cosine is x, in radians; NaN outside [−1, 1]. */
export const arccos: Unary = (x, options, ...more) => unary(formulas.arccos, x, options, more)
/** The non-negative inverse of cosh, ln(x + √(x² − 1)); NaN below 1. */
export const arccosh: Unary = (x, options, ...more) => unary(formulas.arccosh, x, options, more)
/** The angle from −π/2 to π/2 whose sine is x, in radians; NaN outside [−1, 1]. */
export const arcsin: Unary = (x, options, ...more) => unary(formulas.arcsin, x, options, more)
/** The inverse of sinh, ln(x + √(x² + 1)). */
export const arcsinh: Unary = (x, options, ...more) => unary(formulas.arcsinh, x, options, more)
/** The angle from −π/2 to π/2 whose tangent is x, in radians. */
export const arctan: Unary = (x, options, ...more) => unary(formulas.arctan, x, options, more)
/** The angle of the point (b, a) from −π to π, in radians: arctan(a / b) in the right quadrant. */
export const arctan2: Binary = (a, b, options, ...more) => binary(formulas.arctan2, a, b, options, more)
/** The inverse of tanh, ½ ln((1 + x) / (1 − x)); NaN outside [−1, 1]. */
export const arctanh: Unary = (x, options, ...more) => unary(formulas.arctanh, x, options, more)
/** The cubic root; negative numbers have one too. */
export const cbrt: Unary = (x, options, ...more) => unary(formulas.cbrt, x, options, more)
/** The smallest integer from x on. */
export const ceil: Unary = (x, options, ...more) => unary(formulas.ceil, x, options, more)
/** The cosine of an angle in radians. */
export const cos: Unary = (x, options, ...more) => unary(formulas.cos, x, options, more)
/** The hyperbolic cosine, (eˣ + e⁻ˣ) / 2. */
export const cosh: Unary = (x, options, ...more) => unary(formulas.cosh, x, options, more)
/** An angle in radians as degrees, x · 180 / π. */
export const degrees: Unary = (x, options, ...more) => unary(formulas.degrees, x, options, more)
/** a / b; on integers the quotient towards zero. */
export const divide: Binary = (a, b, options, ...more) => binary(formulas.divide, a, b, options, more)
/** 1 where a equals b, else 0. */
export const equal: Binary = (a, b, options, ...more) => binary(formulas.equal, a, b, options, more)
/** The error function, 2/√π · ∫ e^−t² dt from 0 to x. */
export const erf: Unary = (x, options, ...more) => unary(formulas.erf, x, options, more)
/** The x whose error function is given: ±∞ at ±1, NaN beyond. */
export const erfinv: Unary = (x, options, ...more) => unary(formulas.erfinv, x, options, more)
/** eˣ. */
export const exp: Unary = (x, options, ...more) => unary(formulas.exp, x, options, more)
/** eˣ − 1, exact around 0. */
export const expm1: Unary = (x, options, ...more) => unary(formulas.expm1, x, options, more)
/** The nearest integer towards zero, as trunc. */
export const fix: Unary = (x, options, ...more) => unary(formulas.fix, x, options, more)
/** The largest integer up to x. */
export const floor: Unary = (x, options, ...more) => unary(formulas.floor, x, options, more)
/** The gamma function, (x − 1)! of integers; NaN at negative ones. */
export const gamma: Unary = (x, options, ...more) => unary(formulas.gamma, x, options, more)
/** ln |Γ(x)|; ∞ at 0 and the negative integers. */
export const gammaln: Unary = (x, options, ...more) => unary(formulas.gammaln, x, options, more)
/** 1 where a > b, else 0. */
export const greater: Binary = (a, b, options, ...more) => binary(formulas.greater, a, b, options, more)
/** 1 where a ≥ b, else 0. */
export const greaterEqual: Binary = (a, b, options, ...more) => binary(formulas.greaterEqual, a, b, options, more)
/** √(a² + b²), of any magnitude. */
export const hypot: Binary = (a, b, options, ...more) => binary(formulas.hypot, a, b, options, more)
/** 1 where a < b, else 0. */
export const lesser: Binary = (a, b, options, ...more) => binary(formulas.lesser, a, b, options, more)
/** 1 where a ≤ b, else 0. */
export const lesserEqual: Binary = (a, b, options, ...more) => binary(formulas.lesserEqual, a, b, options, more)
/** The natural logarithm. */
export const log: Unary = (x, options, ...more) => unary(formulas.log, x, options, more)
/** The logarithm to base 10. */
export const log10: Unary = (x, options, ...more) => unary(formulas.log10, x, options, more)
/** ln(1 + x), exact around 0. */
export const log1p: Unary = (x, options, ...more) => unary(formulas.log1p, x, options, more)
/** The logarithm to base 2, exact at powers of two. */
export const log2: Unary = (x, options, ...more) => unary(formulas.log2, x, options, more)
/** ln(eᵃ + eᵇ), of any magnitude. */
export const logaddexp: Binary = (a, b, options, ...more) => binary(formulas.logaddexp, a, b, options, more)
/** 1 where both a and b differ from 0, else 0; NaN differs from 0. */
export const logicalAnd: Binary = (a, b, options, ...more) => binary(formulas.logicalAnd, a, b, options, more)
/** 1 where x is 0, else 0. */
export const logicalNot: Unary = (x, options, ...more) => unary(formulas.logicalNot, x, options, more)
/** 1 where a or b differs from 0, else 0. */
export const logicalOr: Binary = (a, b, options, ...more) => binary(formulas.logicalOr, a, b, options, more)
/** 1 where one of a and b differs from 0 and the other does not, else 0. */
export const logicalXor: Binary = (a, b, options, ...more) => binary(formulas.logicalXor, a, b, options, more)
/** The larger of a and b; NaN if either is NaN. */
export const maximum: Binary = (a, b, options, ...more) => binary(formulas.maximum, a, b, options, more)
/** The smaller of a and b; NaN if either is NaN. */
export const minimum: Binary = (a, b, options, ...more) => binary(formulas.minimum, a, b, options, more)
/** The remainder of a / b with the sign of b; 0 for b = 0. */
export const modulo: Binary = (a, b, options, ...more) => binary(formulas.modulo, a, b, options, more)
/** a · b. */
export const multiply: Binary = (a, b, options, ...more) => binary(formulas.multiply, a, b, options, more)
/** −x. */
export const negative: Unary = (x, options, ...more) => unary(formulas.negative, x, options, more)
/** 1 where a differs from b, else 0. */
export const notEqual: Binary = (a, b, options, ...more) => binary(formulas.notEqual, a, b, options, more)
/** a to the power b. */
export const power: Binary = (a, b, options, ...more) => binary(formulas.power, a, b, options, more)
/** An angle in degrees as radians, x · π / 180. */
export const radians: Unary = (x, options, ...more) => unary(formulas.radians, x, options, more)
/** 1 / ∛x. */
export const rcbrt: Unary = (x, options, ...more) => unary(formulas.rcbrt, x, options, more)
/** 1 / x. */
export const reciprocal: Unary = (x, options, ...more) => unary(formulas.reciprocal, x, options, more)
/** max(x, 0). */
export const relu: Unary = (x, options, ...more) => unary(formulas.relu, x, options, more)
/** The nearest integer, halves to the even one. */
export const rint: Unary = (x, options, ...more) => unary(formulas.rint, x, options, more)
/** The nearest integer, halves away from zero. */
export const round: Unary = (x, options, ...more) => unary(formulas.round, x, options, more)
/** 1 / √x. */
export const rsqrt: Unary = (x, options, ...more) => unary(formulas.rsqrt, x, options, more)
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: Unary = (x, options, ...more) => unary(formulas.sigmoid, x, options, more)
/** −1, 0 or 1. */
export const sign: Unary = (x, options, ...more) => unary(formulas.sign, x, options, more)
/** The sine of an angle in radians. */
export const sin: Unary = (x, options, ...more) => unary(formulas.sin, x, options, more)
/** The hyperbolic sine, (eˣ − e⁻ˣ) / 2. */
export const sinh: Unary = (x, options, ...more) => unary(formulas.sinh, x, options, more)
/** ln(1 + eˣ). */
export const softrelu: Unary = (x, options, ...more) => unary(formulas.softrelu, x, options, more)
/** x / (1 + |x|). */
export const softsign: Unary = (x, options, ...more) => unary(formulas.softsign, x, options, more)
/** √x. */
export const sqrt: Unary = (x, options, ...more) => unary(formulas.sqrt, x, options, more)
/** x². */
export const square: Unary = (x, options, ...more) => unary(formulas.square, x, options, more)
/** a − b. */
export const subtract: Binary = (a, b, options, ...more) => binary(formulas.subtract, a, b, options, more)
/** The tangent of an angle in radians. */
export const tan: Unary = (x, options, ...more) => unary(formulas.tan, x, options, more)
/** The hyperbolic tangent. */
export const tanh: Unary = (x, options, ...more) => unary(formulas.tanh, x, options, more)
/** The integer part of x. */
export const trunc: Unary = (x, options, ...more) => unary(formulas.trunc, x, options, more)

/** x with values below `low` and above `high` set to these; its gradient passes from `low` to `high`, ends included. */
export function clip(x: NDArray, low: number, high: number, options?: OutOption, ...more: []): NDArray {
  return elementwiseInto(formulas.clip, [x, low, high], outOf('clip', options, more))
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
export function hardSigmoid(x: NDArray, options: HardSigmoidOptions = {}, ...more: []): NDArray {
  checkOptions('hardSigmoid', options, '{ alpha: 0.2 }', hardSigmoidOptions, more)
  const { alpha = 0.2, beta = 0.5 } = options
  return elementwiseInto(formulas.hardSigmoid, [x, alpha, beta], checkOut('hardSigmoid', options.out))
}

/** Options of smoothL1. */
export interface SmoothL1Options extends OutOption {
  /** Where |x| is 1 / scalar² or less, the result is a parabola. Default 1. */
  readonly scalar?: number
}

const smoothL1Options: OptionNames<SmoothL1Options> = { ...outOption, scalar: 'number' }

/** (scalar · x)² / 2 where |x| ≤ 1 / scalar², else |x| − 1 / (2 · scalar²): Huber's loss of each element. */
export function smoothL1(x: NDArray, options: SmoothL1Options = {}, ...more: []): NDArray {
  checkOptions('smoothL1', options, '{ scalar: 1 }', smoothL1Options, more)
  return elementwiseInto(formulas.smoothL1, [x, options.scalar ?? 1], checkOut('smoothL1', options.out))
}

/** The formula of each activation, and that of its gradient from dy and y. */
const ofActivations: Readonly<Record<ActivationName, readonly [value: Formula, gradient: Formula]>> = {
  relu: [formulas.relu, formulas.reluGradient],
  sigmoid: [formulas.sigmoid, formulas.sigmoidGradient],
  softrelu: [formulas.softrelu, formulas.softreluGradient],
  softsign: [formulas.softsign, formulas.softsignGradient],
  tanh: [formulas.tanh, formulas.tanhGradient],
}

/** Applies an activation by name: relu, sigmoid, tanh, softrelu or softsign. */
export function activate(name: ActivationName, x: NDArray): NDArray {
  return elementwise(ofActivations[name][0], [x])
}

/** The gradient of an activation's input from that of its result and the result itself. */
export function activationGradient(name: ActivationName, dy: NDArray, y: NDArray): NDArray {
  return elementwise(ofActivations[name][1], [dy, y])
}

/** Elements of a where the condition is not 0, else of b; a and b are of one dtype, and one of them may be a number. */
export function where(
  condition: NDArray,
  a: ElementwiseOperand,
  b: ElementwiseOperand,
  options?: OutOption,
  ...more: []
): NDArray {
  const [first, second] = [a, b].filter((operand) => operand instanceof NDArray)
  if (!first) throw new OpError('where', 'a or b must be an array, got two numbers: use nd.full')
  if (second && second.dtype !== first.dtype) {
    throw new OpError('where', `a and b must have one dtype, got ${first.dtype} and ${second.dtype}: use astype`)
  }
  const { dtype } = first
  const held = [a, b].map((x) => (typeof x === 'number' ? checkHeld('where', x, dtype, castHint) : x))
  const operands = [condition, ...held]
  return into('where', outOf('where', options, more), operands, (to) => {
    return apply(formulas.where, operands, { dtypes: [dtype], numbersLike: dtype, ...(to && { out: [to] }) })[0]
  })
}
