// exp, log, tanh, pow and modulo on the GPU over the range of floats, within what the tolerance policy allows.
import { afterAll, describe, expect, it } from 'vitest'
import { numbers } from '../../arith/arith.ts'
import type { WebGpuEngine } from '../../engines/webgpu/engine.ts'
import { gpu, nd } from '../../index.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { generator } from '../cases.ts'
import { elementary } from '../tolerance.ts'
import { elementwise } from './elementwise.ts'
import * as all from './formulas.ts'

type FormulaName = keyof typeof all
const formulas: Readonly<Record<FormulaName, Formula>> = all

const context = await gpu()

const count = 100_000

/** Numbers from `low` to `high`. */
function evenly(low: number, high: number, seed: number): Float32Array {
  const random = generator(seed)
  return Float32Array.from({ length: count }, () => low + (high - low) * random())
}

/** Positive numbers of every size from 2^low to 2^high. */
const everySize = (low: number, high: number, seed: number) => evenly(low, high, seed).map((x) => 2 ** x)

async function computed(formula: FormulaName, inputs: readonly Float32Array[]): Promise<ArrayLike<number>> {
  const arrays = inputs.map((values) => nd.array(values, { ctx: context }))
  return elementwise(formulas[formula], arrays).toArray()
}

/** The largest distance from what float64 gives, relative to it; results below the normal numbers are left out. */
function furthest(got: ArrayLike<number>, want: (i: number) => number): number {
  let most = 0
  Array.from(got).forEach((value, i) => {
    const exact = want(i)
    if ((exact !== 0 && Math.abs(exact) < 2 ** -126) || Math.abs(exact) > 3.4e38) return
    const distance = value === exact ? 0 : Math.abs(value - exact) / Math.abs(exact)
    // NaN is far from everything
    if (!(distance <= most)) most = distance
  })
  return most
}

const ones: readonly [name: FormulaName, values: Float32Array, of: (x: number) => number][] = [
  ['exp', evenly(-87, 88.7, 1), Math.exp],
  ['log', everySize(-126, 128, 2), Math.log],
  ['log', evenly(0.5, 2, 3), Math.log],
  ['tanh', evenly(-10, 10, 4), Math.tanh],
  ['tanh', everySize(-100, 4, 5), Math.tanh],
  ['sigmoid', evenly(-80, 80, 6), (x) => 1 / (1 + Math.exp(-x))],
]

const powers: readonly [name: string, a: Float32Array, b: Float32Array][] = [
  ['of numbers around 1', evenly(0.5, 2, 7), evenly(-100, 100, 8)],
  ['of numbers of every size', everySize(-126, 128, 9), evenly(-1, 1, 10)],
  ['of negative numbers', evenly(-9, -0.1, 11), evenly(-30, 30, 12).map(Math.round)],
]

const dividends: readonly [name: string, a: Float32Array, b: Float32Array][] = [
  ['integers', evenly(-1000, 1000, 13).map(Math.round), evenly(-9, 9, 14).map(Math.round)],
  ['numbers of every size', everySize(-60, 60, 15), everySize(-60, 60, 16)],
]

afterAll(() => (context.engine as WebGpuEngine).close())

describe('on the GPU', () => {
  const allowed = elementary.relative as number

  it.each(ones)('%s', async (name, values, of) => {
    expect(furthest(await computed(name, [values]), (i) => of(values[i]))).toBeLessThan(allowed)
  })

  it.each(powers)('power %s', async (_name, a, b) => {
    expect(furthest(await computed('power', [a, b]), (i) => a[i] ** b[i])).toBeLessThan(allowed)
  })

  it.each(dividends)('modulo of %s is exact', async (_name, a, b) => {
    const { modulo } = numbers
    expect(furthest(await computed('modulo', [a, b]), (i) => Math.fround(modulo(a[i], b[i])))).toBe(0)
  })
})
