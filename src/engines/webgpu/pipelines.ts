// Compiled shaders by their texts, and bind groups by the buffers they bind.
import type { Block } from './pool.ts'

/** Bytes from one dispatch's params to the next: what every device takes as a dynamic offset. */
export const paramsStep = 256

/** A shader that is ready to run. */
export interface Pipeline {
  readonly id: number
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

/** Bind groups kept; more are seldom used again. */
const mostGroups = 4096

/** Makes pipelines and bind groups once. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #params: GPUBuffer
  readonly #pipelines = new Map<string, Pipeline>()
  readonly #layouts = new Map<string, GPUBindGroupLayout>()
  readonly #groups = new Map<string, GPUBindGroup>()

  constructor(device: GPUDevice, params: GPUBuffer) {
    this.#device = device
    this.#params = params
  }

  /** The pipeline of a shader; `label` names the call that first used it, in the device's errors. */
  of(code: string, label: string): Pipeline {
    const held = this.#pipelines.get(code)
    if (held) return held
    const layout = this.#layout(accessesOf(code))
    const module = this.#device.createShaderModule({ code, label })
    const pipeline = this.#device.createComputePipeline({
      label,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    })
    const made = { id: this.#pipelines.size, pipeline, layout }
    this.#pipelines.set(code, made)
    return made
  }

  /** Storage buffers in order, then the params with a dynamic offset. */
  #layout(accesses: readonly GPUBufferBindingType[]): GPUBindGroupLayout {
    const key = accesses.join()
    const held = this.#layouts.get(key)
    if (held) return held
    const visibility = 4
    const entries: GPUBindGroupLayoutEntry[] = accesses.map((type, binding) => ({
      ...{ binding, visibility },
      buffer: { type },
    }))
    entries.push({ binding: accesses.length, visibility, buffer: { type: 'uniform', hasDynamicOffset: true } })
    const layout = this.#device.createBindGroupLayout({ entries })
    this.#layouts.set(key, layout)
    return layout
  }

  /** The bind group of a pipeline and buffers. */
  group({ id, layout }: Pipeline, blocks: readonly Block[]): GPUBindGroup {
    const key = `${id}:${blocks.map((block) => block.id).join()}`
    const held = this.#groups.get(key)
    if (held) return held
    const entries: GPUBindGroupEntry[] = blocks.map(({ buffer }, binding) => ({ binding, resource: { buffer } }))
    entries.push({ binding: blocks.length, resource: { buffer: this.#params, size: paramsStep } })
    const group = this.#device.createBindGroup({ layout, entries })
    if (this.#groups.size >= mostGroups) this.#groups.delete(this.#groups.keys().next().value as string)
    this.#groups.set(key, group)
    return group
  }

  /** Forgets the groups of a buffer that is no more. */
  forget(id: number): void {
    for (const key of this.#groups.keys()) {
      const ids = key.slice(key.indexOf(':') + 1).split(',')
      if (ids.includes(String(id))) this.#groups.delete(key)
    }
  }
}

/** How a shader uses its storage buffers, in the order of their bindings. */
function accessesOf(code: string): GPUBufferBindingType[] {
  const found = [...code.matchAll(/@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>/g)]
  return found
    .sort((a, b) => Number(a[1]) - Number(b[1]))
    .map(([, , access]) => (access === 'read' ? 'read-only-storage' : 'storage'))
}
