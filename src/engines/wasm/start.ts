// Starting the CPU engine: how many threads, how much memory, and which rung this machine can run.
import { hardwareConcurrency, sharesMemory } from '#platform'
import { Context } from '../../core/engine.ts'
import { GlueballError } from '../../core/errors.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { type ModuleUrl, WasmEngine } from './engine.ts'
import { chooseRung } from './features.ts'

/** Settings of the CPU engine, before its first use. */
export interface CpuOptions {
  /** Threads that compute, 1 to 64. Default the machine's cores. */
  readonly threads?: number
  /** Most bytes of memory, up to 4 GiB, which is the default. */
  readonly memoryLimit?: number
  /** How kernels are written. Default what the machine can do best. */
  readonly rung?: Rung
  /** Sums as they are defined, without Winograd's convolutions, which lose a digit for their speed; off by default. */
  readonly strict?: boolean
  /**
   * In a page whose content policy refuses workers from blob: URLs, the URL of the module `glueball/worker`, as a
   * bundler gives it: `new URL('glueball/worker', import.meta.url)`, or `import url from 'glueball/worker?worker&url'`.
   */
  readonly workerUrl?: ModuleUrl
}

let options: CpuOptions = {}
const contexts = new Map<number, Context>()
let started: WasmEngine | undefined

/** The CPU. All device numbers share one engine, which starts at first use. */
export function cpu(deviceId = 0): Context {
  let context = contexts.get(deviceId)
  if (!context) {
    context = new Context('cpu', deviceId, () => {
      started ??= makeCpuEngine(options)
      return started
    })
    contexts.set(deviceId, context)
  }
  return context
}

/** Sets how the CPU engine starts. Throws when it has started. */
export function configureCpu(settings: CpuOptions): void {
  if (started) throw new GlueballError('configureCpu must be called before the first array is made on the CPU')
  options = { ...options, ...settings }
}

/** An engine of its own with these settings. */
export function makeCpuEngine(settings: CpuOptions = {}): WasmEngine {
  const threads = settings.threads ?? Math.min(64, hardwareConcurrency())
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new GlueballError(`threads must be an integer from 1 to 64, got ${threads}`)
  }
  const memoryLimit = settings.memoryLimit ?? 2 ** 32
  const { rung = chooseRung(), strict = false, workerUrl } = settings
  const shared = sharesMemory()
  if (!shared && threads > 1) sayAlone()
  return new WasmEngine({ threads, memoryLimit, rung, strict, shared, workerUrl })
}

let said = false

/** Says once why one thread computes. */
function sayAlone(): void {
  if (!said) {
    console.info(
      '[cpu] one thread computes, since this page is not cross-origin isolated: serve it with the headers ' +
        'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    )
  }
  said = true
}
