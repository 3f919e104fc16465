// Every case of every op on the GPU engine in Node, on whatever adapter there is.
import { afterAll, describe, expect, it } from 'vitest'
import type { WebGpuEngine } from '../../src/engines/webgpu/engine.ts'
import { gpu, reference } from '../../src/index.ts'
import { checkOn, expectedOf, hasGradient, wgslLeeway } from './check.ts'
import { loadFamilies } from './families.ts'

const families = await loadFamilies()
const context = await gpu().catch((error: Error) => error)

if (context instanceof Error) it.skip(`left out: ${context.message}`, () => {})
else {
  afterAll(() => (context.engine as WebGpuEngine).close())
  // the GPU engine keeps all arrays plain
  const placements = ['plain', 'offset'] as const

  describe.each(families)('$name on the GPU engine', ({ cases }) => {
    it.each(cases.filter((of) => !of.throws))('$name', async (of) => {
      const expected = await expectedOf(of, reference(), hasGradient(of), wgslLeeway)
      expect(await checkOn(of, context, expected, placements, wgslLeeway)).toEqual([])
    })
  })
}
