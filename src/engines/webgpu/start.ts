// Starting the GPU engine: which adapter, with which of its limits.
import { openGpu } from '#platform'
import { Context } from '../../core/engine.ts'
import { GlueballError } from '../../core/errors.ts'
import type { GpuTarget } from '../../kernel/wgsl/plan.ts'
import type { GpuOptions } from '../gpu.ts'
import { WebGpuEngine } from './engine.ts'
import { webgpuKernels } from './kernels.ts'

/** Most bytes of buffers where nothing else is asked for; what a GPU has is not told. */
const usualLimit = 4 * 2 ** 30

/** A device and what is known of its adapter. */
export interface OpenDevice {
  readonly device: GPUDevice
  /** Its name, to be shown. */
  readonly adapter: string
  readonly tiles: GpuTarget['tiles']
}

/** Asks for an adapter and a device with all of the limits that large arrays need. Throws what is missing. */
export async function openDevice(adapterName?: string): Promise<OpenDevice> {
  const gpu = await openGpu(adapterName)
  const powerPreference = adapterName === 'low-power' ? adapterName : 'high-performance'
  const adapter = await gpu.requestAdapter({ powerPreference })
  if (!adapter) {
    const which = adapterName ? ` called '${adapterName}'` : ''
    throw new GlueballError(
      `[gpu] there is no adapter${which}: a driver is missing (on Linux one for Vulkan and libvulkan.so.1), or the browser keeps it from pages (Chromium: --enable-unsafe-webgpu)`,
    )
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } })
  const name = nameOf(adapter.info)
  return { device, adapter: name, tiles: isSoftware(name) ? 'small' : 'large' }
}

function nameOf({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return description || [vendor, architecture, device].filter((part) => part).join(' ') || 'unnamed adapter'
}

/** Whether an adapter computes on the CPU. */
const isSoftware = (name: string) => /swiftshader|llvmpipe|lavapipe|basic render/i.test(name)

/** A context on a device of its own. */
export async function startGpu(
  options: GpuOptions,
): Promise<{ readonly context: Context; readonly lost: Promise<unknown> }> {
  const { device, tiles, adapter } = await openDevice(options.adapter)
  const settings = { adapter, memoryLimit: options.memoryLimit ?? usualLimit, tiles: options.tiles ?? tiles }
  const engine = new WebGpuEngine(device, settings, webgpuKernels)
  return { context: new Context('gpu', 0, () => engine), lost: device.lost }
}
