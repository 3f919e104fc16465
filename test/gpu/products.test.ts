// The GPU's matrix products, convolutions and channel sums against the reference kernels, by both kinds of tiles.
import { afterAll, describe, expect, it } from 'vitest'
import type { OpCase } from '../../src/ops/cases.ts'
import { cases as convolutionCases } from '../../src/ops/conv/conv.cases.ts'
import { channelSum } from '../../src/ops/conv/conv.ts'
import { cases as matmulCases } from '../../src/ops/matmul/matmul.cases.ts'
import { matmul } from '../../src/ops/matmul/matmul.ts'
import { sumOf } from '../../src/ops/tolerance.ts'
import { absent, differencesOnGpu, fuzzOnGpu, gpu, targets } from './onGpu.ts'

const cases = [...matmulCases, ...convolutionCases].filter(({ throws }) => !throws)

/** More workgroups than fit along an axis of a dispatch. */
const wide: readonly OpCase[] = [
  {
    name: 'more columns than 65,535 tiles have',
    inputs: [{ shape: [1, 2] }, { shape: [2, 64 * 65535 + 5] }],
    run: ([a, b]) => matmul(a, b),
    tolerance: sumOf(2),
  },
  {
    name: 'more channels than 65,535',
    inputs: [{ shape: [1, 65537, 1, 2] }],
    run: ([x]) => channelSum(x),
    tolerance: sumOf(2),
  },
]

if (absent) it.skip(`no kernel runs on a GPU here: ${absent}`, () => {})

describe.skipIf(absent).each(targets)('$tiles tiles', (target) => {
  it.each([...cases, ...wide])('$name', async (of) => {
    expect(await differencesOnGpu(of, target, 0)).toEqual([])
  })

  it('arrays that begin between vectors', async () => {
    const some = cases.filter((_, i) => i % 4 === 0)
    for (const of of some) expect(await differencesOnGpu(of, target, 3)).toEqual([])
  })

  it('convolutions of random sizes', () => fuzzOnGpu(target, 8))
})

afterAll(() => absent ?? gpu.destroy())
