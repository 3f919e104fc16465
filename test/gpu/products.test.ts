// The GPU's matrix products, convolutions and channel sums against the reference kernels, by both kinds of tiles.
import { afterAll, describe, expect, it } from 'vitest'
import { convCases, cases as convolutionCases } from '../../src/ops/conv/conv.cases.ts'
import { cases as matmulCases } from '../../src/ops/matmul/matmul.cases.ts'
import { absent, differencesOnGpu, fuzzOnGpu, gpu, targets, wideProduct } from './onGpu.ts'

/** Groups whose sums come in parts: in the forward pass over 1,080 products, for the filters over 1,800 pixels. */
const parted = [
  ...convCases('groups, long sums', {
    x: [1, 240, 5, 5],
    filters: 6,
    kernel: [3, 3],
    groups: 2,
    bias: true,
    activation: 'relu',
  }),
  ...convCases('groups, many pixels', { x: [2, 6, 30, 30], filters: 4, kernel: [3, 2], padding: [1, 1], groups: 2 }),
]
const cases = [...matmulCases, ...convolutionCases, ...parted].filter(({ throws }) => !throws)

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
