// Runs a plan of dispatches on Dawn by itself, without an engine: for tests and measurements of a kernel.
import type { Binding, Dispatch, GpuPlan } from '../../src/kernel/gpuPlan.ts'

/** A device, or why there is none. */
export async function openDevice(): Promise<GPUDevice | string> {
  let dawn: typeof import('webgpu')
  try {
    dawn = await import('webgpu')
  } catch {
    return 'the package webgpu is not installed'
  }
  Object.assign(globalThis, dawn.globals)
  // SwiftShader takes a second to compile the zeroing of 8 KiB of workgroup memory
  const gpu = dawn.create(['backend=vulkan', 'enable-dawn-features=disable_workgroup_init'])
  const adapter = await gpu.requestAdapter()
  if (!adapter) return 'there is no WebGPU adapter'
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits
  const device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } })
  device.addEventListener('uncapturederror', (event) => {
    throw new Error((event as GPUUncapturedErrorEvent).error.message)
  })
  keep.push(gpu)
  return device
}

/** Dawn crashes when its root object is collected. */
const keep: unknown[] = []

/** An operand: float32 values that begin so many elements into their buffer. */
export interface GpuArray {
  readonly values: Float32Array
  readonly offset?: number
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>()

/** A plan with its buffers, ready to be run again and again. */
export class PreparedPlan {
  readonly #device: GPUDevice
  readonly #plan: GpuPlan
  readonly #outputs: readonly number[]
  readonly #buffers: { readonly [kind in 'input' | 'output' | 'workspace']: readonly GPUBuffer[] }
  readonly #groups: readonly GPUBindGroup[]
  readonly #pipelines: readonly GPUComputePipeline[]
  readonly #offset: number

  constructor(
    device: GPUDevice,
    plan: GpuPlan,
    inputs: readonly Float32Array[],
    outputs: readonly number[],
    offset = 0,
  ) {
    this.#device = device
    this.#plan = plan
    this.#outputs = outputs
    this.#offset = offset
    this.#buffers = {
      input: inputs.map((values) => filled(device, values, offset)),
      output: outputs.map((length) => filled(device, new Float32Array(length).fill(777), offset)),
      workspace: plan.workspace.map((bytes) => filled(device, new Float32Array(bytes / 4).fill(777), 0)),
    }
    this.#pipelines = plan.dispatches.map((dispatch) => pipelineOf(device, dispatch))
    this.#groups = plan.dispatches.map((dispatch, i) => this.#bind(dispatch, this.#pipelines[i]))
  }

  #buffer(binding: Binding): GPUBuffer {
    const [[kind, index]] = Object.entries(binding) as ['input' | 'output' | 'workspace', number][]
    return this.#buffers[kind][index]
  }

  #bind({ bindings, params }: Dispatch, pipeline: GPUComputePipeline): GPUBindGroup {
    const words = new Uint32Array(Math.ceil(params.length / 4) * 4)
    params.forEach((param, i) => {
      if (typeof param === 'number') words[i] = param
      else if ('offset' in param) words[i] = 'workspace' in param.offset ? 0 : this.#offset
      else if ('float' in param) new Float32Array(words.buffer)[i] = param.float
      else throw new Error(`[runPlan] param ${i}: got a scalar, expected none`)
    })
    const uniform = this.#device.createBuffer({ size: words.byteLength, usage: 0x40 | 0x8 })
    this.#device.queue.writeBuffer(uniform, 0, words)
    const buffers = [...bindings.map((binding) => this.#buffer(binding)), uniform]
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }))
    return this.#device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
  }

  /** Runs all dispatches so many times. */
  run(times = 1): Promise<undefined> {
    const encoder = this.#device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let n = 0; n < times; n++)
      this.#plan.dispatches.forEach(({ workgroups }, i) => {
        pass.setPipeline(this.#pipelines[i])
        pass.setBindGroup(0, this.#groups[i])
        pass.dispatchWorkgroups(...workgroups)
      })
    pass.end()
    this.#device.queue.submit([encoder.finish()])
    return this.#device.queue.onSubmittedWorkDone()
  }

  /** The values of the outputs. */
  async read(): Promise<Float32Array[]> {
    const device = this.#device
    const results: Float32Array[] = []
    for (const [i, length] of this.#outputs.entries()) {
      const source = this.#buffers.output[i]
      const staging = device.createBuffer({ size: source.size, usage: 0x1 | 0x8 })
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer(source, 0, staging, 0, source.size)
      device.queue.submit([encoder.finish()])
      await staging.mapAsync(1)
      results.push(new Float32Array(staging.getMappedRange().slice(this.#offset * 4, (this.#offset + length) * 4)))
      staging.destroy()
    }
    return results
  }

  /** Frees the buffers. */
  close(): void {
    for (const buffer of Object.values(this.#buffers).flat()) buffer.destroy()
  }
}

/** A buffer of whole vectors with values from an offset on. */
function filled(device: GPUDevice, values: Float32Array, offset: number): GPUBuffer {
  const size = Math.max(16, Math.ceil((offset + values.length) / 4) * 16)
  const buffer = device.createBuffer({ size, usage: 0x80 | 0x4 | 0x8, mappedAtCreation: true })
  const floats = new Float32Array(buffer.getMappedRange())
  floats.fill(Number.NaN)
  floats.set(values, offset)
  buffer.unmap()
  return buffer
}

function pipelineOf(device: GPUDevice, { shader }: Dispatch): GPUComputePipeline {
  const known = pipelines.get(device) ?? new Map<string, GPUComputePipeline>()
  pipelines.set(device, known)
  let pipeline = known.get(shader.key)
  if (!pipeline) {
    const module = device.createShaderModule({ code: shader.text(), label: shader.key })
    pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    known.set(shader.key, pipeline)
  }
  return pipeline
}
