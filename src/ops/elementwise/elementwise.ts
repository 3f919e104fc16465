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

function unary(formula: Formula): Unary {
  return (x, options, ...more) => elementwiseInto(formula, [x], outOf(formula.name, options, more))
}

function binary(formula: Formula): Binary {
  return (a, b, options, ...more) => elementwiseInto(formula, [a, b], outOf(formula.name, options, more))
}

/** |x|. */
export const abs: Unary = /* @__PURE__ */ unary(formulas.abs)
/** a + b; an operand may be a number. */
export const add: Binary = /* @__PURE__ */ binary(formulas.add)
/** The angle from 0 to π whose cosine is x, in radians; NaN outside [−1, 1]. */
export const arccos: Unary = /* @__PURE__ */ unary(formulas.arccos)
/** The non-negative inverse of cosh, ln(x + √(x² − 1)); NaN below 1. */
export const arccosh: Unary = /* @__PURE__ */ unary(formulas.arccosh)
/** The angle from −π/2 to π/2 whose sine is x, in radians; NaN outside [−1, 1]. */
export const arcsin: Unary = /* @__PURE__ */ unary(formulas.arcsin)
/** The inverse of sinh, ln(x + √(x² + 1)). */
export const arcsinh: Unary = /* @__PURE__ */ unary(formulas.arcsinh)
/** The angle from −π/2 to π/2 whose tangent is x, in radians. */
export const arctan: Unary = /* @__PURE__ */ unary(formulas.arctan)
/** The angle of the point (b, a) from −π to π, in radians: arctan(a / b) in the right quadrant. */
export const arctan2: Binary = /* @__PURE__ */ binary(formulas.arctan2)
/** The inverse of tanh, ½ ln((1 + x) / (1 − x)); NaN outside [−1, 1]. */
export const arctanh: Unary = /* @__PURE__ */ unary(formulas.arctanh)
/** The cubic root; negative numbers have one too. */
export const cbrt: Unary = /* @__PURE__ */ unary(formulas.cbrt)
/** The smallest integer from x on. */
export const ceil: Unary = /* @__PURE__ */ unary(formulas.ceil)
/** The cosine of an angle in radians. */
export const cos: Unary = /* @__PURE__ */ unary(formulas.cos)
/** The hyperbolic cosine, (eˣ + e⁻ˣ) / 2. */
export const cosh: Unary = /* @__PURE__ */ unary(formulas.cosh)
/** An angle in radians as degrees, x · 180 / π. */
export const degrees: Unary = /* @__PURE__ */ unary(formulas.degrees)
/** a / b; on integers the quotient towards zero. */
export const divide: Binary = /* @__PURE__ */ binary(formulas.divide)
/** 1 where a equals b, else 0. */
export const equal: Binary = /* @__PURE__ */ binary(formulas.equal)
/** The error function, 2/√π · ∫ e^−t² dt from 0 to x. */
export const erf: Unary = /* @__PURE__ */ unary(formulas.erf)
/** The x whose error function is given: ±∞ at ±1, NaN beyond. */
export const erfinv: Unary = /* @__PURE__ */ unary(formulas.erfinv)
/** eˣ. */
export const exp: Unary = /* @__PURE__ */ unary(formulas.exp)
/** eˣ − 1, exact around 0. */
export const expm1: Unary = /* @__PURE__ */ unary(formulas.expm1)
/** The nearest integer towards zero, as trunc. */
export const fix: Unary = /* @__PURE__ */ unary(formulas.fix)
/** The largest integer up to x. */
export const floor: Unary = /* @__PURE__ */ unary(formulas.floor)
/** The gamma function, (x − 1)! of integers; NaN at negative ones. */
export const gamma: Unary = /* @__PURE__ */ unary(formulas.gamma)
/** ln |Γ(x)|; ∞ at 0 and the negative integers. */
export const gammaln: Unary = /* @__PURE__ */ unary(formulas.gammaln)
/** 1 where a > b, else 0. */
export const greater: Binary = /* @__PURE__ */ binary(formulas.greater)
/** 1 where a ≥ b, else 0. */
export const greaterEqual: Binary = /* @__PURE__ */ binary(formulas.greaterEqual)
/** √(a² + b²), of any magnitude. */
export const hypot: Binary = /* @__PURE__ */ binary(formulas.hypot)
/** 1 where a < b, else 0. */
export const lesser: Binary = /* @__PURE__ */ binary(formulas.lesser)
/** 1 where a ≤ b, else 0. */
export const lesserEqual: Binary = /* @__PURE__ */ binary(formulas.lesserEqual)
/** The natural logarithm. */
export const log: Unary = /* @__PURE__ */ unary(formulas.log)
/** The logarithm to base 10. */
export const log10: Unary = /* @__PURE__ */ unary(formulas.log10)
/** ln(1 + x), exact around 0. */
export const log1p: Unary = /* @__PURE__ */ unary(formulas.log1p)
/** The logarithm to base 2, exact at powers of two. */
export const log2: Unary = /* @__PURE__ */ unary(formulas.log2)
/** ln(eᵃ + eᵇ), of any magnitude. */
export const logaddexp: Binary = /* @__PURE__ */ binary(formulas.logaddexp)
/** 1 where both a and b differ from 0, else 0; NaN differs from 0. */
export const logicalAnd: Binary = /* @__PURE__ */ binary(formulas.logicalAnd)
/** 1 where x is 0, else 0. */
export const logicalNot: Unary = /* @__PURE__ */ unary(formulas.logicalNot)
/** 1 where a or b differs from 0, else 0. */
export const logicalOr: Binary = /* @__PURE__ */ binary(formulas.logicalOr)
/** 1 where one of a and b differs from 0 and the other does not, else 0. */
export const logicalXor: Binary = /* @__PURE__ */ binary(formulas.logicalXor)
/** The larger of a and b; NaN if either is NaN. */
export const maximum: Binary = /* @__PURE__ */ binary(formulas.maximum)
/** The smaller of a and b; NaN if either is NaN. */
export const minimum: Binary = /* @__PURE__ */ binary(formulas.minimum)
/** The remainder of a / b with the sign of b; 0 for b = 0. */
export const modulo: Binary = /* @__PURE__ */ binary(formulas.modulo)
/** a · b. */
export const multiply: Binary = /* @__PURE__ */ binary(formulas.multiply)
/** −x. */
export const negative: Unary = /* @__PURE__ */ unary(formulas.negative)
/** 1 where a differs from b, else 0. */
export const notEqual: Binary = /* @__PURE__ */ binary(formulas.notEqual)
/** a to the power b. */
export const power: Binary = /* @__PURE__ */ binary(formulas.power)
/** An angle in degrees as radians, x · π / 180. */
export const radians: Unary = /* @__PURE__ */ unary(formulas.radians)
/** 1 / ∛x. */
export const rcbrt: Unary = /* @__PURE__ */ unary(formulas.rcbrt)
/** 1 / x. */
export const reciprocal: Unary = /* @__PURE__ */ unary(formulas.reciprocal)
/** max(x, 0). */
export const relu: Unary = /* @__PURE__ */ unary(formulas.relu)
/** The nearest integer, halves to the even one. */
export const rint: Unary = /* @__PURE__ */ unary(formulas.rint)
/** The nearest integer, halves away from zero. */
export const round: Unary = /* @__PURE__ */ unary(formulas.round)
/** 1 / √x. */
export const rsqrt: Unary = /* @__PURE__ */ unary(formulas.rsqrt)
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: Unary = /* @__PURE__ */ unary(formulas.sigmoid)
/** −1, 0 or 1. */
export const sign: Unary = /* @__PURE__ */ unary(formulas.sign)
/** The sine of an angle in radians. */
export const sin: Unary = /* @__PURE__ */ unary(formulas.sin)
/** The hyperbolic sine, (eˣ − e⁻ˣ) / 2. */
export const sinh: Unary = /* @__PURE__ */ unary(formulas.sinh)
/** ln(1 + eˣ). */
export const softrelu: Unary = /* @__PURE__ */ unary(formulas.softrelu)
/** x / (1 + |x|). */
export const softsign: Unary = /* @__PURE__ */ unary(formulas.softsign)
/** √x. */
export const sqrt: Unary = /* @__PURE__ */ unary(formulas.sqrt)
/** x². */
export const square: Unary = /* @__PURE__ */ unary(formulas.square)
/** a − b. */
export const subtract: Binary = /* @__PURE__ */ binary(formulas.subtract)
/** The tangent of an angle in radians. */
export const tan: Unary = /* @__PURE__ */ unary(formulas.tan)
/** The hyperbolic tangent. */
export const tanh: Unary = /* @__PURE__ */ unary(formulas.tanh)
/** The integer part of x. */
export const trunc: Unary = /* @__PURE__ */ unary(formulas.trunc)

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
