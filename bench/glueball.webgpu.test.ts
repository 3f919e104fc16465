// Our own system of the bench on a GPU, as the bench starts it: its steps run, and its outputs are those of the CPU.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type ContextName, cases } from './cases.ts'
import { runChild } from './children.ts'
import { System } from './system.ts'
import { launches, script } from './systems.ts'

const data = mkdtempSync(join(tmpdir(), 'glueball-bench-test-'))
afterAll(() => rmSync(data, { recursive: true }))

/** What a context's system says of itself, and its images a second in a turn. */
async function turnOn(ctx: ContextName) {
  const [launch] = launches('glueball', { ctx, threads: 1, data })
  const system = new System(launch, Date.now() + 600_000)
  const { version, slow, check } = await system.ready()
  await system.run()
  await system.exit()
  return { version, slow, outputs: check?.[0] ?? [], speed: system.imagesPerSecond[0] }
}

it('trains a few images on the GPU, from the same outputs as on the CPU', async () => {
  const kase = cases.find(({ name }) => name === 'lenet-28-b256-train')!
  const { command, args } = script('inputs.ts', kase.name, data)
  expect(await runChild(command, args, {}, 600_000)).toBe(0)
  writeFileSync(join(data, 'case.json'), JSON.stringify({ ...kase, batch: 2 }))
  const [onGpu, onCpu] = [await turnOn('gpu'), await turnOn('cpu')]
  expect(onGpu.version).toMatch(/^(small|large) tiles$/)
  expect(onGpu.slow).toBe(false)
  expect(onGpu.speed).toBeGreaterThan(0)
  expect(onGpu.outputs.length).toBe(10)
  for (const [i, output] of onGpu.outputs.entries()) expect(output).toBeCloseTo(onCpu.outputs[i], 4)
}, 600_000)
