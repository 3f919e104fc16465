// Commands on their way to the GPU: many in a submit, their params written once, inside error scopes.
import { type Pipeline, paramsStep } from './pipelines.ts'

/** Dispatches of a submit: many, since a submit costs, but so few that the GPU starts early. */
const most = 128

/** Numbers that a dispatch may have. */
export const mostParams = paramsStep / 4

/** Bytes of the params of a batch. */
export const paramsBytes = most * paramsStep

/** Encodes commands and sends them in batches. */
export class Queue {
  readonly #device: GPUDevice
  readonly #params: GPUBuffer
  readonly #words = new Uint32Array(paramsBytes / 4)
  readonly #floats = new Float32Array(this.#words.buffer)
  #encoder: GPUCommandEncoder | undefined
  #pass: GPUComputePassEncoder | undefined
  #dispatches = 0
  readonly #refused: (first: number, reason: string) => void
  readonly #checks = new Set<Promise<unknown>>()
  #scoped = false
  #batch = 1
  #first = 1
  #finished = 0
  #submits = 0

  /** Number of the last command that is encoded as a whole; of those that wait or are begun, a later batch may fail. */
  encoded = 0

  /** `refused` is told what the device refuses, and of which command it may have been at the earliest. */
  constructor(device: GPUDevice, params: GPUBuffer, refused: (first: number, reason: string) => void) {
    this.#device = device
    this.#params = params
    this.#refused = refused
  }

  /** Number of the running batch. */
  get batch(): number {
    return this.#batch
  }

  /** Number of the last command that is known to have run. */
  get finished(): number {
    return this.#finished
  }

  /** Submits so far. */
  get submits(): number {
    return this.#submits
  }

  /** Listens for errors, before anything is asked of the device. */
  open(): void {
    if (this.#scoped) return
    this.#scoped = true
    this.#device.pushErrorScope('out-of-memory')
    this.#device.pushErrorScope('validation')
  }

  /** Whether it can take no dispatch more. */
  get full(): boolean {
    return this.#dispatches === most
  }

  /** Adds a dispatch; `fill` writes its params, as whole numbers or floats. */
  dispatch(
    { pipeline }: Pipeline,
    group: GPUBindGroup,
    [x, y, z]: readonly [number, number, number],
    fill: (words: Uint32Array, floats: Float32Array, at: number) => void,
  ): void {
    this.open()
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass ??= this.#encoder.beginComputePass()
    const offset = this.#dispatches++ * paramsStep
    fill(this.#words, this.#floats, offset / 4)
    this.#pass.setPipeline(pipeline)
    this.#pass.setBindGroup(0, group, [offset])
    this.#pass.dispatchWorkgroups(x, y, z)
  }

  /** Adds a copy to a buffer's begin; `from` and bytes are multiples of 4. */
  copy(source: GPUBuffer, from: number, target: GPUBuffer, bytes: number): void {
    this.open()
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass?.end()
    this.#pass = undefined
    this.#encoder.copyBufferToBuffer(source, from, target, 0, bytes)
  }

  /** Sends what was encoded, and lets its errors be heard. */
  flush(): void {
    if (!this.#scoped) return
    this.#submit()
    const first = this.#first
    for (let scope = 0; scope < 2; scope++) {
      const check = this.#device.popErrorScope().then(
        (error) => error && this.#refused(first, error.message),
        () => {}, // the device is lost, which is told elsewhere
      )
      this.#checks.add(check)
      check.then(() => this.#checks.delete(check))
    }
    this.#scoped = false
    this.#batch++
    this.#first = this.encoded + 1
  }

  #submit(): void {
    if (!this.#encoder) return
    const { encoded } = this
    this.#pass?.end()
    const { queue } = this.#device
    const commands = this.#encoder.finish()
    if (this.#dispatches > 0) queue.writeBuffer(this.#params, 0, this.#words, 0, (this.#dispatches * paramsStep) / 4)
    queue.submit([commands])
    queue.onSubmittedWorkDone().then(
      () => {
        this.#finished = Math.max(this.#finished, encoded)
      },
      () => {},
    )
    this.#submits++
    this.#encoder = undefined
    this.#pass = undefined
    this.#dispatches = 0
  }

  /** Resolves when the errors of all that was sent are known, whoever else waits for them. */
  async settled(): Promise<void> {
    await Promise.all(this.#checks)
  }
}
