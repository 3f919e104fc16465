// A slice of the cases of every op on the GPU engine in Node, operands at the start of a buffer or within one by turns; a
// page in Chromium computes others, ops.long.webgpu.test.ts all.
import { describe, it } from 'vitest'
import { fuzzOn } from './convFuzz.ts'
import { chosen } from './families.ts'
import { checkCasesOnGpu, placements } from './gpuCases.ts'

const { small, large } = await checkCasesOnGpu('by turns')

if (!chosen) {
  describe.each([
    { tiles: 'small', on: small },
    { tiles: 'large', on: large },
  ])('convolutions of random sizes', ({ tiles, on }) => {
    it(`agree with plain loops, ${tiles} tiles`, () => fuzzOn(on, 4, 9, placements))
  })
}
