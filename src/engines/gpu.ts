// The GPU as a context; all of WebGPU is loaded when it is first asked for.
import type { Context } from '../core/engine.ts'
import { checkOptions } from '../core/errors.ts'

/** Settings of the GPU engine. */
export interface GpuOptions {
  /** In Node a part of the adapter's name; in a page `high-performance` or `low-power`. */
  readonly adapter?: string
  /** Most bytes of buffers. Default 4 GiB. */
  readonly memoryLimit?: number
  /** How matrix products are cut. Default what suits the adapter. */
  readonly tiles?: 'large' | 'small'
}

const contexts = new Map<string, Promise<Context>>()

/**
 * The GPU: the same context for the same settings, until its device is lost. Throws what is missing where there is none:
 * the package `webgpu` in Node, a driver, an adapter, a browser's flag.
 */
export function gpu(options: GpuOptions = {}): Promise<Context> {
  checkOptions('gpu', options, '{ adapter: ... }', { adapter: 'string', memoryLimit: 'number', tiles: true })
  const key = JSON.stringify(options)
  const held = contexts.get(key)
  if (held) return held
  const opening = open(key, options)
  contexts.set(key, opening)
  opening.catch(() => contexts.delete(key))
  return opening
}

async function open(key: string, options: GpuOptions): Promise<Context> {
  const { startGpu } = await import('./webgpu/start.ts')
  const { context, lost } = await startGpu(options)
  lost.then(() => contexts.delete(key))
  return context
}
