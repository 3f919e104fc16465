// Commands on their way to the GPU: dispatches and copies of one submit, whose params are written once.
import { type Pipeline, paramsStep } from './pipelines.ts'

/** Dispatches of a submit: many, since a submit costs, but so few that the GPU starts early. */
const most = 128

/** Bytes of the params of a batch. */
export const paramsBytes = most * paramsStep

/** Encodes the commands of one submit. */
export class Batch {
  readonly #device: GPUDevice
  readonly #params: GPUBuffer
  readonly #words = new Uint32Array(paramsBytes / 4)
  readonly #floats = new Float32Array(this.#words.buffer)
  #encoder: GPUCommandEncoder | undefined
  #pass: GPUComputePassEncoder | undefined
  #dispatches = 0

  constructor(device: GPUDevice, params: GPUBuffer) {
    this.#device = device
    this.#params = params
  }

  /** Whether it can take no dispatch more. */
  get full(): boolean {
    return this.#dispatches === most
  }

  /** Whether there is nothing to send. */
  get empty(): boolean {
    return this.#encoder === undefined
  }

  /** Adds a dispatch; `fill` writes its params, as whole numbers or floats. */
  dispatch(
    { pipeline }: Pipeline,
    group: GPUBindGroup,
    [x, y, z]: readonly [number, number, number],
    fill: (words: Uint32Array, floats: Float32Array, at: number) => void,
  ): void {
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass ??= this.#encoder.beginComputePass()
    const offset = this.#dispatches++ * paramsStep
    fill(this.#words, this.#floats, offset / 4)
    this.#pass.setPipeline(pipeline)
    this.#pass.setBindGroup(0, group, [offset])
    this.#pass.dispatchWorkgroups(x, y, z)
  }

  /** Adds a copy; offsets and bytes are multiples of 4. */
  copy(source: GPUBuffer, from: number, target: GPUBuffer, to: number, bytes: number): void {
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass?.end()
    this.#pass = undefined
    this.#encoder.copyBufferToBuffer(source, from, target, to, bytes)
  }

  /** Sends all to the queue and begins anew. */
  submit(): void {
    if (!this.#encoder) return
    this.#pass?.end()
    const commands = this.#encoder.finish()
    if (this.#dispatches > 0) {
      this.#device.queue.writeBuffer(this.#params, 0, this.#words, 0, (this.#dispatches * paramsStep) / 4)
    }
    this.#device.queue.submit([commands])
    this.#encoder = undefined
    this.#pass = undefined
    this.#dispatches = 0
  }
}
