// Every case of every op on the GPU engine in Node, on whatever adapter there is; products by both kinds of tiles.
import { afterAll, describe, expect, it } from 'vitest'
import type { Context } from '../../src/core/engine.ts'
import type { WebGpuEngine } from '../../src/engines/webgpu/engine.ts'
import { gpu, reference } from '../../src/index.ts'
import { checkOn, expectedOf, hasGradient, wgslLeeway } from './check.ts'
import { chosen, computedBy, dear, loadFamilies } from './families.ts'

/** Where operands lie; the GPU engine keeps all arrays plain. */
export const placements = ['plain', 'offset'] as const

/** Whether a case is in the slice: two in three, and the third of products by large tiles; of dear ones one in nine each. */
function inSlice(family: string, i: number, tiles: 'small' | 'large'): boolean {
  const turn = dear.includes(family) ? i % 9 : i % 3
  return tiles === 'large' ? turn === 0 : dear.includes(family) ? turn === 4 : turn > 0
}

/**
 * Declares the tests. In all places: each case with its operands in either place, products by both kinds of tiles. By
 * turns: a slice, each case in one place. Gives both contexts.
 */
export async function checkCasesOnGpu(each: 'in all places' | 'by turns'): Promise<Record<'small' | 'large', Context>> {
  const families = computedBy(await loadFamilies())
  const check = (tiles: 'small' | 'large', context: Context, names?: readonly string[]) => {
    const engine = tiles === 'large' ? 'the GPU engine with large tiles' : 'the GPU engine'
    const isTaken = (family: string, i: number) => each === 'in all places' || chosen || inSlice(family, i, tiles)
    const wanted = families
      .filter((family) => !names || names.includes(family.name))
      .map(({ name, cases }) => ({
        name,
        cases: cases.map((of, i) => ({ name: of.name, of, i })).filter(({ i }) => isTaken(name, i)),
      }))
      .filter(({ cases }) => cases.length > 0) // a suite without a test is an error
    describe.each(wanted)(`$name on ${engine}`, ({ cases }) => {
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
  check('small', small)
  check('large', large, ['conv', 'matmul'])
  // a file without a test is an error
  if (families.length === 0) it.skip('the chosen cases fail at the call, before an engine runs')
  return { small, large }
}
