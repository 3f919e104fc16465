// Random small convolutions on the CPU engine against the reference engine, all passes and gradients.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compare, type Placement, runCase } from '../../../test/conformance/check.ts'
import { Context } from '../../core/engine.ts'
import { reference as referenceContext } from '../../engines/reference/start.ts'
import type { WasmEngine } from '../../engines/wasm/engine.ts'
import { hasRelaxedSimd, useWideSimd } from '../../engines/wasm/features.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import type { Rung } from '../../kernel/rung.ts'
import { type ConvCase, convCases } from './conv.cases.ts'

const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))

const convolutions: fc.Arbitrary<ConvCase> = fc
  .record({
    batch: fc.integer({ min: 1, max: 9 }),
    groups: fc.constantFrom(1, 1, 1, 2, 3),
    channels: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 67 })),
    filters: fc.integer({ min: 1, max: 34 }),
    size: pair(1, 12),
    kernel: pair(1, 5),
    strides: pair(1, 3),
    padding: pair(0, 3),
    dilation: pair(1, 2),
    bias: fc.boolean(),
    relu: fc.boolean(),
  })
  .map(({ batch, channels, size, groups, filters, relu, ...rest }) => ({
    ...rest,
    groups,
    x: [batch, Math.ceil(channels / groups) * groups, ...size] as const,
    filters: Math.ceil(filters / groups) * groups,
    ...(relu && { activation: 'relu' as const }),
  }))
  .filter(({ x, kernel, padding, dilation }) =>
    kernel.every((k, i) => dilation[i] * (k - 1) + 1 <= x[2 + i] + 2 * padding[i]),
  )

const placements = fc.constantFrom<Placement>('plain', 'offset', 'channelsLast')

const rungs: readonly Rung[] = useWideSimd() ? ['wide', 'relaxed'] : hasRelaxedSimd() ? ['relaxed'] : ['plain']

describe.each(rungs)('conv of random sizes, %s', (rung) => {
  const reference = referenceContext()
  let engine: WasmEngine
  let context: Context
  beforeAll(() => {
    engine = makeCpuEngine({ threads: 2, rung })
    context = new Context('cpu', 0, () => engine)
  })
  afterAll(() => engine.close())

  it('agrees with plain loops', async () => {
    const property = fc.asyncProperty(convolutions, placements, async (of, placement) => {
      for (const one of convCases('fuzz', of)) {
        const want = await runCase(one, { context: reference })
        const got = await runCase(one, { context, placement })
        expect(await compare(one, got, want, reference)).toEqual([])
      }
    })
    await fc.assert(property, { numRuns: 100, seed: rungs.indexOf(rung) + 1 })
  })
})
