// The GPU's matrix products, convolutions and channel sums against the reference kernels, by both kinds of tiles.
import { afterAll, describe, expect, it } from 'vitest'
import { cases as convolutionCases } from '../../src/ops/conv/conv.cases.ts'
import { cases as matmulCases } from '../../src/ops/matmul/matmul.cases.ts'
import { absent, differencesOnGpu, fuzzOnGpu, gpu, targets, wideProduct } from './onGpu.ts'

const cases = [...matmulCases, ...convolutionCases].filter(({ throws }) => !throws)

if (absent) it.skip(`no kernel runs on a GPU here: ${absent}`, () => {})

describe.skipIf(absent).each(targets)('$tiles tiles', (target) => {
  it.each(cases)('$name', async (of) => {
    expect(await differencesOnGpu(of, target, 0)).toEqual([])
  })

  it('arrays that begin between vectors', async () => {
    const some = cases.filter((_, i) => i % 4 === 0)
    for (const of of some) expect(await differencesOnGpu(of, target, 3)).toEqual([])
  })

  it.runIf(target.tiles === 'small')('more workgroups than fit along an axis', async () => {
    expect(await differencesOnGpu(wideProduct, target, 0)).toEqual([])
  })

  it('convolutions of random sizes', () => fuzzOnGpu(target, 8))
})

afterAll(() => absent ?? gpu.destroy())
