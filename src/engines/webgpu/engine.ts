// The GPU engine: turns op calls into plans, and plans into dispatches, of which many are sent at once.
import { bytesPer, type DType } from '../../core/dtype.ts'
import {
  type Attributes,
  type Call,
  type Engine,
  type Operand,
  type Orders,
  OutOfMemory,
  type Receipt,
} from '../../core/engine.ts'
import { EngineError } from '../../core/errors.ts'
import { Line } from '../../core/line.ts'
import { turn } from '../../core/memory.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import type { Storage } from '../../core/storage.ts'
import type { Binding, Dispatch, GpuPlan, GpuTarget, Param, WgslKernel } from '../../kernel/gpuPlan.ts'
import type { OpName } from '../../ops/index.ts'
import type { KernelTable } from '../table.ts'
import { Batch, paramsBytes } from './batch.ts'
import { Pipelines } from './pipelines.ts'
import { type Block, BufferPool } from './pool.ts'
import { Staging } from './staging.ts'

/** Settings of the GPU engine. */
export interface WebGpuOptions {
  /** Most bytes of buffers. */
  readonly memoryLimit: number
  readonly tiles: GpuTarget['tiles']
  /** The adapter's name, to be shown. */
  readonly adapter: string
}

const planCacheSize = 4096
/** Most commands that may wait for the GPU. */
const backlogLimit = 100_000

/** Commands whose results are not to be trusted: from the first that failed to the last given when that was known. */
interface Failure {
  readonly first: number
  readonly last: number
  readonly error: EngineError
}

/** A range of a buffer. */
interface Place {
  readonly block: Block
  readonly offset: number
}

/** Where everything is that a call's dispatches bind. */
type Places = { readonly [kind in 'input' | 'output' | 'workspace' | 'constant']: readonly Place[] }

/** Makes the engine on a device. */
export class WebGpuEngine implements Engine {
  readonly name = 'webgpu'
  readonly limit: number
  /** The adapter's name, and the device's features. */
  readonly adapter: string
  readonly features: readonly string[]
  readonly #device: GPUDevice
  readonly #target: GpuTarget
  readonly #kernels: KernelTable<WgslKernel<never>>
  readonly #pool: BufferPool
  readonly #pipelines: Pipelines
  readonly #batch: Batch
  readonly #staging: Staging
  /** Holds commands behind values that are on their way from another engine. */
  readonly #line = new Line(() => this.#flush())
  readonly #plans = new Map<string, GpuPlan>()
  readonly #constants = new WeakMap<GpuPlan, readonly Block[]>()
  /** Number of the running batch, and of its first command. */
  #batchNumber = 1
  #batchFirst = 1
  #scoped = false
  #issued = 0
  #finished = 0
  #checks: Promise<void>[] = []
  #failures: Failure[] = []
  #unreported: Error | undefined
  #lost: EngineError | undefined
  /** Submits so far, for tests and profiles. */
  submits = 0

  constructor(device: GPUDevice, options: WebGpuOptions, kernels: KernelTable<WgslKernel<never>>) {
    this.#device = device
    this.limit = options.memoryLimit
    this.adapter = options.adapter
    this.features = [...device.features]
    this.#target = { tiles: options.tiles }
    this.#kernels = kernels
    const params = device.createBuffer({ size: paramsBytes, usage: 0x40 | 0x08, label: 'params' })
    this.#pipelines = new Pipelines(device, params)
    this.#pool = new BufferPool(
      device,
      options.memoryLimit,
      () => this.#flush(),
      (id) => this.#pipelines.forget(id),
    )
    this.#batch = new Batch(device, params)
    this.#staging = new Staging(device)
    device.lost.then(({ reason, message }) => this.#lose(reason, message))
  }

  /** How matrix products are cut. */
  get tiles(): GpuTarget['tiles'] {
    return this.#target.tiles
  }

  supports(dtype: DType): boolean {
    return dtype !== 'float64'
  }

  allocate(bytes: number): Block {
    this.#check()
    this.#openScopes()
    return this.#pool.allocate(bytes)
  }

  upload(bytes: Uint8Array): Block {
    const block = this.#writable(bytes.length)
    const copy = padded(bytes)
    const late = this.#line.waiting
    this.#line.do(() => this.#write(block, copy, late))
    return block
  }

  receive(bytes: number, arriving: Promise<Uint8Array>): Receipt {
    const allocation = this.#writable(bytes)
    const written = ++this.#issued
    this.#line.after(
      arriving,
      (values) => this.#write(allocation, padded(values), true),
      (error) => this.#fail(written, error instanceof Error ? error.message : String(error)),
    )
    return { allocation, written }
  }

  /** A write overtakes what was encoded and not sent: a late one, whose buffer that may use, sends it first. */
  #write({ buffer }: Block, bytes: Uint8Array<ArrayBuffer>, late: boolean): void {
    if (late) this.#flush()
    this.#device.queue.writeBuffer(buffer, 0, bytes)
  }

  /** A block that no command uses which was given but not sent. */
  #writable(bytes: number): Block {
    this.#check()
    this.#openScopes()
    return this.#pool.allocate(bytes, { batch: this.#batchNumber })
  }

  free(allocation: { readonly bytes: number }): void {
    this.#pool.free(allocation as Block, this.#batchNumber)
  }

  orders(): Orders {
    return { inputs: [], outputs: [] }
  }

  /** The plan of a call, from the cache or made now. */
  planOf({ op, inputs, attrs, outputs }: Pick<Call, 'op' | 'inputs' | 'attrs' | 'outputs'>): GpuPlan {
    const key = `${op}${JSON.stringify(attrs)}${inputs.map(describe).join()}>${outputs.map(describe).join()}`
    const held = this.#plans.get(key)
    if (held) return held
    const kernel = this.#kernels[op as OpName] as WgslKernel<Attributes>
    const plan = kernel.plan(inputs, attrs, outputs, this.#target)
    if (this.#plans.size >= planCacheSize) this.#forgetPlan()
    this.#plans.set(key, plan)
    return plan
  }

  #forgetPlan(): void {
    const [[key, plan]] = this.#plans
    for (const block of this.#constants.get(plan) ?? []) this.free(block)
    this.#plans.delete(key)
  }

  /** The buffers of a plan's tables, filled at its first use. */
  #constantsOf(plan: GpuPlan): readonly Block[] {
    if (!plan.constants) return []
    const held = this.#constants.get(plan)
    if (held) return held
    const made = plan.constants.map((words) => this.upload(new Uint8Array(words.buffer)))
    this.#constants.set(plan, made)
    return made
  }

  run(given: Call): void {
    this.#check()
    // the lists are the caller's, who goes on with them before a call that waits is encoded
    const call = { ...given, inputs: [...given.inputs], outputs: [...given.outputs] }
    if (this.#issued - this.#finished > backlogLimit) throw new OutOfMemory(0)
    const plan = this.planOf(call)
    const command = ++this.#issued
    const [inputs, copies] = this.#apart(call)
    const workspace = plan.workspace.map((bytes) => this.allocate(bytes))
    const places = {
      ...{ input: inputs, output: call.outputs.map(placeOf), workspace: workspace.map(whole) },
      constant: this.#constantsOf(plan).map(whole),
    }
    this.#line.do(() => {
      try {
        for (const { from, bytes, to } of copies) this.#copy(from, bytes, to)
        for (const dispatch of plan.dispatches) this.#dispatch(dispatch, call, places)
      } catch (error) {
        this.#fail(command, error instanceof Error ? error.message : String(error), call)
      }
    })
    for (const block of [...workspace, ...copies.map(({ to }) => to)]) this.free(block)
    for (const { storage } of call.outputs) storage.written = command
    for (const i of call.mutates) call.inputs[i].storage.written = command
  }

  /**
   * The places of a call's inputs. One that lies in a buffer which the call writes is copied first, since a dispatch
   * can't both read and write a buffer; what an op changes in place it may read.
   */
  #apart({ inputs, outputs, mutates }: Call): [readonly Place[], { from: Place; bytes: number; to: Block }[]] {
    const changed = mutates.map((i) => inputs[i])
    const written = new Set([...outputs, ...changed].map((operand) => placeOf(operand).block.id))
    const copies: { from: Place; bytes: number; to: Block }[] = []
    const places = inputs.map((operand, i) => {
      const place = placeOf(operand)
      if (mutates.includes(i) || !written.has(place.block.id)) return place
      const skip = place.offset % 4
      const bytes = Math.ceil((skip + bytesOf(operand)) / 4) * 4
      const to = this.allocate(bytes)
      copies.push({ from: { block: place.block, offset: place.offset - skip }, bytes, to })
      return { block: to, offset: skip }
    })
    return [places, copies]
  }

  #copy(from: Place, bytes: number, to: Block): void {
    this.#openScopes()
    this.#batch.copy(from.block.buffer, from.offset, to.buffer, 0, bytes)
  }

  #dispatch(dispatch: Dispatch, call: Call, places: Places): void {
    if (dispatch.workgroups.includes(0)) return
    this.#openScopes()
    const at = (binding: Binding): Place => {
      if ('input' in binding) return places.input[binding.input]
      if ('output' in binding) return places.output[binding.output]
      return 'workspace' in binding ? places.workspace[binding.workspace] : places.constant[binding.constant]
    }
    const pipeline = this.#pipelines.of(dispatch.shader, labelOf(call))
    const group = this.#pipelines.group(
      pipeline,
      dispatch.bindings.map((binding) => at(binding).block),
    )
    this.#batch.dispatch(pipeline, group, dispatch.workgroups, (words, floats, begin) => {
      dispatch.params.forEach((param, i) => {
        if (typeof param === 'number') words[begin + i] = param
        else if ('offset' in param) words[begin + i] = at(param.offset).offset / elementBytes(param, call)
        else if ('float' in param) floats[begin + i] = param.float
        else if (param.integer) words[begin + i] = Math.trunc(call.scalars[param.scalar])
        else floats[begin + i] = call.scalars[param.scalar]
      })
    })
    if (this.#batch.full) this.#flush()
  }

  /** Sends what was encoded, and lets its errors be heard. */
  #flush(): void {
    if (!this.#scoped) return
    if (!this.#batch.empty) {
      this.#batch.submit()
      this.submits++
      const last = this.#issued
      this.#device.queue.onSubmittedWorkDone().then(
        () => {
          this.#finished = Math.max(this.#finished, last)
        },
        () => {},
      )
    }
    const first = this.#batchFirst
    for (let scope = 0; scope < 2; scope++) {
      const check = this.#device.popErrorScope().then(
        (error) => error && this.#fail(first, error.message),
        () => {},
      )
      this.#checks.push(check as Promise<void>)
    }
    this.#scoped = false
    this.#batchNumber++
    this.#batchFirst = this.#issued + 1
  }

  #openScopes(): void {
    if (this.#scoped) return
    this.#scoped = true
    this.#device.pushErrorScope('out-of-memory')
    this.#device.pushErrorScope('validation')
  }

  async read(operand: Operand): Promise<Uint8Array> {
    this.#check()
    const { written } = operand.storage
    const place = placeOf(operand)
    const skip = place.offset % 4
    const bytes = bytesOf(operand)
    try {
      const span = Math.ceil((skip + bytes) / 4) * 4
      return span === 0
        ? new Uint8Array(0)
        : await this.#bytes(place.block.buffer, place.offset - skip, span, skip, bytes)
    } catch (error) {
      throw this.#lost ?? error
    } finally {
      await this.#settled()
      const failure = this.#failureAt(written)
      // biome-ignore lint/correctness/noUnsafeFinally: the failure explains whatever else went wrong
      if (failure) throw this.#report(failure)
      await turn()
    }
  }

  /** Copies a range to a buffer that can be mapped, in its turn, and reads it. */
  async #bytes(buffer: GPUBuffer, from: number, span: number, skip: number, bytes: number): Promise<Uint8Array> {
    const staging = this.#staging.take(span)
    await new Promise<void>((resolve, reject) =>
      this.#line.do(() => {
        this.#openScopes()
        this.#batch.copy(buffer, from, staging, 0, span)
        this.#flush()
        staging.mapAsync(1, 0, span).then(resolve, reject)
      }),
    )
    const copy = new Uint8Array(staging.getMappedRange(0, span).slice(skip, skip + bytes))
    staging.unmap()
    this.#staging.give(staging)
    return copy
  }

  async fence(): Promise<void> {
    this.#check()
    await new Promise<void>((resolve, reject) =>
      this.#line.do(() => {
        this.#flush()
        this.#device.queue.onSubmittedWorkDone().then(() => resolve(), reject)
      }),
    )
    await this.#settled()
    await turn()
  }

  /** Resolves when the errors of all that was sent are known. */
  async #settled(): Promise<void> {
    await Promise.all(this.#checks.splice(0))
  }

  failureOf(storage: Storage): Error | undefined {
    if (this.#failures.length === 0) return undefined
    const failure = this.#failureAt(storage.written)
    return failure && this.#report(failure)
  }

  takeFailure(): Error | undefined {
    const error = this.#unreported
    this.#unreported = undefined
    return error
  }

  /** Gives the device back. */
  async close(): Promise<void> {
    this.#lost ??= new EngineError('the engine was closed')
    this.#device.destroy()
  }

  #check(): void {
    if (this.#lost) throw this.#lost
  }

  #lose(reason: string, message: string): void {
    const why = message ? `${reason}: ${message}` : reason
    this.#lost ??= new EngineError(
      `[gpu] the device was lost (${why}), and with it all values on it: make a new context with gpu() and go on from what was saved`,
    )
    this.#unreported ??= this.#lost
  }

  #fail(first: number, reason: string, call?: Call): void {
    const path = call?.path ? `in ${call.path}: ` : ''
    const what = call ? `${labelOf(call)} failed` : 'a command failed on the GPU'
    const error = new EngineError(`${path}${what}: ${reason}`)
    this.#failures.push({ first, last: this.#issued, error })
    this.#unreported ??= error
  }

  #failureAt(command: number): Failure | undefined {
    return this.#failures.find(({ first, last }) => command >= first && command <= last)
  }

  #report({ error }: Failure): Error {
    if (this.#unreported === error) this.#unreported = undefined
    return error
  }
}

const bytesOf = ({ shape, dtype }: Operand) => sizeOf(shape) * bytesPer(dtype)

const placeOf = ({ storage, offset }: Operand): Place => ({ block: storage.allocation as Block, offset })

const whole = (block: Block): Place => ({ block, offset: 0 })

function elementBytes({ offset }: Extract<Param, { offset: Binding }>, { inputs, outputs }: Call): number {
  if ('input' in offset) return bytesPer(inputs[offset.input].dtype)
  return 'output' in offset ? bytesPer(outputs[offset.output].dtype) : 1
}

const labelOf = ({ op, inputs }: Call) => `[${op}] on ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}`

function describe({ dtype, shape }: Operand): string {
  return `${dtype}${Array.prototype.join.call(shape, 'x')}`
}

/** The bytes, with zeros up to a multiple of 4. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  copy.set(bytes)
  return copy
}
