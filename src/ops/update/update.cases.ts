// Cases of updates: equal to the bit on every engine, with and without momentum, decay and clipping.
import type { OpCase } from '../cases.ts'
import { adamUpdate, type SgdNumbers, sgdUpdate } from './update.ts'

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

/** Cases of sgdUpdate and adamUpdate. */
export const cases: readonly OpCase[] = [
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
