// Cases of updates: SGD's are equal to the bit on every engine; others have roots and quotients.
import type { NDArray } from '../../core/ndarray.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import type { OpCase } from '../cases.ts'
import { adaDelta, adaGrad, ftrl, rmsProp, rmsPropCentered } from './adaptive.ts'
import { adamax, adamW, nadam } from './moments.ts'
import { nag, signSgd, signum } from './momentum.ts'
import { lambUpdate, larsUpdate } from './norms.ts'
import { adamUpdate, type SgdNumbers, sgdUpdate, updateInPlace } from './update.ts'

const usual: SgdNumbers = { lr: 0.2, wd: 0, rescale: 1 / 128, momentum: 0, clip: 0 }

interface Step extends Partial<SgdNumbers> {
  readonly special?: boolean
}

function step(size: number, { special = false, ...numbers }: Step = {}): OpCase {
  const all = { ...usual, ...numbers }
  const odd = { values: [1, -0, 0, Number.NaN, -3, Number.POSITIVE_INFINITY, 1e-40, Number.NEGATIVE_INFINITY, 2, 1e38] }
  const arrays = all.momentum > 0 ? 3 : 2
  const input = { shape: [size], domain: special ? odd : ([-2, 2] as const) }
  return {
    name: `${special ? 'special values, ' : ''}${size} weights, ${JSON.stringify(numbers)}`,
    inputs: Array(arrays).fill(input),
    gradient: false,
    run: ([weight, gradient, momentum]) => {
      sgdUpdate(weight, gradient, momentum ?? null, all)
      sgdUpdate(weight, gradient, momentum ?? null, all)
      return momentum ? [weight, momentum] : [weight]
    },
  }
}

function adamStep(size: number, numbers: Step = {}): OpCase {
  const input = { shape: [size], domain: [-2, 2] as const }
  const square = { shape: [size], domain: [0, 4] as const }
  return {
    name: `Adam, ${size} weights, ${JSON.stringify(numbers)}`,
    inputs: [input, input, input, square],
    gradient: false,
    run: ([weight, gradient, mean, square]) => {
      const all = { ...usual, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...numbers }
      adamUpdate(weight, gradient, mean, square, all)
      adamUpdate(weight, gradient, mean, square, all)
      return [weight, mean, square]
    },
    tolerance: { relative: 1e-6, absolute: 1e-7 },
  }
}

const none = Number.POSITIVE_INFINITY

/** Formulas with the signs of their state arrays, whether it can be negative, and their numbers. */
const formulas: readonly (readonly [Formula, signs: string, numbers: readonly number[]])[] = [
  [nag, '±', [0.2, 0.1, 1 / 128, none, 0.9]],
  [signum, '±', [0.2, 0.1, 1 / 128, 0.004, 0.9, 0.1, 0.99]],
  [signSgd, '', [0.2, 0.98]],
  [adaGrad, '+', [0.2, 0.1, 1 / 128, none, 1e-7]],
  [rmsProp, '+', [0.2, 0.1, 1 / 128, 0.004, 0.9, 0.1, 1e-4, 1.5]],
  [rmsPropCentered, '+0±', [0.2, 0.1, 1 / 128, none, 0.9, 0.1, 1e-2, none, 0.9]],
  [adaDelta, '++', [0.1, 1 / 128, none, 0.9, 0.1, 1e-5]],
  [ftrl, '±+', [0.2, 0.1, 1 / 128, none, 0.3, 1]],
  [adamW, '±+', [0.2, 0.1, 1 / 128, 0.004, 0.9, 0.1, 0.999, 0.001, 1e-6]],
  [adamax, '±+', [0.2, 0.1, 1 / 128, none, 0.9, 0.1, 0.999]],
  [nadam, '±+', [0.2, 0.1, 1 / 128, none, 0.9, 0.1, 0.999, 0.001, 1e-8, 0.5, 0.6, 1.5]],
]
const domains = { '±': [-2, 2], '+': [0.5, 4], '0': [-0.5, 0.5] } as const

/** Two steps of a formula: roots and quotients of a GPU are within a few units of the last place. */
function formulaStep([formula, signs, numbers]: (typeof formulas)[number], size: number): OpCase {
  const state = [...signs].map((sign) => ({ shape: [size], domain: domains[sign as keyof typeof domains] }))
  const input = { shape: [size], domain: [-2, 2] as const }
  return {
    name: `${formula.name} of ${signs.length} state arrays, ${size} weights`,
    inputs: [input, input, ...state],
    gradient: false,
    run: ([weight, gradient, ...state]) => {
      updateInPlace(formula, weight, gradient, state, numbers)
      updateInPlace(formula, weight, gradient, state, numbers)
      return [weight, ...state]
    },
    tolerance: { relative: 2e-6, absolute: 2e-6 },
  }
}

/** Two steps by norms, of a parameter that is a matrix. */
function normStep(name: 'LARS' | 'LAMB', shape: readonly number[], momentum = 0.9): OpCase {
  const input = { shape, domain: [-2, 2] as const }
  const step = (arrays: readonly NDArray[]) => {
    const [weight, gradient, mean, square] = arrays
    const numbers = { ...usual, wd: 0.1, momentum }
    const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, corrections: [5, 50] as const }
    if (name === 'LARS')
      larsUpdate(weight, gradient, mean ?? null, { ...numbers, eta: 0.1, eps: 1e-3, corrected: true })
    else lambUpdate(weight, gradient, mean, square, { ...numbers, ...adam, lowerBound: 1, upperBound: 3 })
  }
  const state = name === 'LAMB' ? [input, { shape, domain: [0.5, 4] as const }] : momentum > 0 ? [input] : []
  return {
    name: `${name}, ${shape.join(' × ')} weights, momentum ${momentum}`,
    inputs: [input, input, ...state],
    gradient: false,
    run: (arrays) => {
      step(arrays)
      step(arrays)
      return arrays.filter((_, i) => i !== 1)
    },
    tolerance: { relative: 5e-6, absolute: 5e-6 },
  }
}

/** Cases of updates. */
export const cases: readonly OpCase[] = [
  ...formulas.flatMap((formula) => [0, 1, 65, 16_385].map((size) => formulaStep(formula, size))),
  ...[[0], [1], [], [3, 5], [70, 257]].flatMap((shape) => [
    normStep('LARS', shape),
    normStep('LARS', shape, 0),
    normStep('LAMB', shape),
  ]),
  step(0),
  step(1),
  step(7, { wd: 1e-4 }),
  step(16_385),
  step(40_003, { momentum: 0.9, wd: 5e-4 }),
  step(19, { clip: 0.004 }),
  step(65, { momentum: 0.5, clip: 0.004, wd: 0.1 }),
  adamStep(1),
  adamStep(40_003, { wd: 1e-4 }),
  adamStep(65, { clip: 0.004, wd: 0.1 }),
  step(23, { special: true, wd: 0.1 }),
  step(23, { special: true, momentum: 0.9, clip: 1e-3 }),
  {
    name: 'a gradient of another shape',
    inputs: [{ shape: [2, 3] }, { shape: [6] }],
    run: ([weight, gradient]) => {
      sgdUpdate(weight, gradient, null, usual)
      return weight
    },
    throws: '[sgdUpdate] cannot update float32 (2, 3) with float32 (6,): they must match',
  },
]
