// Every case on kernels compiled by V8's optimising tier from the start, with 256-bit vectors where this machine has them.
import { setFlagsFromString } from 'node:v8'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Context } from '../../src/core/engine.ts'
import { reference as referenceContext } from '../../src/engines/reference/start.ts'
import type { WasmEngine } from '../../src/engines/wasm/engine.ts'
import { chooseRung, useWideSimd } from '../../src/engines/wasm/features.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { differencesOf, expectedOf, hasGradient, type Placement, runCase } from './check.ts'
import { loadFamilies } from './families.ts'

// Cases are too short to leave the baseline compiler; inlining needs what it records and must go with it.
setFlagsFromString('--no-liftoff')
setFlagsFromString('--no-wasm-inlining')
useWideSimd()

const families = await loadFamilies()
const reference = referenceContext()

describe(`on the CPU engine, optimised, ${chooseRung()}`, () => {
  let engine: WasmEngine
  let context: Context
  beforeAll(() => {
    engine = makeCpuEngine({ threads: 2 })
    context = new Context('cpu', 0, () => engine)
  })
  afterAll(() => engine.close())

  it.each(families)('$name', async ({ cases }) => {
    const wrong: string[] = []
    for (const of of cases.filter(({ throws }) => !throws)) {
      const gradient = hasGradient(of)
      const expected = await expectedOf(of, reference, gradient)
      const images = of.inputs.some(({ shape }) => shape.length === 4)
      for (const placement of ['offset', ...(images ? ['channelsLast'] : [])] as Placement[]) {
        const got = await runCase(of, { context, placement, gradient })
        for (const line of differencesOf(of, got, expected)) wrong.push(`${of.name}, ${placement}: ${line}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
