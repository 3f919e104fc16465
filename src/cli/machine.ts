// The machine and the program in words: runtime, processor, memory, SIMD features, engine and rung with the reason.
import { createRequire } from 'node:module'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { hardwareConcurrency, runtimeName } from '#platform'
import { reasonOf } from '../core/errors.ts'
import { WasmEngine } from '../engines/wasm/engine.ts'
import { chooseRung, failedRungs, hasRelaxedSimd } from '../engines/wasm/features.ts'
import type { WebGpuEngine } from '../engines/webgpu/engine.ts'
import { type Context, configureCpu, cpu, gpu, useWideSimd } from '../index.ts'
import { planVersion } from '../kernel/wasm/plan.ts'
import { RUNGS, type Rung } from '../kernel/wasm/rung.ts'
import { gpuPlanVersion } from '../kernel/wgsl/plan.ts'
import type { Settings } from './settings/settings.ts'

/** Version of this program. */
export function version(): string {
  const manifest = createRequire(import.meta.url)('glueball/package.json') as { readonly version: string }
  return manifest.version
}

let opened: Context | undefined

/** The GPU that `startEngine` opened. */
export function openedGpu(): Context {
  if (!opened) throw new Error('the GPU is used before startEngine')
  return opened
}

let prepared: Settings['context'] | undefined

/** Starts the settings' engine as they ask, with the rung that is given where this machine has it. */
export async function startEngine(
  settings: Pick<Settings, 'context' | 'threads' | 'adapter' | 'strict'>,
  rung?: string | null,
): Promise<void> {
  // a process has one engine: further runs in it, as those of `--seeds`, have the same settings
  if (prepared === settings.context || settings.context === 'reference') return
  prepared = settings.context
  if (settings.context === 'gpu') {
    opened = await gpu(settings.adapter ? { adapter: settings.adapter } : {})
    return
  }
  useWideSimd()
  const here = RUNGS.slice(RUNGS.indexOf(chooseRung()))
  const forced = here.find((known) => known === rung)
  const { threads, strict } = settings
  configureCpu({ strict, ...(threads && { threads }), ...(forced && { rung: forced }) })
}

/** What computes in a context. */
export interface EngineFacts {
  readonly name: string
  readonly rung: Rung | null
  readonly threads: number
  /** Which bits its kernels make. */
  readonly planVersion: number
  /** In words. */
  readonly text: string
}

/** The facts of a context's engine, which starts if it has not. */
export function engineFacts(context: Context): EngineFacts {
  const { engine } = context
  if (engine.name === 'webgpu') {
    const { adapter } = engine as WebGpuEngine
    const text = `WebGPU engine (${adapter})`
    return { name: engine.name, rung: null, threads: 1, planVersion: gpuPlanVersion, text }
  }
  if (!(engine instanceof WasmEngine)) {
    const text = `${engine.name} engine (plain loops, for checks)`
    return { name: engine.name, rung: null, threads: 1, planVersion, text }
  }
  const { rung, threads } = engine
  return { name: engine.name, rung, threads, planVersion, text: `WebAssembly SIMD engine (${rungText[rung]})` }
}

const rungText: Record<Rung, string> = {
  wide: '256-bit with fused multiply-add',
  relaxed: '128-bit with fused multiply-add',
  plain: '128-bit, plain SIMD',
}

/** Why this rung was chosen. */
export function rungReason(): string {
  useWideSimd()
  const rung = chooseRung()
  const failed = failedRungs()
  if (failed.length > 0) return `${failed.join(' and ')} kernels compute wrong results on this machine and runtime`
  if (rung === 'wide') return 'V8 can join 128-bit operations into 256-bit ones here'
  const node = `${runtimeName()} on ${process.arch}`
  if (rung === 'relaxed') return `${node} has relaxed SIMD, but no 256-bit operations (they need Node 24 on x64)`
  return `${node} has no relaxed SIMD (it needs Node 21)`
}

/** Name of the processor. */
export function processorName(): string {
  return cpus()[0]?.model.trim() || process.arch
}

/** Gigabytes, as `16.8 GB`. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}

/** Name and value of what is known of the machine, for the report and for `info`. */
export function machineRows(facts: EngineFacts): [string, string][] {
  return [
    ['program', `glueball ${version()}`],
    ['runtime', `${runtimeName()}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`],
    ['processor', `${processorName()}, ${availableParallelism()} threads`],
    ['memory', `${gigabytes(totalmem())}, ${gigabytes(freemem())} free`],
    ['engine', `${facts.text}, ${facts.threads} ${facts.threads === 1 ? 'thread' : 'threads'}`],
  ]
}

/** The rows of `glueball info`. */
export function infoRows(): [string, string][] {
  useWideSimd()
  const rung = chooseRung()
  const simd = WebAssembly.validate(simdProbe) ? 'SIMD 128' : 'no SIMD'
  const relaxed = hasRelaxedSimd() ? ', relaxed SIMD (fused multiply-add)' : ''
  const facts: EngineFacts = { name: 'wasm', rung, threads: Math.min(64, hardwareConcurrency()), planVersion, text: '' }
  const rows = machineRows({ ...facts, text: `WebAssembly SIMD engine on ${cpu()}` })
  return [
    ...rows,
    ['SIMD', `${simd}${relaxed}${rung === 'wide' ? ', 256-bit by V8’s revectorizer' : ''}`],
    ['rung', `${rung}: ${rungText[rung]}; ${rungReason()}`],
    ['memory limit', `${gigabytes(2 ** 32)} for arrays (32-bit WebAssembly memory, grown as needed)`],
    ['other engines', 'reference (plain loops, --ctx reference)'],
  ]
}

/** The row of `glueball info` about the GPU: its adapter and features, or what is missing. */
export async function gpuRow(): Promise<[string, string]> {
  try {
    const engine = (await gpu()).engine as WebGpuEngine
    const features = engine.features.length > 0 ? `; features ${engine.features.join(', ')}` : ''
    const { adapter, tiles } = engine
    await engine.close()
    return ['GPU', `${adapter} (--ctx gpu), ${tiles} tiles${features}`]
  } catch (error) {
    return ['GPU', reasonOf(error)]
  }
}

/** A module whose one function returns a v128 constant. */
const simdProbe = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 22, 1, 20, 0, 0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b],
)
