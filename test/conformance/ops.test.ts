// Every case of every op on every engine that runs here: results, gradients, placements in memory, error messages.
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { liveOn } from '../../src/core/storage.ts'
import { reference as referenceContext } from '../../src/engines/reference/start.ts'
import type { WasmEngine } from '../../src/engines/wasm/engine.ts'
import { hasRelaxedSimd } from '../../src/engines/wasm/features.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import type { Rung } from '../../src/kernel/rung.ts'
import type { OpCase } from '../../src/ops/cases.ts'
import { specs } from '../../src/ops/index.ts'
import { checkDifference, compare, hasGradient, type Placement, runCase } from './check.ts'

const folder = new URL('../../src/ops/', import.meta.url)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.cases.ts'))
const families = await Promise.all(
  files.sort().map(async (file) => {
    const { cases } = (await import(new URL(file, folder).pathname)) as { cases: readonly OpCase[] }
    return { name: file.replace(/^.*[\\/]|\.cases\.ts$/g, ''), cases }
  }),
)
const reference = referenceContext()
const rungs: readonly Rung[] = hasRelaxedSimd() ? ['relaxed', 'plain'] : ['plain']

it('knows every op and finds its cases', () => {
  expect(Object.entries(specs).filter(([name, spec]) => spec.name !== name)).toEqual([])
  expect(families.length).toBeGreaterThan(0)
  for (const { cases } of families) expect(cases.length).toBeGreaterThan(0)
})

describe.each(families)('$name on the reference engine', ({ cases }) => {
  const smooth = cases.filter((of) => !of.throws && hasGradient(of))
  const wrong = cases.filter((of) => of.throws)
  if (smooth.length > 0) {
    it.each(smooth)('gradient of $name', async (of) => {
      expect(await checkDifference(of, reference)).toEqual([])
    })
  }
  if (wrong.length > 0) {
    it.each(wrong)('error of $name', async (of) => {
      await expect(runCase(of, { context: reference })).rejects.toThrow(of.throws)
    })
  }
})

describe.each(rungs)('on the CPU engine, %s', (rung) => {
  let engine: WasmEngine
  let context: Context
  beforeAll(() => {
    engine = makeCpuEngine({ threads: 2, rung })
    context = new Context('cpu', 0, () => engine)
  })
  afterAll(() => engine.close())

  async function check(of: OpCase, placement: Placement): Promise<string[]> {
    const gradient = hasGradient(of)
    const want = await runCase(of, { context: reference, gradient })
    const got = await runCase(of, { context, placement, gradient })
    return compare(of, got, want, reference)
  }

  describe.each(families)('$name', ({ cases }) => {
    it.each(cases.filter((of) => !of.throws))('$name', async (of) => {
      const images = of.inputs.some(({ shape }) => shape.length === 4)
      const placements: Placement[] = ['plain', 'offset', ...(images ? (['channelsLast'] as const) : [])]
      const wrong: Record<string, string[]> = {}
      for (const placement of placements) wrong[placement] = await check(of, placement)
      expect(wrong).toEqual(Object.fromEntries(placements.map((placement) => [placement, []])))
      expect(liveOn(engine)).toMatchObject({ bytes: 0, count: 0 })
    })
  })
})
