// Commands on their way to the GPU: many in a submit, their params written once, inside error scopes.
import type { Cost } from '../../kernel/wgsl/cost.ts'
import { commonFields, workgroupRows } from '../../kernel/wgsl/workgroups.ts'
import type { Words } from './params.ts'
import { type Pipeline, paramsStep } from './pipelines.ts'

/** Dispatches of a submit: many, since a submit costs, but so few that the GPU starts while a step is still encoded. */
export const mostDispatches = 16

/**
 * Nanoseconds on a slow GPU after which a submit is sent, and the most that one dispatch may add: together they stay below
 * the two seconds that systems let a GPU work before they reset it.
 */
const [enough, longest] = [2.5e8, 1e9]

/** Numbers that a dispatch may have of its own. */
export const mostParams = paramsStep / 4 - commonFields

/** Bytes of the params of a batch. */
export const paramsBytes = mostDispatches * paramsStep

/** Workgroups of a dispatch, by their first number and how they are laid out. */
export interface Part {
  readonly from: number
  readonly workgroups: readonly [number, number, number]
  /** Nanoseconds on a slow GPU. */
  readonly cost: number
}

/** A dispatch in as many parts as it takes to keep each short; one whose workgroups are too long by themselves stays so. */
export function partsOf([x, y, z]: readonly [number, number, number], { all, each }: Cost): readonly Part[] {
  const count = x * y * z
  const parts = Math.min(count, Math.ceil(all / longest))
  if (parts <= 1) return [{ from: 0, workgroups: [x, y, z], cost: all }]
  const size = Math.ceil(count / parts)
  return Array.from({ length: Math.ceil(count / size) }, (_, n) => ({
    from: n * size,
    workgroups: workgroupRows(Math.min(size, count - n * size)),
    cost: Math.max(each, (all * size) / count),
  }))
}

/** Whether a part may take longer than a system lets it. */
export const isLong = ({ cost }: Part) => cost > longest

/** Encodes commands and sends them in batches. */
export class Queue {
  readonly #device: GPUDevice
  readonly #params: GPUBuffer
  readonly #words: Words
  #encoder: GPUCommandEncoder | undefined
  #pass: GPUComputePassEncoder | undefined
  #dispatches = 0
  #cost = 0
  readonly #refused: (first: number, reason: string) => void
  readonly #checks = new Set<Promise<unknown>>()
  #scoped = false
  /** What the device had no memory for, and in which batches that may have been used. */
  #lacking = { from: 0, to: 0, reason: '' }
  #batch = 1
  #first = 1
  #finished = 0
  #submits = 0

  /** Number of the last command that is encoded as a whole; of those that wait or are begun, a later batch may fail. */
  encoded = 0

  /** Calls `refused` with an error of the device and the earliest command that may have caused it. */
  constructor(device: GPUDevice, params: GPUBuffer, refused: (first: number, reason: string) => void) {
    this.#device = device
    this.#params = params
    this.#refused = refused
    const whole = new Uint32Array(paramsBytes / 4)
    this.#words = { whole, floats: new Float32Array(whole.buffer) }
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

  /**
   * Makes a buffer. If the device has no memory for it, `refused` is called later and says so in words; batches that use
   * the buffer do not run, and those that are sent until then fail for that reason.
   */
  buffer(size: number, usage: number, refused: () => string): GPUBuffer {
    this.open()
    const batch = this.#batch
    this.#device.pushErrorScope('out-of-memory')
    const buffer = this.#device.createBuffer({ size, usage })
    this.#check(() => {
      const { from, to } = this.#lacking
      this.#lacking = { from: batch <= to ? Math.min(from, batch) : batch, to: this.#batch, reason: refused() }
    })
    return buffer
  }

  /** Adds a part of a dispatch; `fill` writes its params, as integers or floats. Sends the batch when it is full. */
  dispatch(
    { pipeline }: Pipeline,
    group: GPUBindGroup,
    { from, workgroups, cost }: Part,
    fill: (words: Words, at: number) => void,
  ): void {
    this.open()
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass ??= this.#encoder.beginComputePass()
    const offset = this.#dispatches++ * paramsStep
    const at = offset / 4
    this.#words.whole.set([0, from], at)
    fill(this.#words, at + commonFields)
    this.#pass.setPipeline(pipeline)
    this.#pass.setBindGroup(0, group, [offset])
    this.#pass.dispatchWorkgroups(...workgroups)
    this.#cost += cost
    if (this.#dispatches === mostDispatches || this.#cost >= enough) this.flush()
  }

  /** Adds a copy to a buffer's begin; `from` and bytes are multiples of 4. */
  copy(source: GPUBuffer, from: number, target: GPUBuffer, bytes: number): void {
    this.open()
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass?.end()
    this.#pass = undefined
    this.#encoder.copyBufferToBuffer(source, from, target, 0, bytes)
  }

  /** Maps a buffer for reading; one that the device had no memory for rejects. */
  map(buffer: GPUBuffer, bytes: number): Promise<void> {
    this.#device.pushErrorScope('validation')
    const mapped = buffer.mapAsync(1, 0, bytes)
    this.#check(() => {}) // the promise tells it too
    return mapped
  }

  /** Sends what was encoded, and lets its errors be heard. */
  flush(): void {
    if (!this.#scoped) return
    this.#submit()
    const [first, batch] = [this.#first, this.#batch]
    for (let scope = 0; scope < 2; scope++)
      this.#check(({ message }) => {
        const { from, to, reason } = this.#lacking
        this.#refused(first, batch >= from && batch <= to ? reason : message)
      })
    this.#scoped = false
    this.#batch++
    this.#first = this.encoded + 1
  }

  /** Ends an error scope. */
  #check(failed: (error: GPUError) => void): void {
    const check = this.#device.popErrorScope().then(
      (error) => error && failed(error),
      () => {}, // the device is lost, which is reported elsewhere
    )
    this.#checks.add(check)
    check.then(() => this.#checks.delete(check))
  }

  #submit(): void {
    if (!this.#encoder) return
    const { encoded } = this
    this.#pass?.end()
    const { queue } = this.#device
    const commands = this.#encoder.finish()
    if (this.#dispatches > 0)
      queue.writeBuffer(this.#params, 0, this.#words.whole, 0, (this.#dispatches * paramsStep) / 4)
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
    this.#cost = 0
  }

  /** Resolves when the errors of all that was sent are known, whoever else waits for them. */
  async settled(): Promise<void> {
    await Promise.all(this.#checks)
  }
}
