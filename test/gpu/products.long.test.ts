// Three hundred random convolutions on the GPU by both kinds of tiles.
import { afterAll, describe, it } from 'vitest'
import { absent, fuzzOnGpu, gpu, targets } from './onGpu.ts'

if (absent) it.skip(`no kernel runs on a GPU here: ${absent}`, () => {})

describe.skipIf(absent).each(targets)('$tiles tiles', (target) => {
  it('300 convolutions of random sizes agree with plain loops', () => fuzzOnGpu(target, 300))
})

afterAll(() => absent ?? gpu.destroy())
