// MXNet's operators of single elements: arithmetic with arrays and numbers, comparisons, functions and Cast.
import { isDType } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import * as nd from '../../nd/index.ts'
import { cast } from '../../ops/elementwise/cast.ts'
import { Fault } from '../fault.ts'
import type { SymbolOperator, SymbolOperators } from './step.ts'

type Binary = (a: NDArray | number, b: NDArray | number) => NDArray

const binary =
  (compute: Binary): SymbolOperator =>
  (step) =>
    compute(step.x, step.array(1))

/** An array and the number of an attribute; `first` puts the number before the array. */
const scalar =
  (compute: Binary, first = false): SymbolOperator =>
  ({ x, attributes }) => {
    const number = attributes.float('scalar', 0)
    return first ? compute(number, x) : compute(x, number)
  }

const unary =
  (compute: (x: NDArray) => NDArray): SymbolOperator =>
  ({ x }) =>
    compute(x)

/** Operators of two operands: their function, their names with arrays, and the names of those with a number. */
const binaries: readonly (readonly [Binary, arrays: string, numbers: string, before?: string])[] = [
  [nd.add, 'elemwise_add broadcast_add broadcast_plus _plus _Plus _add', '_plus_scalar _PlusScalar'],
  [
    nd.subtract,
    'elemwise_sub broadcast_sub broadcast_minus _minus _Minus _sub',
    '_minus_scalar _MinusScalar',
    '_rminus_scalar _RMinusScalar',
  ],
  [nd.multiply, 'elemwise_mul broadcast_mul _mul _Mul', '_mul_scalar _MulScalar'],
  [nd.divide, 'elemwise_div broadcast_div _div _Div', '_div_scalar _DivScalar', '_rdiv_scalar _RDivScalar'],
  [nd.modulo, 'broadcast_mod _mod _Mod', '_mod_scalar _ModScalar', '_rmod_scalar _RModScalar'],
  [nd.power, 'broadcast_power _power _Power', '_power_scalar _PowerScalar', '_rpower_scalar _RPowerScalar'],
  [nd.maximum, 'broadcast_maximum _maximum _Maximum', '_maximum_scalar _MaximumScalar'],
  [nd.minimum, 'broadcast_minimum _minimum _Minimum', '_minimum_scalar _MinimumScalar'],
  [nd.equal, 'broadcast_equal _equal', '_equal_scalar'],
  [nd.notEqual, 'broadcast_not_equal _not_equal', '_not_equal_scalar'],
  [nd.greater, 'broadcast_greater _greater', '_greater_scalar'],
  [nd.greaterEqual, 'broadcast_greater_equal _greater_equal', '_greater_equal_scalar'],
  [nd.lesser, 'broadcast_lesser _lesser', '_lesser_scalar'],
  [nd.lesserEqual, 'broadcast_lesser_equal _lesser_equal', '_lesser_equal_scalar'],
  [nd.logicalAnd, 'broadcast_logical_and', '_logical_and_scalar'],
  [nd.logicalOr, 'broadcast_logical_or', '_logical_or_scalar'],
  [nd.logicalXor, 'broadcast_logical_xor', '_logical_xor_scalar'],
]

const unaries = {
  ...{ abs: nd.abs, arccos: nd.arccos, arccosh: nd.arccosh, arcsin: nd.arcsin, arcsinh: nd.arcsinh },
  ...{ arctan: nd.arctan, arctanh: nd.arctanh, cbrt: nd.cbrt, ceil: nd.ceil, cos: nd.cos, cosh: nd.cosh },
  ...{ degrees: nd.degrees, erf: nd.erf, erfinv: nd.erfinv, exp: nd.exp, expm1: nd.expm1, fix: nd.fix },
  ...{ floor: nd.floor, gamma: nd.gamma, gammaln: nd.gammaln, log: nd.log, log10: nd.log10, log1p: nd.log1p },
  ...{ log2: nd.log2, logical_not: nd.logicalNot, negative: nd.negative, radians: nd.radians, rcbrt: nd.rcbrt },
  ...{ reciprocal: nd.reciprocal, relu: nd.relu, rint: nd.rint, round: nd.round, rsqrt: nd.rsqrt },
  ...{ sigmoid: nd.sigmoid, sign: nd.sign, sin: nd.sin, sinh: nd.sinh, softsign: nd.softsign, sqrt: nd.sqrt },
  ...{ square: nd.square, tan: nd.tan, tanh: nd.tanh, trunc: nd.trunc },
  ...{ ones_like: nd.onesLike, zeros_like: nd.zerosLike, _copy: (x: NDArray) => x, identity: (x: NDArray) => x },
} satisfies Readonly<Record<string, (x: NDArray) => NDArray>>

const castTo: SymbolOperator = ({ x, attributes }) => {
  const dtype = attributes.text('dtype', undefined)
  const held = dtype === 'int64' ? 'int32' : dtype === 'bool' ? 'uint8' : dtype
  if (held === undefined || !isDType(held)) throw new Fault(`dtype ${dtype ?? 'none'} is not had`)
  return x.dtype === held ? x : cast(x, held)
}

const clip: SymbolOperator = ({ x, attributes }) => {
  const [low, high] = [attributes.float('a_min', undefined), attributes.float('a_max', undefined)]
  if (low === undefined || high === undefined) throw new Fault('needs a_min and a_max')
  return nd.clip(x, low, high)
}

const addN: SymbolOperator = ({ arrays }) => (arrays.length === 1 ? arrays[0] : nd.addN(...arrays))

/** How each operator is computed. */
export const elementOperators: SymbolOperators = {
  ...Object.fromEntries(
    binaries.flatMap(([compute, arrays, numbers, before]) => [
      ...arrays.split(' ').map((name) => [name, binary(compute)] as const),
      ...numbers.split(' ').map((name) => [name, scalar(compute)] as const),
      ...(before?.split(' ') ?? []).map((name) => [name, scalar(compute, true)] as const),
    ]),
  ),
  ...Object.fromEntries(Object.entries(unaries).map(([name, compute]) => [name, unary(compute)])),
  BlockGrad: ({ x }) => x.detach(),
  stop_gradient: ({ x }) => x.detach(),
  Cast: castTo,
  cast: castTo,
  ElementWiseSum: addN,
  add_n: addN,
  clip,
  hard_sigmoid: ({ x, attributes }) =>
    nd.hardSigmoid(x, { alpha: attributes.float('alpha', 0.2), beta: attributes.float('beta', 0.5) }),
  smooth_l1: ({ x, attributes }) => nd.smoothL1(x, { scalar: attributes.float('scalar', 1) }),
  where: (step) => nd.where(step.x, step.array(1), step.array(2)),
}
