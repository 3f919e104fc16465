// What the tests' page offers: every case of every op on an engine, by the file the cases stand in.
/// <reference types="vite/client" />
import { Context } from '../../src/core/engine.ts'
import { gpu } from '../../src/engines/gpu.ts'
import { reference } from '../../src/engines/reference/start.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { unpackIdx } from '../../src/io/idx.ts'
import type { Rung } from '../../src/kernel/wasm/rung.ts'
import type { OpCase } from '../../src/ops/cases.ts'
import { checkOn, expectedOf, hasGradient, wgslLeeway } from '../conformance/check.ts'
import { lossesOn } from './losses.ts'

const files = import.meta.glob<{ readonly cases: readonly OpCase[] }>('../../src/ops/**/*.cases.ts', { eager: true })

/** What the page says of itself. */
export interface PageInfo {
  readonly isolated: boolean
  /** Of the CPU engine. */
  readonly threads: number
  readonly rung: string
}

/** The engines that run here. */
export type PageEngine = 'wasm' | 'webgpu'

/** What a test calls in the page. */
export interface PageTests {
  info(): PageInfo
  /** Runs a family's cases, of those with the names one in `every`: how many there were, and what went wrong. */
  check(
    family: string,
    on: PageEngine,
    every: number,
    names?: readonly string[],
  ): Promise<{ readonly cases: number; readonly wrong: readonly string[] }>
  /** The losses of `steps` training steps on the GPU engine, or on a rung of the CPU engine. */
  losses(on: 'webgpu' | Rung, steps: number): Promise<readonly number[]>
  /** The bytes of a packed IDX file of images given in base 64, or why they can't be had. */
  unpack(packed: string): Promise<readonly number[] | string>
}

const workerUrl = new URLSearchParams(location.search).get('worker')
const engine = makeCpuEngine({ threads: 2, ...(workerUrl && { workerUrl }) })
const context = new Context('cpu', 0, () => engine)

const tests: PageTests = {
  info: () => ({
    isolated: globalThis.crossOriginIsolated,
    threads: engine.threads,
    rung: engine.rung,
  }),
  async check(family, on, every, names) {
    const [, { cases: all }] = Object.entries(files).find(([file]) => file.endsWith(`/${family}.cases.ts`))!
    const wanted = all.filter((of) => !of.throws && (names?.includes(of.name) ?? true))
    const cases = wanted.filter((_, i) => i % every === 0)
    const wrong: string[] = []
    // the GPU engine keeps all arrays plain, and where they lie in buffers is tried in Node
    const [target, placements, leeway] = on === 'wasm' ? [context] : [await gpu(), ['plain'] as const, wgslLeeway]
    for (const of of cases) {
      const expected = await expectedOf(of, reference(), hasGradient(of), leeway)
      for (const line of await checkOn(of, target, expected, placements, leeway)) wrong.push(`${of.name}: ${line}`)
    }
    return { cases: cases.length, wrong }
  },
  async losses(on, steps) {
    if (on === 'webgpu') return lossesOn(await gpu(), steps)
    const engine = makeCpuEngine({ threads: 2, rung: on })
    return lossesOn(new Context('cpu', 0, () => engine), steps)
  },
  unpack(packed) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))
    return unpackIdx(bytes, 3, 'a.gz').then((content) => [...content], String)
  },
}

Object.assign(globalThis, { tests })
