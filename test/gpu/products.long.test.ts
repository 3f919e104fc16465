// Three hundred random convolutions on the GPU by both kinds of tiles, and what takes more workgroups than fit along an axis.
import { afterAll, describe, expect, it } from 'vitest'
import { absent, differencesOnGpu, fuzzOnGpu, gpu, targets, wideProduct, wideSum } from './onGpu.ts'

if (absent) it.skip(`no kernel runs on a GPU here: ${absent}`, () => {})

describe.skipIf(absent).each(targets)('$tiles tiles', (target) => {
  it('300 convolutions of random sizes agree with plain loops', () => fuzzOnGpu(target, 300))

  it.each([wideProduct, wideSum])('$name', async (of) => {
    expect(await differencesOnGpu(of, target, 0)).toEqual([])
  })
})

afterAll(() => absent ?? gpu.destroy())
