// The GPU's matrix products, convolutions and channel sums against the reference kernels, by every kind of tile.
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { GpuTarget } from '../../src/kernel/gpuPlan.ts'
import { convCases, cases as convolutionCases } from '../../src/ops/conv/conv.cases.ts'
import { cases as matmulCases } from '../../src/ops/matmul/matmul.cases.ts'
import { convolutions } from '../conformance/convFuzz.ts'
import { differencesOnGpu } from './onGpu.ts'
import { openDevice } from './runPlan.ts'

const device = await openDevice()
const absent = typeof device === 'string' ? device : undefined
const gpu = device as GPUDevice
const targets: readonly GpuTarget[] = [{ tiles: 'large' }, { tiles: 'small' }]
const cases = [...matmulCases, ...convolutionCases].filter(({ throws }) => !throws)

if (absent) it.skip(`no kernel runs on a GPU here: ${absent}`, () => {})

describe.skipIf(absent).each(targets)('$tiles tiles', (target) => {
  it.each(cases)('$name', async (of) => {
    expect(await differencesOnGpu(gpu, of, target, 0)).toEqual([])
  })

  it('arrays that begin between vectors', async () => {
    const differences: string[] = []
    for (const of of cases.filter((_, i) => i % 4 === 0))
      differences.push(...(await differencesOnGpu(gpu, of, target, 3)))
    expect(differences).toEqual([])
  })

  it('convolutions of random sizes', { timeout: 600_000 }, async () => {
    const property = fc.asyncProperty(convolutions, fc.constantFrom(0, 3, 4), async (of, offset) => {
      for (const one of convCases('fuzz', of)) expect(await differencesOnGpu(gpu, one, target, offset)).toEqual([])
    })
    await fc.assert(property, { numRuns: 10, seed: targets.indexOf(target) + 1 })
  })
})

afterAll(() => absent || gpu.destroy())
