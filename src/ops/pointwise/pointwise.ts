// pointwise: one formula on every element of arrays and numbers, with NumPy's broadcasting.
import type { DType } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import { NDArray } from '../../core/ndarray.ts'
import type { GradientContext } from '../../core/op.ts'
import { broadcastShapes, type Shape, sameShape } from '../../core/shape.ts'
import type { ActivationName } from '../activations.ts'
import type { OpFunctions } from '../index.ts'
import type { OpSpec } from '../spec.ts'
import { type FormulaName, formulas, type PointwiseFormula, type PointwiseOperand } from './formulas.ts'

export type { ActivationName } from '../activations.ts'
export type { FormulaName, PointwiseOperand } from './formulas.ts'

/** Attributes of pointwise. */
export interface PointwiseAttributes {
  readonly formula: FormulaName
  /** Which operands are numbers, ascending: they are the scalars of the call, the others its inputs. */
  readonly numbers?: readonly number[]
}

/** y = formula(operands), element by element; comparisons and all else keep the dtype of the operands. */
export const pointwiseOp: OpSpec<PointwiseAttributes> = {
  name: 'pointwise',
  calledAs: ({ formula }) => formula,
  infer(inputs, { formula }) {
    const [{ dtype }] = inputs
    for (const other of inputs) {
      if (other.dtype === dtype) continue
      throw new OpError(formula, `operands must have one dtype, got ${dtype} and ${other.dtype}: use astype`)
    }
    if (formulaOf(formula).floats && dtype !== 'float32' && dtype !== 'float64') {
      throw new OpError(formula, `cannot take ${dtype}, expected float32: use astype('float32')`)
    }
    return [
      {
        shape: broadcastShapes(
          formula,
          inputs.map((input) => input.shape),
        ),
        dtype,
      },
    ]
  },
  saves(attrs, needs) {
    const operands = operandsOf(attrs)
    const { derivatives } = formulaOf(attrs.formula)
    const reads = operands.map((input, k) => (input !== null && needs[input] ? derivatives[k]?.reads : '')).join('')
    const inputs = operands.filter((input, k): input is number => input !== null && reads.includes('abc'[k]))
    return { inputs, outputs: reads.includes('y') ? [0] : [] }
  },
  gradient(context, [dy], f) {
    const operands = operandsOf(context.attrs)
    const { derivatives } = formulaOf(context.attrs.formula)
    const values = valuesOf(context, operands)
    return context.inputs.map((spec, i) => {
      const derivative = derivatives[operands.indexOf(i)]
      if (!derivative || !context.needs[i]) return null
      return sumTo(derivative.of(dy, values, f), spec.shape, f)
    })
  },
}

/** The formula of a name. */
export function formulaOf(name: FormulaName): PointwiseFormula {
  return formulas[name]
}

/** For each operand the index of its input, or null for a number. */
export function operandsOf({ formula, numbers = [] }: PointwiseAttributes): (number | null)[] {
  let input = 0
  return Array.from({ length: formulaOf(formula).arity }, (_, k) => (numbers.includes(k) ? null : input++))
}

function valuesOf(context: GradientContext<PointwiseAttributes>, operands: readonly (number | null)[]) {
  const { numbers = [] } = context.attrs
  const operand = (k: number): PointwiseOperand => {
    const input = operands[k]
    return input === null ? context.scalars[numbers.indexOf(k)] : context.x(input)
  }
  return {
    get a() {
      return operand(0)
    },
    get b() {
      return operand(1)
    },
    get c() {
      return operand(2)
    },
    get y() {
      return context.y(0)
    },
  }
}

/** Sums a gradient over the axes along which its operand was repeated. */
function sumTo(dy: NDArray, shape: Shape, { sum, withShape }: OpFunctions): NDArray {
  if (sameShape(dy.shape, shape)) return dy
  const pad = dy.ndim - shape.length
  const axis = Array.from(dy.shape.keys()).filter((k) => k < pad || (shape[k - pad] === 1 && dy.shape[k] !== 1))
  const summed = axis.length > 0 ? sum(dy, { axis, keepdims: true }) : dy
  return sameShape(summed.shape, shape) ? summed : withShape(summed, shape)
}

/** Applies a formula to arrays of one dtype and numbers, at least one of them an array. */
export function pointwise(formula: FormulaName, operands: readonly PointwiseOperand[], out?: NDArray): NDArray {
  const inputs = operands.filter((operand): operand is NDArray => operand instanceof NDArray)
  const [first] = inputs
  const numbers: number[] = []
  const scalars: number[] = []
  operands.forEach((operand, k) => {
    if (operand instanceof NDArray) return
    if (typeof operand !== 'number')
      throw new OpError(formula, `operands are arrays and numbers, got ${typeof operand}`)
    numbers.push(k)
    scalars.push(asDType(operand, first?.dtype ?? 'float64'))
  })
  if (!first) throw new OpError(formula, 'at least one operand must be an array, got numbers only')
  const attrs = { formula, ...(numbers.length > 0 && { numbers }) }
  return invoke(pointwiseOp, inputs, attrs, { scalars, ...(out && { out: [out] }) })[0]
}

const rounded = { float32: Math.fround, float64: Number, int32: (x: number) => x | 0, uint8: (x: number) => x & 255 }

/** A number as an element of the type: rounded, or cut towards zero, modulo 2^32 or 256. */
function asDType(x: number, dtype: DType): number {
  return rounded[dtype](x)
}

type Unary = (x: NDArray, out?: NDArray) => NDArray
type Binary = (a: PointwiseOperand, b: PointwiseOperand, out?: NDArray) => NDArray

const unary =
  (formula: FormulaName): Unary =>
  (x, out) =>
    pointwise(formula, [x], out)
const binary =
  (formula: FormulaName): Binary =>
  (a, b, out) =>
    pointwise(formula, [a, b], out)

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
/** eˣ. */
export const exp: Unary = unary('exp')
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
  return pointwise('clip', [x, low, high], out)
}

/** Applies an activation by name: relu, sigmoid, tanh, softrelu or softsign. */
export function activate(name: ActivationName, x: NDArray): NDArray {
  return pointwise(name, [x])
}

/** The gradient of an activation's input from that of its result and the result itself. */
export function activationGradient(name: ActivationName, dy: NDArray, y: NDArray): NDArray {
  return pointwise(`${name}Gradient`, [dy, y])
}
