// Element-wise functions and their derivatives beside mpmath's, on the reference engine and on each rung of the CPU's.
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { reference } from '../../src/index.ts'
import { distanceOf, golden } from './formulas.ts'

const engines = (['relaxed', 'plain'] as const).map((rung) => ({ rung, engine: makeCpuEngine({ threads: 1, rung }) }))
afterAll(() => Promise.all(engines.map(({ engine }) => engine.close())))
const contexts = engines.map(({ rung, engine }) => [rung, new Context('cpu', 0, () => engine)] as const)

/**
 * Units of the last place, 2 unless said here. The slope of erf is e^−x², where rounding x² costs up to x² / 2 units; those of
 * erfinv, rcbrt and tan are made of the result, and those of gamma and gammaln have a zero at 1.4616, where sums cancel.
 */
const mostOfValues: Readonly<Record<string, number>> = { erfinv: 3 }
const mostOfSlopes: Readonly<Record<string, number>> = { erf: 20, erfinv: 6, gamma: 16, gammaln: 16, rcbrt: 3, tan: 5 }

describe.each([['reference', reference()] as const, ...contexts])('%s', (_name, ctx) => {
  it.each(Object.keys(golden))('%s', async (name) => {
    const { value, slope } = await distanceOf(name, ctx)
    expect(value).toBeLessThan(mostOfValues[name] ?? 2)
    expect(slope).toBeLessThan(mostOfSlopes[name] ?? 2)
  })
})
