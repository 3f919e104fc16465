// Cases of the element-wise functions: every formula, dtypes, numbers, special values.
import { derive } from '../../arith/derive.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { type CaseInput, type Domain, generator, type OpCase } from '../cases.ts'
import { elementary, exact, looser, type Tolerance } from '../tolerance.ts'
import {
  activationGradient,
  add,
  clip,
  elementwise,
  hardSigmoid,
  logaddexp,
  multiply,
  power,
  smoothL1,
  subtract,
} from './elementwise.ts'
import * as all from './formulas.ts'

type FormulaName = keyof typeof all
const formulas: Readonly<Record<FormulaName, Formula>> = all

const special = { values: [0, -0, 1, -1, 0.5, -2.5, 1e-40, 3e38, -3e38, Infinity, -Infinity, Number.NaN] }
/** Pairs of all values: lengths twelve and thirteen have no common factor. */
const shifted = { values: [...special.values, 2] }
const around = looser({ relative: 1e-6, absolute: 1e-7 }, 'a sum with 1 loses what is far smaller than it')
/** Made of exp, log, products with a rounded sum, or polynomials. */
const transcendental = [
  ...([
    'arccos',
    'arccosh',
    'arcsin',
    'arcsinh',
    'arctan',
    'arctan2',
    'arctanh',
    'cos',
    'cosh',
    'sin',
    'sinh',
    'tan',
  ] as const),
  ...(['cbrt', 'hardSigmoid', 'hypot', 'log10', 'log2', 'rcbrt'] as const),
]
const tolerances: Partial<Record<FormulaName, Tolerance>> = {
  ...Object.fromEntries(transcendental.map((name) => [name, elementary])),
  erf: elementary,
  erfinv: elementary,
  gamma: looser({ relative: 2e-6, absolute: 2 ** -126 }, 'a product of seven factors, or a power'),
  gammaln: around,
  exp: elementary,
  expm1: elementary,
  log: elementary,
  log1p: elementary,
  logaddexp: around,
  power: elementary,
  sigmoid: elementary,
  sigmoidGradient: around,
  softrelu: around,
  softreluGradient: around,
  softsign: elementary,
  softsignGradient: around,
  tanh: elementary,
  tanhGradient: around,
}
const domains: Partial<Record<FormulaName, Domain>> = {
  arccos: [-0.9, 0.9],
  arccosh: [1.1, 5],
  arcsin: [-0.9, 0.9],
  arcsinh: [-5, 5],
  arctan: [-5, 5],
  arctan2: [0.5, 2],
  arctanh: [-0.9, 0.9],
  cbrt: [0.1, 5],
  cos: [-100, 100],
  divide: [0.5, 2],
  erfinv: [-0.9, 0.9],
  gamma: [-0.9, 6],
  gammaln: [0.1, 12],
  hypot: [0.5, 2],
  log: [0.1, 5],
  log10: [0.1, 5],
  log2: [0.1, 5],
  log1p: [-0.9, 5],
  modulo: [0.6, 3],
  power: [0.5, 3],
  rcbrt: [0.1, 5],
  reciprocal: [0.1, 5],
  rsqrt: [0.1, 5],
  sin: [-100, 100],
  smoothL1: [0.5, 2],
  softrelu: [-6, 6],
  softreluGradient: [0.1, 2],
  sqrt: [0.1, 5],
  tan: [-1.4, 1.4],
}
const names = Object.keys(formulas) as FormulaName[]
const arityOf = (name: FormulaName) => formulas[name].compute.length - 1

/** Whether the formula has a gradient: steps have none. */
function hasSlope(name: FormulaName): boolean {
  const leaves = Array.from({ length: arityOf(name) }, () => 'float' as const)
  return derive(formulas[name], leaves, [...leaves.keys()]).gradients.some((gradient) => gradient !== null)
}

function inputs(name: FormulaName, input: CaseInput, other: CaseInput = input): CaseInput[] {
  return [input, other, other].slice(0, arityOf(name))
}

/** A case of one formula; steps have a gradient of zero and are left out of the check. */
function caseOf(name: FormulaName, title: string, given: readonly CaseInput[], gradient?: false): OpCase {
  const tolerance = tolerances[name] ?? exact
  const smooth = hasSlope(name) && name !== 'clip' && gradient !== false
  return {
    name: `${name} of ${title}`,
    inputs: given,
    run: (arrays) => elementwise(formulas[name], arrays),
    tolerance,
    ...(!smooth && { gradient: false }),
  }
}

const everyFormula = names.map((name) => {
  const domain = domains[name] ?? ([-2, 2] as const)
  return caseOf(name, 'floats', inputs(name, { shape: [3, 4, 5], domain }))
})

/** dx from dy and y: y is the result of an activation, and so no special value. */
const ofActivation = (name: FormulaName) => name.endsWith('Gradient')

const specials = names
  .filter((name) => !ofActivation(name))
  .map((name) =>
    caseOf(name, 'special values', inputs(name, { shape: [156], domain: special }, { shape: [156], domain: shifted })),
  )

const integers = names
  .filter((name) => !('floats' in formulas[name]))
  .flatMap((name) => [
    caseOf(name, 'int32', inputs(name, { shape: [61], dtype: 'int32', domain: [-9, 9] })),
    caseOf(name, 'uint8', inputs(name, { shape: [61], dtype: 'uint8', domain: [0, 256] })),
    caseOf(name, 'int8', inputs(name, { shape: [61], dtype: 'int8', domain: [-128, 128] })),
  ])

/** float16 is computed with as float32, and each result rounded once. */
const halves = (['add', 'multiply', 'maximum', 'negative', 'greater'] as const).map((name) =>
  caseOf(name, 'float16', inputs(name, { shape: [61], dtype: 'float16', domain: [-300, 300] })),
)

const extremes = { values: [0, 1, -1, 2, 7, -7, 2 ** 31 - 1, -(2 ** 31), 46341, -46341, 65536] }
const overflows = names
  .filter((name) => !('floats' in formulas[name]))
  .map((name) =>
    caseOf(
      name,
      'int32 at its ends',
      inputs(
        name,
        { shape: [132], dtype: 'int32', domain: extremes },
        { shape: [132], dtype: 'int32', domain: { values: [...extremes.values, 3] } },
      ),
    ),
  )

/** Numbers of every size, and exponents that lead to all of them: where a rounding that is left out shows. */
const random = generator(1)
const many = (of: () => number) => ({ shape: [4096], domain: { values: Array.from({ length: 4096 }, of) } })
const everySize = caseOf('power', 'numbers of every size', [
  many(() => 2 ** (-120 + 240 * random())),
  many(() => 2 * random() - 1),
])
const around1 = caseOf('power', 'numbers around 1', [many(() => 0.5 + 1.5 * random()), many(() => 100 * random() - 50)])

const numbers: OpCase[] = [
  { name: 'x + 0.1', inputs: [{ shape: [13] }], run: ([x]) => add(x, 0.1) },
  { name: '1 - x', inputs: [{ shape: [13] }], run: ([x]) => subtract(1, x) },
  { name: 'x ^ 2', inputs: [{ shape: [13] }], run: ([x]) => power(x, 2), tolerance: elementary },
  { name: '2 ^ x', inputs: [{ shape: [13] }], run: ([x]) => power(2, x), tolerance: elementary },
  { name: 'clip to [-0.5, 0.25]', inputs: [{ shape: [50] }], run: ([x]) => clip(x, -0.5, 0.25) },
  { name: 'clip NaN', inputs: [{ shape: [24], domain: special }], run: ([x]) => clip(x, -1, 1) },
  { name: 'twice the same', inputs: [{ shape: [9] }], run: ([x]) => multiply(x, x) },
  { name: 'images and a number', inputs: [{ shape: [2, 3, 4, 5] }], run: ([x]) => multiply(x, 3) },
  {
    name: 'gradient of a sigmoid from a broadcast',
    inputs: [{ shape: [2, 3, 4, 5] }, { shape: [2, 3, 4, 5] }],
    run: ([dy, y]) => activationGradient('sigmoid', dy, y),
    tolerance: around,
  },
]

/** Angles of every size, ends of domains, and what lies on axes. */
const { values: angles } = many(() => Math.PI * 2 ** (160 * random() - 32) * (random() < 0.5 ? -1 : 1)).domain
const edges = { values: [1, -1, 0.5, -0.5, 1 + 2 ** -23, 1 - 2 ** -24, -1 + 2 ** -24, 0, -0, 1e-30, 88.5, -89.3, 1e30] }
const ofAngles: OpCase[] = [
  ...(['sin', 'cos', 'tan'] as const).map((name) =>
    caseOf(name, 'angles of every size', [{ shape: [4096], domain: { values: angles } }]),
  ),
  ...transcendental
    .filter((name) => arityOf(name) === 1)
    .map((name) => caseOf(name, 'edges', [{ shape: [26], domain: edges }])),
  caseOf('erfinv', 'edges', [{ shape: [26], domain: edges }]),
  caseOf('gamma', 'steps and reflections', [{ shape: [97], domain: [-8.4, 34] }], false),
  caseOf('gammaln', 'steps and reflections', [{ shape: [97], domain: [-8.4, 34] }], false),
  {
    name: 'hardSigmoid by options',
    inputs: [{ shape: [3, 7], domain: [-4, 4] }],
    run: ([x]) => hardSigmoid(x, { alpha: 0.5, beta: 0.25 }),
    tolerance: elementary,
    gradient: false,
  },
  { name: 'hardSigmoid of its own', inputs: [{ shape: [9] }], run: ([x]) => hardSigmoid(x), tolerance: elementary },
  { name: 'smoothL1 by its scalar', inputs: [{ shape: [3, 7] }], run: ([x]) => smoothL1(x, { scalar: 3 }) },
  { name: 'smoothL1 of nothing', inputs: [{ shape: [0, 7] }], run: ([x]) => smoothL1(x) },
  {
    name: 'integers and numbers in logic',
    inputs: [{ shape: [61], dtype: 'int32', domain: [-2, 3] }],
    run: ([x]) => [0, -0, 0.5, 1e12, Number.NaN].map((number) => elementwise(formulas.logicalAnd, [x, number])),
  },
]

const exponentials: OpCase[] = [
  ...[100, 10000].map((size) =>
    caseOf('logaddexp', `magnitudes to ${size}`, [
      { shape: [7, 9], domain: [-size, size] },
      { shape: [7, 1], domain: [-size, size] },
    ]),
  ),
  caseOf('logaddexp', 'images and channels', [{ shape: [2, 3, 4, 5] }, { shape: [3, 1, 1] }]),
  caseOf('logaddexp', 'nothing', [{ shape: [0, 3] }, { shape: [3] }]),
  {
    name: 'logaddexp of equals',
    inputs: [{ shape: [13] }],
    run: ([x]) => logaddexp(x, x),
    tolerance: around,
  },
  {
    name: 'logaddexp of a number and an array',
    inputs: [{ shape: [13], domain: [-100, 100] }],
    run: ([x]) => logaddexp(1, x),
    tolerance: around,
  },
]

const errors: OpCase[] = [
  {
    name: 'logaddexp of integers',
    inputs: [{ shape: [2], dtype: 'int32' }],
    run: ([x]) => logaddexp(x, 1),
    throws: "[logaddexp] cannot take int32, expected float32: use astype('float32')",
  },
  {
    name: 'logaddexp of shapes that do not fit',
    inputs: [{ shape: [2] }, { shape: [3] }],
    run: ([a, b]) => logaddexp(a, b),
    throws: '[logaddexp] cannot broadcast (2,) and (3,): axis 0 has sizes 2 and 3',
  },
  {
    name: 'logaddexp of numbers only',
    inputs: [],
    run: () => logaddexp(1, 2),
    throws: '[logaddexp] at least one operand must be an array',
  },
  {
    name: 'int32 · 2.9',
    inputs: [{ shape: [13], dtype: 'int32' }],
    run: ([x]) => multiply(x, 2.9),
    throws: "[multiply] int32 can't hold 2.9: use astype('float32') first",
  },
  {
    name: 'uint8 - 300',
    inputs: [{ shape: [13], dtype: 'uint8' }],
    run: ([x]) => subtract(x, 300),
    throws: "[subtract] uint8 can't hold 300: use astype('float32') first",
  },
  {
    name: 'two dtypes',
    inputs: [{ shape: [2] }, { shape: [2], dtype: 'int32' }],
    run: ([a, b]) => add(a, b),
    throws: '[add] operands must have one dtype, got float32 and int32: use astype',
  },
  {
    name: 'shapes that do not fit',
    inputs: [{ shape: [2, 3] }, { shape: [2, 4] }],
    run: ([a, b]) => add(a, b),
    throws: '[add] cannot broadcast (2, 3) and (2, 4): axis 1 has sizes 3 and 4',
  },
  {
    name: 'sin of integers',
    inputs: [{ shape: [2], dtype: 'int32' }],
    run: ([x]) => elementwise(formulas.sin, [x]),
    throws: "[sin] cannot take int32, expected float32: use astype('float32')",
  },
  {
    name: 'hardSigmoid of a wrong option',
    inputs: [{ shape: [2] }],
    run: ([x]) => hardSigmoid(x, { slope: 1 } as object),
    throws: "[hardSigmoid] unknown option 'slope'",
  },
  {
    name: 'exp of integers',
    inputs: [{ shape: [2], dtype: 'int32' }],
    run: ([x]) => elementwise(formulas.exp, [x]),
    throws: "[exp] cannot take int32, expected float32: use astype('float32')",
  },
  {
    name: 'rsqrt of bytes',
    inputs: [{ shape: [2], dtype: 'uint8' }],
    run: ([x]) => elementwise(formulas.rsqrt, [x]),
    throws: "[rsqrt] cannot take uint8, expected float32: use astype('float32')",
  },
  {
    name: 'numbers only',
    inputs: [],
    run: () => add(1, 2),
    throws: '[add] at least one operand must be an array',
  },
]

/** All cases of the element-wise functions. */
export const cases: readonly OpCase[] = [
  ...everyFormula,
  ...specials,
  ...integers,
  ...halves,
  ...overflows,
  everySize,
  around1,
  ...numbers,
  ...ofAngles,
  ...exponentials,
  ...errors,
]
