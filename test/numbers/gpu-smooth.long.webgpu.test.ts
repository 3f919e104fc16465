// Thirty steps of an eighth of NiN with nothing in it that switches, on the GPU engine and in all ways of the CPU engine:
// how far rounding alone takes each from float64.
import { gpu, reference } from 'glueball'
import { expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { RUNGS } from '../../src/kernel/wasm/rung.ts'
import { distances } from './gpu.ts'
import { type Setting, Training, updates } from './nin.ts'
import { table } from './table.ts'

/** The updates of thirty steps. */
async function moved(ctx: Context, dtype: Setting['dtype'] = 'float32') {
  const training = new Training({ ctx, dtype, size: 67, narrow: 8, magnitude: 3, learningRate: 0.2, smooth: true })
  const before = await training.weights()
  await training.train(30)
  return updates(before, await training.weights())
}

/** The largest distances from float64 that the CPU engine's rungs have, with Winograd's convolutions and without. */
async function onCpu(exact: Awaited<ReturnType<typeof moved>>) {
  const all = []
  for (const rung of RUNGS.slice(-2))
    for (const strict of [true, false]) {
      const engine = makeCpuEngine({ rung, strict })
      const ctx = new Context('cpu', 0, () => engine)
      all.push(distances(await moved(ctx), exact))
      await engine.close()
    }
  return all
}

it('moves the weights no further from float64 than twice what the CPU engine does', async () => {
  const exact = await moved(reference(), 'float64')
  const cpus = await onCpu(exact)
  const rows = [...distances(await moved(await gpu()), exact)].map(([name, own]) => {
    const all = cpus.map((far) => far.get(name)!)
    return [name, own, ...all, own / Math.max(...all)] as const
  })
  const ways = RUNGS.slice(-2).flatMap((rung) => [`${rung} strict`, rung])
  console.log(`updates after thirty steps, distance from float64\n${table(['tensor', 'GPU', ...ways, 'ratio'], rows)}`)
  for (const row of rows) expect(row.at(-1), row[0]).toBeLessThan(2)
})
