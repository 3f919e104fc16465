// The GPU engine: turns op calls into plans, and plans into dispatches, of which many are sent at once.
import { bytesOf, type DType } from '../../core/dtype.ts'
import { backlogLimit, type Call, type Engine, OutOfMemory, type Receipt, type Value } from '../../core/engine.ts'
import { DeviceLostError, EngineError, reasonOf } from '../../core/errors.ts'
import { Line } from '../../core/line.ts'
import { turn } from '../../core/memory.ts'
import { formatShape } from '../../core/shape.ts'
import type { Storage } from '../../core/storage.ts'
import type { Dispatch, GpuPlan, GpuTarget, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { Failures } from '../failures.ts'
import type { KernelTable } from '../table.ts'
import { fillParams } from './params.ts'
import { Pipelines } from './pipelines.ts'
import { apart, type Copy, type Place, type Places, placeIn, placeOf, type Words, whole, wordsOf } from './places.ts'
import { Plans } from './plans.ts'
import { type Block, BufferPool, type MakeBuffer } from './pool.ts'
import { isLong, mostParams, paramsBytes, partsOf, Queue } from './queue.ts'
import { Staging } from './staging.ts'

/** Settings of the GPU engine. */
export interface WebGpuOptions {
  /** Most bytes of buffers. */
  readonly memoryLimit: number
  readonly tiles: GpuTarget['tiles']
  /** The adapter's name, to be shown. */
  readonly adapter: string
}

/** Makes the engine on a device. */
export class WebGpuEngine implements Engine {
  readonly name = 'webgpu'
  readonly limit: number
  /** The adapter's name, and the device's features. */
  readonly adapter: string
  readonly features: readonly string[]
  /** How matrix products are cut. */
  readonly tiles: GpuTarget['tiles']
  readonly #device: GPUDevice
  readonly #pool: BufferPool
  readonly #pipelines: Pipelines
  readonly #queue: Queue
  readonly #staging: Staging
  /** Holds commands behind values that are on their way from another engine. */
  readonly #line = new Line(() => this.#queue.flush())
  readonly #plans: Plans
  readonly #failures = new Failures()
  #issued = 0
  /** The last call of a dispatch that can't be cut as short as watchdogs want it. */
  #long = { label: '', command: 0 }

  constructor(device: GPUDevice, options: WebGpuOptions, kernels: KernelTable<WgslKernel<never>>) {
    this.#device = device
    this.limit = options.memoryLimit
    this.adapter = options.adapter
    this.features = [...device.features]
    this.tiles = options.tiles
    this.#plans = new Plans(kernels, { tiles: options.tiles }, this)
    const params = device.createBuffer({ size: paramsBytes, usage: 0x40 | 0x08, label: 'params' })
    this.#pipelines = new Pipelines(device, params)
    this.#queue = new Queue(device, params, (first, reason) => this.#fail(first, reason))
    const make: MakeBuffer = (size, usage, refused) => this.#queue.buffer(size, usage, refused)
    this.#pool = new BufferPool(options.memoryLimit, {
      ...{ make, largest: device.limits.maxStorageBufferBindingSize },
      lacking: () => this.#staging.trim(),
      gone: (id) => this.#pipelines.forget(id),
      whenSent: (destroy) =>
        this.#line.do(() => {
          this.#queue.flush()
          destroy()
        }),
    })
    this.#staging = new Staging(make)
    device.lost.then(({ reason, message }) => {
      const told = message ? `${reason}: ${message}` : reason
      const { label, command } = this.#long
      const long = command > this.#queue.finished ? `; ${label} may take it longer than the system lets a GPU work` : ''
      this.#failures.lose(new DeviceLostError(told + long))
    })
  }

  /** Submits so far, for tests and profiles. */
  get submits(): number {
    return this.#queue.submits
  }

  supports(dtype: DType): boolean {
    return dtype !== 'float64'
  }

  allocate(bytes: number): Block {
    return this.#allocate(bytes)
  }

  #allocate(bytes: number, written?: { readonly batch: number }): Block {
    this.#failures.check()
    this.#queue.open()
    return this.#pool.allocate(bytes, written)
  }

  upload(bytes: Uint8Array): Block {
    const block = this.#writable(bytes.length)
    const copy = padded(bytes)
    const late = this.#line.waiting
    this.#line.do(() => {
      // what reads it fails where it is known to be none
      if (!this.#pool.refusal(block)) this.#write(block, copy, late)
    })
    return block
  }

  receive(bytes: number, arriving: Promise<Uint8Array>): Receipt {
    const allocation = this.#writable(bytes)
    const written = ++this.#issued
    this.#line.after(
      arriving,
      (values) => {
        const reason = this.#pool.refusal(allocation)
        if (reason) this.#fail(written, reason)
        else this.#write(allocation, padded(values), true)
        this.#queue.encoded = written
      },
      (error) => {
        this.#fail(written, reasonOf(error))
        this.#queue.encoded = written
      },
    )
    return { allocation, written }
  }

  /** A write overtakes what was encoded and not sent: a late one, whose buffer that may use, sends it first. */
  #write({ buffer }: Block, bytes: Uint8Array<ArrayBuffer>, late: boolean): void {
    if (bytes.length === 0) return
    if (late) this.#queue.flush()
    this.#device.queue.writeBuffer(buffer, 0, bytes)
  }

  /** A block that no command uses which was given but not sent. */
  #writable(bytes: number): Block {
    return this.#allocate(bytes, { batch: this.#queue.batch })
  }

  free(allocation: { readonly bytes: number }): void {
    this.#pool.free(allocation as Block, this.#queue.batch)
  }

  run(call: Call): void {
    this.#failures.check()
    if (this.#issued - this.#queue.finished > backlogLimit) throw new OutOfMemory(0)
    const plan = this.#plans.of(call)
    const command = ++this.#issued
    const taken: Block[] = []
    const take = (bytes: number): Block => {
      taken.push(this.#allocate(bytes))
      return taken[taken.length - 1]
    }
    try {
      const [inputs, copies] = apart(call, take)
      const places = {
        ...{ input: inputs, output: call.outputs.map(placeOf), workspace: plan.workspace.map(take).map(whole) },
        constant: this.#plans.constantsOf(plan).map(whole),
      }
      this.#line.do(() => this.#encode(command, call, plan, places, copies))
    } finally {
      for (const block of taken) this.free(block)
    }
    for (const { storage } of call.outputs) storage.written = command
    for (const i of call.mutates) call.inputs[i].storage.written = command
  }

  #encode(command: number, call: Call, plan: GpuPlan, places: Places, copies: readonly Copy[]): void {
    try {
      for (const { from, bytes, to } of copies) this.#copy(from, to.buffer, bytes)
      for (const dispatch of plan.dispatches) this.#dispatch(command, dispatch, call, places)
    } catch (error) {
      this.#fail(command, reasonOf(error), call)
    }
    this.#queue.encoded = command
  }

  #copy({ block, offset }: Place, to: GPUBuffer, bytes: number): void {
    this.#queue.copy(this.#usable(block).buffer, offset, to, bytes)
  }

  /** The block; throws when it is known to be none. */
  #usable(block: Block): Block {
    const reason = this.#pool.refusal(block)
    if (reason) throw new EngineError(reason)
    return block
  }

  #dispatch(command: number, dispatch: Dispatch, call: Call, places: Places): void {
    if (dispatch.workgroups.includes(0)) return
    if (dispatch.params.length > mostParams) {
      throw new Error(`too many axes: got ${dispatch.params.length} numbers for them, expected at most ${mostParams}`)
    }
    this.#queue.open()
    const pipeline = this.#pipelines.of(dispatch.shader, labelOf(call))
    const group = this.#pipelines.group(
      pipeline,
      dispatch.bindings.map((binding) => this.#usable(placeIn(places, binding).block)),
    )
    for (const part of partsOf(dispatch.workgroups, dispatch.cost)) {
      if (isLong(part)) this.#long = { label: labelOf(call), command }
      this.#queue.dispatch(pipeline, group, part, (words, at) => fillParams(dispatch.params, call, places, words, at))
    }
  }

  async read(value: Value): Promise<Uint8Array> {
    this.#failures.check()
    const { written } = value.storage
    const words = wordsOf(value)
    const copied = bytesOf(value) > 0 ? ++this.#issued : written
    try {
      if (bytesOf(value) === 0) return new Uint8Array(0)
      return (await this.#bytes(words, copied)).slice(words.skip, words.skip + bytesOf(value))
    } catch (error) {
      await turn(this) // a device may say only now that it is lost
      throw this.#failures.lost ?? error
    } finally {
      await this.#queue.settled()
      // a value from before a failure is intact, but not where the copying itself was refused with it
      const failure = this.#failures.of(written) ?? this.#failures.of(copied)
      // biome-ignore lint/correctness/noUnsafeFinally: the failure explains whatever else went wrong
      if (failure) throw failure
      await turn(this)
    }
  }

  /** Copies words to a buffer that can be mapped, in their turn, and reads them. */
  async #bytes({ from, bytes }: Words, command: number): Promise<Uint8Array> {
    const staging = await new Promise<GPUBuffer>((resolve, reject) =>
      this.#line.do(() => {
        // alone in its batch, so that nothing else goes down with a copy that the device refuses
        if (!this.#staging.has(bytes)) this.#queue.flush()
        const staging = this.#staging.take(bytes)
        try {
          this.#copy(from, staging, bytes)
        } catch (error) {
          reject(error)
        }
        this.#queue.encoded = command
        this.#queue.flush()
        this.#queue.map(staging, bytes).then(
          () => resolve(staging),
          (error) => {
            staging.destroy()
            reject(error)
          },
        )
      }),
    )
    const copy = new Uint8Array(staging.getMappedRange(0, bytes).slice())
    staging.unmap()
    this.#staging.give(staging)
    return copy
  }

  async fence(): Promise<void> {
    this.#failures.check()
    await new Promise<void>((resolve, reject) =>
      this.#line.do(() => {
        this.#queue.flush()
        this.#device.queue.onSubmittedWorkDone().then(() => resolve(), reject)
      }),
    )
    await this.#queue.settled()
    await turn(this)
  }

  failureOf(storage: Storage): Error | undefined {
    return this.#failures.of(storage.written)
  }

  takeFailure(): Error | undefined {
    return this.#failures.take()
  }

  /** Gives the device back. */
  async close(): Promise<void> {
    this.#failures.lose(new EngineError('the engine was closed'))
    this.#device.destroy()
  }

  #fail(first: number, reason: string, call?: Call): void {
    const path = call?.path ? `in ${call.path}: ` : ''
    const what = call ? `${labelOf(call)} failed` : 'a command failed on the GPU'
    this.#failures.add(first, this.#issued + 1, `${path}${what}: ${reason}`)
  }
}

const labelOf = ({ name, inputs }: Call) => `[${name}] on ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}`

/** The bytes, with zeros up to a multiple of 4. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  copy.set(bytes)
  return copy
}
