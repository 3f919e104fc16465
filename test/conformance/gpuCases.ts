// Every case of every op on the GPU engine in Node, on whatever adapter there is; products by both kinds of tiles.
import { afterAll, describe, expect, it } from 'vitest'
import type { Context } from '../../src/core/engine.ts'
import type { WebGpuEngine } from '../../src/engines/webgpu/engine.ts'
import { gpu, reference } from '../../src/index.ts'
import { checkOn, expectedOf, hasGradient, wgslLeeway } from './check.ts'
import { chosen, computedBy, loadFamilies } from './families.ts'

/** Where operands lie; the GPU engine keeps all arrays plain. */
export const placements = ['plain', 'offset'] as const

/**
 * Declares the tests. In all places: each case with its operands in either place, products by both kinds of tiles. By
 * turns: in one place, without every third case, which a page computes; those of products by large tiles here. Gives both
 * contexts.
 */
export async function checkCasesOnGpu(each: 'in all places' | 'by turns'): Promise<Record<'small' | 'large', Context>> {
  const families = computedBy(await loadFamilies())
  const check = (name: string, context: Context, names?: readonly string[]) => {
    const isTaken = (i: number) => each === 'in all places' || chosen || (i % 3 === 0) === (names !== undefined)
    const wanted = families
      .filter((family) => !names || names.includes(family.name))
      .map(({ name, cases }) => ({
        name,
        cases: cases.map((of, i) => ({ name: of.name, of, i })).filter(({ i }) => isTaken(i)),
      }))
      .filter(({ cases }) => cases.length > 0) // a suite without a test is an error
    describe.each(wanted)(`$name on ${name}`, ({ cases }) => {
      it.each(cases)('$name', async ({ of, i }) => {
        const places = each === 'by turns' ? [placements[i % placements.length]] : placements
        const expected = await expectedOf(of, reference(), hasGradient(of), wgslLeeway)
        expect(await checkOn(of, context, expected, places, wgslLeeway)).toEqual([])
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
  return { small, large }
}
