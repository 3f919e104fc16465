// ONNX's operators of single elements: arithmetic, comparisons, activations and Cast.
import { kindOf } from '../../../core/dtype.ts'
import type { NDArray } from '../../../core/ndarray.ts'
import * as nd from '../../../nd/index.ts'
import { dropInTraining } from '../../../ops/dropout/inTraining.ts'
import { cast } from '../../../ops/elementwise/cast.ts'
import { withShape } from '../../../ops/view/reshape.ts'
import { Fault } from '../../fault.ts'
import type { ElementType } from '../schema.ts'
import { elementTypeOf, type Host, isHost, mapped, type Value } from './host.ts'
import type { Importer, Importers, Step } from './step.ts'

type Operand = NDArray | number

/** Two operands of one element type: a scalar of the host stays a number. */
function pair(step: Step, first: Value, second: Value): [Operand, Operand] {
  const numeric = (value: Value, beside: Value) =>
    isHost(value) && !isHost(beside) && value.values.length === 1 && value.shape.length <= beside.shape.length
      ? value.values[0]
      : step.asArray(value)
  const [a, b] = [numeric(first, second), numeric(second, first)]
  if (typeof a === 'number' || typeof b === 'number' || a.dtype === b.dtype) return [a, b]
  return kindOf(a.dtype) === 'float' ? [a, cast(b, a.dtype)] : [cast(a, b.dtype), b]
}

/** An operator of two operands. */
function binary(
  onHost: (a: number, b: number) => number,
  onArrays: (a: Operand, b: Operand) => NDArray,
  mask = false,
): Importer {
  return (step) => {
    const { hosts } = step
    if (step.onHost && hosts.length === 2) return mapped(mask ? 'bool' : hosts[0].type, hosts, onHost)
    return onArrays(...pair(step, step.value(0), step.value(1)))
  }
}

/** An operator of any number of operands. */
function variadic(
  onHost: (a: number, b: number) => number,
  onArrays: (a: Operand, b: Operand) => NDArray,
): (step: Step) => Value {
  return (step) => {
    let made = step.value(0)
    for (let i = 1; i < step.count; i++) {
      const next = step.value(i)
      made =
        isHost(made) && isHost(next) ? mapped(made.type, [made, next], onHost) : onArrays(...pair(step, made, next))
    }
    return made
  }
}

function unary(onArray: (x: NDArray) => NDArray, onHost?: (x: number) => number): Importer {
  return (step) => {
    const x = step.value(0)
    return isHost(x) && onHost ? mapped(x.type, [x], onHost) : onArray(step.array(0))
  }
}

const divided = (type: ElementType) => (a: number, b: number) =>
  type.startsWith('float') ? a / b : b === 0 ? 0 : Math.trunc(a / b)

/** Integers are divided towards zero, in ONNX as here on the host. */
const div: Importer = (step) => {
  const { hosts } = step
  if (step.onHost && hosts.length === 2) return mapped(hosts[0].type, hosts, divided(hosts[0].type))
  return nd.divide(...pair(step, step.value(0), step.value(1)))
}

const mod: Importer = (step) => {
  const cut = step.attributes.int('fmod', 0) === 1
  const { hosts } = step
  if (step.onHost && hosts.length === 2) {
    return mapped(hosts[0].type, hosts, (a, b) => (b === 0 ? 0 : cut ? a % b : a - b * Math.floor(a / b)))
  }
  const [a, b] = pair(step, step.value(0), step.value(1))
  return cut ? nd.subtract(a, nd.multiply(b, nd.trunc(nd.divide(a, b)))) : nd.modulo(a, b)
}

const where: Importer = (step) => {
  if (step.onHost && step.hosts.length === 3) {
    return mapped(step.hosts[1].type, step.hosts, (mask, a, b) => (mask === 0 ? b : a))
  }
  const [a, b] = pair(step, step.value(1), step.value(2))
  if (typeof a === 'number' && typeof b === 'number') throw new Fault('both choices are numbers')
  return nd.where(step.array(0), a, b)
}

/** A value as another element type; int64 is held as int32, and bool as 0 and 1 of float32. */
function castTo(value: Value, type: ElementType): Value {
  if (isHost(value)) return mapped(type, [value], (x) => x)
  if (type === 'bool') {
    const mask = nd.notEqual(value, 0)
    return mask.dtype === 'float32' ? mask : cast(mask, 'float32')
  }
  const dtype = type === 'int64' ? 'int32' : type
  return value.dtype === dtype ? value : cast(value, dtype)
}

/** Bounds by attributes before version 11, by operands from it on. */
const clip: Importer = (step) => {
  const low = step.maybe(1) ?? bound(step, 'min')
  const high = step.maybe(2) ?? bound(step, 'max')
  const x = step.value(0)
  if (isHost(x)) {
    const one = (value: Value | undefined, usual: number) => (isHost(value) ? value.values[0] : usual)
    return mapped(x.type, [x], (value) => Math.min(one(high, Infinity), Math.max(one(low, -Infinity), value)))
  }
  if (isHost(low) && isHost(high) && low.values.length === 1 && high.values.length === 1) {
    return nd.clip(x, low.values[0], high.values[0])
  }
  let y: NDArray = x
  if (low) y = nd.maximum(...pair(step, y, low))
  if (high) y = nd.minimum(...pair(step, y, high))
  return y
}

function bound(step: Step, name: string): Host | undefined {
  const value = step.attributes.float(name, undefined)
  return value === undefined ? undefined : { type: 'float32', shape: [], values: [value] }
}

/** A slope for each channel by leakyReLU, one of another shape by two rectifiers. */
const prelu: Importer = (step) => {
  const [x, slope] = [step.array(0), step.array(1)]
  const own = slope.shape.slice(Math.max(0, slope.ndim - x.ndim + 1))
  const ofChannels = x.ndim >= 2 && own.length === x.ndim - 1 && own.slice(1).every((n) => n === 1)
  if (slope.size === 1 || (ofChannels && slope.size === x.shape[1])) {
    return nd.leakyReLU(x, { actType: 'prelu', gamma: withShape(slope, [slope.size]) })
  }
  return nd.subtract(nd.relu(x), nd.multiply(slope, nd.relu(nd.negative(x))))
}

const selu: Importer = (step) => {
  const [alpha, gamma] = [step.attributes.float('alpha', 1.6732632), step.attributes.float('gamma', 1.0507009)]
  const usual = Math.abs(alpha - 1.6732632) < 1e-4 && Math.abs(gamma - 1.0507009) < 1e-4
  const x = step.array(0)
  if (usual) return nd.leakyReLU(x, { actType: 'selu' })
  return nd.multiply(nd.leakyReLU(x, { actType: 'elu', slope: alpha }), gamma)
}

const gelu: Importer = (step) => {
  const x = step.array(0)
  if (step.attributes.text('approximate', 'none') !== 'tanh') return nd.leakyReLU(x, { actType: 'gelu' })
  const inner = nd.multiply(Math.sqrt(2 / Math.PI), nd.add(x, nd.multiply(0.044715, nd.power(x, 3))))
  return nd.multiply(nd.multiply(x, 0.5), nd.add(nd.tanh(inner), 1))
}

const sum = variadic((a, b) => a + b, nd.add)

/** The probability of Dropout, as an attribute or in newer versions as an operand. */
function rateOf(step: Step): number {
  const rate = step.number(1) ?? step.attributes.float('ratio', 0.5)
  if (rate >= 0 && rate < 1) return rate
  throw new Fault(`ratio must be from 0 to below 1, got ${rate}`)
}

/** How each operator is computed. */
export const elementImporters: Importers = {
  Add: binary((a, b) => a + b, nd.add),
  Sub: binary((a, b) => a - b, nd.subtract),
  Mul: binary((a, b) => a * b, nd.multiply),
  Div: div,
  Mod: mod,
  Pow: binary((a, b) => a ** b, nd.power),
  Max: variadic(Math.max, nd.maximum),
  Min: variadic(Math.min, nd.minimum),
  Sum: sum,
  Mean: (step) => nd.divide(step.asArray(sum(step)), step.count),
  Equal: binary((a, b) => Number(a === b), nd.equal, true),
  Greater: binary((a, b) => Number(a > b), nd.greater, true),
  GreaterOrEqual: binary((a, b) => Number(a >= b), nd.greaterEqual, true),
  Less: binary((a, b) => Number(a < b), nd.lesser, true),
  LessOrEqual: binary((a, b) => Number(a <= b), nd.lesserEqual, true),
  And: binary((a, b) => a * b, nd.logicalAnd, true),
  Or: binary((a, b) => a + b, nd.logicalOr, true),
  Xor: binary((a, b) => Number(a !== b), nd.logicalXor, true),
  Not: unary(nd.logicalNot, (x) => (x === 0 ? 1 : 0)),
  Where: where,
  Cast: (step) => castTo(step.value(0), elementTypeOf(step.attributes.int('to', 0))),
  Identity: (step) => step.value(0),
  Abs: unary(nd.abs, Math.abs),
  Neg: unary(nd.negative, (x) => -x),
  Sqrt: unary(nd.sqrt, Math.sqrt),
  Exp: unary(nd.exp, Math.exp),
  Log: unary(nd.log, Math.log),
  Floor: unary(nd.floor, Math.floor),
  Ceil: unary(nd.ceil, Math.ceil),
  Round: unary(nd.rint),
  Sign: unary(nd.sign, Math.sign),
  Reciprocal: unary(nd.reciprocal, (x) => 1 / x),
  Sin: unary(nd.sin),
  Cos: unary(nd.cos),
  Tan: unary(nd.tan),
  Asin: unary(nd.arcsin),
  Acos: unary(nd.arccos),
  Atan: unary(nd.arctan),
  Sinh: unary(nd.sinh),
  Cosh: unary(nd.cosh),
  Asinh: unary(nd.arcsinh),
  Acosh: unary(nd.arccosh),
  Atanh: unary(nd.arctanh),
  Erf: unary(nd.erf),
  Relu: unary(nd.relu),
  Sigmoid: unary(nd.sigmoid),
  Tanh: unary(nd.tanh),
  Softplus: unary(nd.softrelu),
  Softsign: unary(nd.softsign),
  LeakyRelu: (step) => nd.leakyReLU(step.array(0), { slope: step.attributes.float('alpha', 0.01) }),
  Elu: (step) => nd.leakyReLU(step.array(0), { actType: 'elu', slope: step.attributes.float('alpha', 1) }),
  Selu: selu,
  PRelu: prelu,
  Gelu: gelu,
  HardSigmoid: (step) => {
    const { attributes } = step
    return nd.hardSigmoid(step.array(0), { alpha: attributes.float('alpha', 0.2), beta: attributes.float('beta', 0.5) })
  },
  HardSwish: (step) => {
    const x = step.array(0)
    return nd.multiply(x, nd.hardSigmoid(x, { alpha: 1 / 6, beta: 0.5 }))
  },
  Mish: (step) => {
    const x = step.array(0)
    return nd.multiply(x, nd.tanh(nd.softrelu(x)))
  },
  Clip: clip,
  Dropout: (step) => {
    return dropInTraining(step.array(0), rateOf(step))
  },
}
