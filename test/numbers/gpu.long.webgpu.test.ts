// Thirty steps of an eighth of NiN and three of the whole on the GPU engine, beside the CPU engine.
import { cpu, gpu } from 'glueball'
import { expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { RUNGS } from '../../src/kernel/wasm/rung.ts'
import { distances, narrow } from './gpu.ts'
import { type Setting, Training, updates } from './nin.ts'
import { table } from './table.ts'

async function moved(setting: Setting) {
  const training = new Training(setting)
  const before = await training.weights()
  await training.train(30)
  return updates(before, await training.weights())
}

// One ReLU or maximum that switches moves the first layer's update by 1e-5; the CPU's own rungs differ by 1e-6.
it('moves the weights in thirty steps as the CPU does, to 3e-5', async () => {
  const ctx = await gpu()
  const onRungs = []
  for (const rung of RUNGS.slice(-2)) {
    const engine = makeCpuEngine({ rung })
    onRungs.push(await moved(narrow(new Context('cpu', 0, () => engine))))
    await engine.close()
  }
  const far = distances(await moved(narrow(ctx)), onRungs[0])
  const bar = distances(onRungs[1], onRungs[0])
  const rows = [...far].map(([name, own]) => [name, own, bar.get(name)!] as const)
  console.log(`updates after thirty steps, distance from the CPU\n${table(['tensor', 'GPU', 'other rung'], rows)}`)
  for (const [name, own] of rows) expect(own, name).toBeLessThan(3e-5)
})

// The CPU's own rungs, with Winograd's convolutions and without, differ by 2.4e-7 here. (In the narrow net's setting, where
// the loss jumps to 3.6, they differ by 4e-3 after one step.)
it('has the CPU’s losses in three steps of the whole network at 112, to 1e-6', async () => {
  const setting = { dtype: 'float32', size: 112, narrow: 1, magnitude: 3, learningRate: 0.2 } as const
  const [own, want] = [
    await new Training({ ...setting, ctx: await gpu() }).train(3),
    await new Training({ ...setting, ctx: cpu() }).train(3),
  ]
  console.log(own, want)
  own.forEach((loss, i) => {
    expect(Math.abs(loss - want[i])).toBeLessThan(1e-6)
  })
})
