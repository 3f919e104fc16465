// Every case of every op on every engine that runs here: results, gradients, placements in memory, error messages.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Call, Context } from '../../src/core/engine.ts'
import { ReferenceEngine } from '../../src/engines/reference/engine.ts'
import { referenceKernels } from '../../src/engines/reference/kernels.ts'
import type { WasmEngine } from '../../src/engines/wasm/engine.ts'
import { hasRelaxedSimd } from '../../src/engines/wasm/features.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { webgpuKernels } from '../../src/engines/webgpu/kernels.ts'
import type { Rung } from '../../src/kernel/wasm/rung.ts'
import * as specs from '../../src/ops/specs.ts'
import { checkDifference, checkOn, expectedOf, hasGradient, runCase } from './check.ts'
import { chosen, computedBy, familiesOf, loadFamilies } from './families.ts'

const families = await loadFamilies()

/** Names of the ops that cases have run. */
const seen = new Set<string>()

class ObservedEngine extends ReferenceEngine {
  override run(call: Call): void {
    seen.add(call.op)
    super.run(call)
  }
}

const engine = new ObservedEngine(referenceKernels)
const reference = new Context('reference', 0, () => engine)
const rungs: readonly Rung[] = hasRelaxedSimd() ? ['relaxed', 'plain'] : ['plain']

it('knows every op, by kernels of no others, and finds its cases', () => {
  expect(Object.entries(specs).filter(([name, spec]) => spec.name !== name)).toEqual([])
  const tables = [referenceKernels, webgpuKernels]
  for (const table of tables) expect(Object.keys(table).sort()).toEqual(Object.keys(specs).sort())
  expect(families.length).toBeGreaterThan(0)
  for (const { cases } of families) expect(cases.length).toBeGreaterThan(0)
})

const smooth = familiesOf(families, (of) => !of.throws && hasGradient(of))
const wrong = familiesOf(families, ({ throws }) => throws !== undefined)

describe.each(smooth)('$name on the reference engine', ({ cases }) => {
  it.each(cases)('gradient of $name', async (of) => {
    expect(await checkDifference(of, reference)).toEqual([])
  })
})

describe.each(wrong)('errors of $name', ({ cases }) => {
  it.each(cases)('error of $name', async (of) => {
    await expect(runCase(of, { context: reference })).rejects.toThrow(of.throws)
  })
})

describe('on the CPU engine', () => {
  const machines: { readonly rung: Rung; readonly cpu: WasmEngine; readonly context: Context }[] = []
  beforeAll(() => {
    for (const rung of rungs) {
      const cpu = makeCpuEngine({ threads: 2, rung })
      machines.push({ rung, cpu, context: new Context('cpu', 0, () => cpu) })
    }
  })
  afterAll(() => Promise.all(machines.map(({ cpu }) => cpu.close())))

  describe.each(computedBy(families))('$name', ({ cases }) => {
    it.each(cases)('$name', async (of) => {
      const expected = await expectedOf(of, reference, hasGradient(of))
      const wrong: string[] = []
      for (const { rung, context } of machines) {
        for (const line of await checkOn(of, context, expected)) wrong.push(`${rung}, ${line}`)
      }
      expect(wrong).toEqual([])
    })
  })
})

if (!chosen) {
  it('has run every op that a kernel runs', () => {
    const views = new Set(['reshape'])
    expect(Object.keys(specs).filter((op) => !seen.has(op) && !views.has(op))).toEqual([])
  })
}
