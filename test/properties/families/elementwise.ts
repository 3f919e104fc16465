// Functions of one operand, and casts.
import fc from 'fast-check'
import type { NDArray } from '../../../src/index.ts'
import { floats, numbers, options, shapes, tensorOf, tensors, types } from '../cases.ts'
import { each, family } from '../family.ts'

const ofAnyType = [
  'abs',
  'ceil',
  'fix',
  'floor',
  'logicalNot',
  'negative',
  'relu',
  'rint',
  'round',
  'sign',
  'square',
  'trunc',
]
const ofFloats = [
  'erf',
  'erfinv',
  'gamma',
  'gammaln',
  'exp',
  'expm1',
  'log',
  'log1p',
  'rsqrt',
  'sigmoid',
  'softrelu',
  'softsign',
  'sqrt',
  'tanh',
]
const ofAngles = ['arccos', 'arcsin', 'arctan', 'cos', 'degrees', 'radians', 'sin', 'tan']
const ofHyperbolas = ['arccosh', 'arcsinh', 'arctanh', 'cosh', 'sinh']
const ofRoots = ['cbrt', 'log10', 'log2', 'rcbrt', 'reciprocal']
const shapedBy = (...names: readonly string[]) =>
  options(Object.fromEntries(names.map((name) => [name, fc.constantFrom(0.1, 0.2, 0.5, 1, 2, 3)])))
const clipped = fc.tuple(tensors(), numbers, numbers)

/** Functions of one operand. */
export const elementwise = family('functions of one operand', {
  ...each(ofAnyType, fc.tuple(tensors())),
  hardSigmoid: fc.tuple(tensors(shapes(), floats), shapedBy('alpha', 'beta')),
  smoothL1: fc.tuple(tensors(shapes(), floats), shapedBy('scalar')),
  ...each([...ofFloats, ...ofAngles, ...ofHyperbolas, ...ofRoots], fc.tuple(tensors(shapes(), floats))),
  clip: clipped.map(([x, a, b]) => [x, a.number <= b.number ? a : b, a.number <= b.number ? b : a]),
})

const kinds = fc.oneof(
  options({ actType: fc.constant('leaky'), slope: fc.constantFrom(0, 0.01, 0.25, 1.5) }),
  options({ actType: fc.constant('elu'), slope: fc.constantFrom(0.25, 1, 1.5) }),
  fc.constantFrom({ actType: 'selu' }, { actType: 'gelu' }),
)

/** Rectifiers; 'prelu' takes an array among its options, and 'rrelu' draws: the cases of leakyReLU try both. */
export const rectifiers = family('rectifiers', { leakyReLU: fc.tuple(tensors(shapes(), floats), kinds) })

/** Casts. */
export const casts = family(
  'casts',
  { astype: fc.tuple(tensors(), types), array: fc.tuple(tensors(), types).map(([x, dtype]) => [x, { dtype }]) },
  { calls: { astype: ([x, dtype]) => (x as NDArray).astype(dtype as 'int32') } },
)

/** Choices between two. */
export const choices = family('choices', {
  where: fc.tuple(shapes(), types, types).chain(([shape, of, dtype]) => {
    const values = fc.oneof({ arbitrary: tensorOf(shape, dtype), weight: 4 }, { arbitrary: numbers, weight: 1 })
    return fc
      .tuple(tensorOf(shape, of), tensorOf(shape, dtype), values, fc.boolean())
      .map(([condition, a, b, first]) => {
        return [condition, ...(first ? [a, b] : [b, a])]
      })
  }),
})
