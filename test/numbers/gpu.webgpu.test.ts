// Gradients of an eighth of NiN on the GPU engine, against the CPU engine's distance from float64.
import { cpu, gpu } from 'glueball'
import { expect, it } from 'vitest'
import { close, distances, exact, gradientsOn, narrow } from './gpu.ts'
import { table } from './table.ts'

it('are no further from float64 than twice the CPU’s, plus 1e-6', async () => {
  const ctx = await gpu()
  const want = await gradientsOn(exact())
  const [onGpu, onCpu] = [await gradientsOn(narrow(ctx)), await gradientsOn(narrow(cpu()))]
  const [far, bar] = [distances(onGpu, want), distances(onCpu, want)]
  const rows = [...far].map(([name, own]) => [name, own, bar.get(name)!] as const)
  console.log(`gradients, distance from float64\n${table(['tensor', 'GPU', 'CPU'], rows)}`)
  for (const [name, own, cpus] of rows) expect(own, name).toBeLessThanOrEqual(2 * cpus + 1e-6)
  await close(ctx)
})
