// Holds the table of docs/engines.md against what machines compute: on some of its points, so that its figures are bounds.
import { readFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { machinesOf } from './ulpMachines.ts'
import { functions, measure, Truth } from './ulpMeasure.ts'
import { boundsIn, tableStride } from './ulpTable.ts'

/**
 * What is more than 2 units worse than PyTorch: `power` on a GPU, whose logarithm has 36 bits, which an exponent of 300 uses up;
 * the slope of tan, 1 + y², which doubles what y is off; and that of gammaln beside its zeros, where sums cancel.
 */
const allMachines = ['reference', 'relaxed', 'plain', 'gpu']
const named = new Set(['gpu power', ...allMachines.flatMap((machine) => [`${machine} tan`, `${machine} gammaln`])])

/** Defines a test of each function on these machines, which may be `allowance` units worse than the table says. */
export async function testTable(names: readonly string[], allowance = 0): Promise<void> {
  const bounds = boundsIn(readFileSync(new URL('../docs/engines.md', import.meta.url), 'utf8'))
  const { machines, stop } = await machinesOf(names)
  const truth = new Truth()
  afterAll(async () => {
    truth.close()
    await stop()
  })

  it.each(Object.keys(functions))('%s', async (name) => {
    const found = await measure(name, machines, truth, { stride: 256 * tableStride })
    for (const { name: machine, ctx } of machines) {
      if (!ctx) continue
      found[machine].forEach(({ ulp, at }, k) => {
        const bound = bounds.get(machine)?.get(name)?.[k]
        expect(ulp, `${machine}: ${k === 0 ? 'value' : `slope ${k}`} of ${name} at ${at}`).toBeLessThanOrEqual(
          (bound ?? Number.NaN) + allowance,
        )
      })
    }
  })

  it('is within two units of PyTorch, or says why not', () => {
    const worse = names.flatMap((machine) =>
      [...(bounds.get(machine) ?? [])].flatMap(([name, figures]) => {
        const peer = bounds.get('PyTorch')?.get(name) ?? []
        const far = figures.some((figure, k) => figure > peer[k] + 2)
        return far && !named.has(`${machine} ${name}`) ? [`${machine} ${name}`] : []
      }),
    )
    expect(worse).toEqual([])
  })
}
