// Every case of every op on the GPU engine in Node, on whatever adapter there is; products by both kinds of tiles.
import { afterAll, describe, expect, it } from 'vitest'
import type { Context } from '../../src/core/engine.ts'
import type { WebGpuEngine } from '../../src/engines/webgpu/engine.ts'
import { gpu, reference } from '../../src/index.ts'
import { checkOn, expectedOf, hasGradient, wgslLeeway } from './check.ts'
import { fuzzOn } from './convFuzz.ts'
import { chosen, computedBy, loadFamilies } from './families.ts'

const families = computedBy(await loadFamilies())
// the GPU engine keeps all arrays plain
const placements = ['plain', 'offset'] as const

function check(name: string, context: Context, names?: readonly string[]) {
  const wanted = families.filter((family) => !names || names.includes(family.name))
  describe.each(wanted)(`$name on ${name}`, ({ cases }) => {
    it.each(cases)('$name', async (of) => {
      const expected = await expectedOf(of, reference(), hasGradient(of), wgslLeeway)
      expect(await checkOn(of, context, expected, placements, wgslLeeway)).toEqual([])
    })
  })
}

const small = await gpu({ tiles: 'small' })
const large = await gpu({ tiles: 'large' })
afterAll(() => Promise.all([small, large].map(({ engine }) => (engine as WebGpuEngine).close())))
check('the GPU engine', small)
check('the GPU engine with large tiles', large, ['conv', 'matmul'])

// a file without a test is an error
if (families.length === 0) it.skip('the chosen cases fail at the call, before an engine runs')

if (!chosen) {
  describe.each([
    { tiles: 'small', on: small },
    { tiles: 'large', on: large },
  ])('convolutions of random sizes', ({ tiles, on }) => {
    it(`agree with plain loops, ${tiles} tiles`, () => fuzzOn(on, 8, 9, placements))
  })
}
