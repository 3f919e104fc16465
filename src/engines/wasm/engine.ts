// The CPU engine: turns op calls into plans, and plans into commands on the stream.
import { bytesOf, type DType } from '../../core/dtype.ts'
import {
  type Allocation,
  type Attributes,
  backlogLimit,
  type Call,
  type Engine,
  type Exchange,
  OutOfMemory,
  type Receipt,
  type Value,
} from '../../core/engine.ts'
import { reasonOf } from '../../core/errors.ts'
import { turn } from '../../core/memory.ts'
import { formatShape } from '../../core/shape.ts'
import type { Storage } from '../../core/storage.ts'
import type { KernelModule } from '../../kernel/wasm/module.ts'
import {
  type DerivedBuffer,
  floatBits,
  type Order,
  type Phase,
  type Plan,
  type PlanArgument,
  type PlannedArray,
  type WasmKernel,
} from '../../kernel/wasm/plan.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { Failures } from '../failures.ts'
import { PlanCache } from '../planCache.ts'
import { type Block, MemoryAllocator } from './memory.ts'
import { MessageStream } from './messageStream.ts'
import { Orders, type PlacedCall, placed } from './orders.ts'
import { readingPhase } from './relayout.ts'
import { RingStream } from './ringStream.ts'
import { pageBytes, type Stream, type StreamFailure, streamEnd } from './stream.ts'

/** Where a module lies: text or a URL, by what it has, since not all programs have a declaration of URL. */
export type ModuleUrl = string | { readonly href: string }

/** Settings of the CPU engine. */
export interface WasmOptions {
  /** Threads that compute, 1 to 64. Default the machine's cores. */
  readonly threads: number
  /** Most bytes of memory, up to 4 GiB. */
  readonly memoryLimit: number
  /** How kernels are written for this machine. */
  readonly rung: Rung
  /** No algorithm that trades digits for speed. */
  readonly strict?: boolean
  /** False where memory can't be shared with workers: then one thread computes. */
  readonly shared?: boolean
  /** Where a page finds the workers' module, if not by blob: URLs. */
  readonly workerUrl?: ModuleUrl | undefined
}

/** What a plan is made from. */
export interface PlannedCall {
  readonly op: string
  readonly kernel?: unknown
  readonly inputs: readonly PlannedArray[]
  readonly attrs: Attributes
  readonly outputs: readonly PlannedArray[]
}

/** The kernel that a call's op names: its type says so in every op of the library. */
const kernelOf = (kernel: unknown): WasmKernel<never> => kernel as WasmKernel<never>

/** Makes the engine; its workers start at once and its memory grows as needed. */
export class WasmEngine implements Engine {
  readonly name = 'wasm'
  readonly limit: number
  readonly rung: Rung
  readonly strict: boolean
  readonly threads: number
  /** Told of every call, its plan, and when it began and ended, in ms; for profiles, as it costs a message or two. */
  watcher: ((call: Call, plan: Plan, times: Promise<readonly [begin: number, end: number]>) => void) | undefined
  readonly #allocator: MemoryAllocator
  readonly #stream: Stream
  readonly #orders = new Orders(this, (call) => this.#run(call))
  readonly #plans = new PlanCache<Plan>()
  readonly #modules = new Map<string, number>()
  /** Bytes of modules on their way to the workers. */
  #inFlight: { block: Block; command: number }[] = []
  #scratch: Block | undefined
  readonly #failures = new Failures()
  /** What the latest commands are, for errors; holds no array. */
  readonly #recent: { command: number; op: string; path: string; shapes: readonly (readonly number[])[] }[] = []

  constructor(options: WasmOptions) {
    this.limit = options.memoryLimit
    this.rung = options.rung
    this.strict = options.strict ?? false
    const pages = 2 ** 32 / pageBytes
    const onFailure = (failure: StreamFailure) => this.#fail(failure)
    const { shared = true, threads, workerUrl } = options
    this.#stream = shared
      ? new RingStream(pages, threads, onFailure, workerUrl)
      : new MessageStream(pages, onFailure, workerUrl)
    this.threads = this.#stream.threads
    this.#allocator = new MemoryAllocator((bytes) => this.#stream.grow(bytes), streamEnd, this.limit)
  }

  supports(dtype: DType): boolean {
    return dtype !== 'float64'
  }

  allocate(bytes: number): Block {
    return this.#allocator.allocate(bytes)
  }

  upload(bytes: Uint8Array): Block {
    const block = this.#writable(bytes.length)
    if (bytes.length > 0) this.#stream.write(block.address, bytes)
    return block
  }

  /** A block for values of the host, which go past the queue. */
  #writable(bytes: number): Block {
    const block = this.#allocator.allocate(bytes, this.#stream.retired)
    block.lies = block.order = 'plain'
    return block
  }

  free(allocation: Allocation): void {
    this.#allocator.free(allocation as Block, this.#stream.issued)
  }

  rowMajor(value: Value): void {
    this.#orders.move(value, 'plain')
  }

  /** Moves the elements of a storage to an order, in which kernels take them from here on; for tests. */
  lay(value: Value, order: Order): void {
    this.#orders.lay(value, order)
  }

  /** The plan of a call, from the cache or made now. */
  planOf({ op, kernel, inputs, attrs, outputs }: PlannedCall): Plan {
    return this.#plans.of({ op, inputs, attrs, outputs }, () =>
      kernelOf(kernel).plan(inputs, attrs as never, outputs, this.rung, this.strict),
    )
  }

  run(call: Call): void {
    this.#orders.run(call, kernelOf(call.kernel))
  }

  #run(call: PlacedCall): void {
    if (this.#stream.waiting > backlogLimit) throw new OutOfMemory(0)
    const begin = this.watcher && this.#stream.notify()
    const plan = this.planOf(call)
    const own: Block[] = []
    try {
      const derived = (plan.derived ?? []).map((buffer) => this.#derive(buffer, call, plan, own))
      const workspace = plan.workspace ? this.allocate(plan.workspace) : undefined
      if (workspace) own.push(workspace)
      for (const phase of plan.phases) this.#phase(phase, call, plan, derived, workspace)
    } finally {
      for (const block of own) this.free(block)
    }
    for (const { storage } of call.outputs) storage.written = this.#stream.issued
    for (const i of call.mutates) call.inputs[i].storage.written = this.#stream.issued
    if (begin) this.watcher?.(call, plan, Promise.all([begin, this.#stream.notify()]))
  }

  receive(bytes: number, arriving: Promise<Uint8Array>): Receipt {
    const allocation = this.#writable(bytes)
    // no command, but after one and before the next
    const written = this.#stream.issued + 0.5
    this.#stream.receive(allocation.address, arriving, (error) => {
      this.#failures.add(written, this.#stream.issued + 1, reasonOf(error))
    })
    return { allocation, written }
  }

  async read(value: Value): Promise<Uint8Array> {
    const bytes = bytesOf(value)
    const { written } = value.storage
    const staging = this.allocate(bytes)
    try {
      const { module, entry, items, args } = readingPhase(placed(value), staging.address, addressOf(value))
      if (bytes > 0) this.#command(module, entry, items, 0, args)
      const copied = bytes > 0 ? this.#stream.issued : written
      await this.#stream.notify()
      // a value from before a failure is intact, but not where the copying itself was skipped
      const failure = this.#failures.of(written) ?? this.#failures.of(copied)
      if (failure) throw failure
      return await this.#stream.read(staging.address, bytes)
    } finally {
      this.free(staging)
      await turn(this)
    }
  }

  async fence(): Promise<void> {
    await this.#stream.notify()
    await turn(this)
  }

  failureOf(storage: Storage): Error | undefined {
    return this.#failures.of(storage.written)
  }

  takeFailure(): Error | undefined {
    return this.#failures.take()
  }

  get exchange(): Exchange | undefined {
    const { turns } = this.#stream
    if (!turns) return undefined
    return {
      ...turns,
      signal: (value) => ({ count: turns.signal(), address: addressOf(value) }),
      wait: (count, written) => {
        turns.wait(count)
        for (const { storage } of written) storage.written = this.#stream.issued
      },
    }
  }

  /** Ends the workers. */
  close(): Promise<void> {
    return this.#stream.close()
  }

  /** Queues phases of the engine's own or of a test, without an op. */
  command(module: KernelModule, entry: string, items: number, args: readonly number[], written?: Storage): void {
    this.#command(module, entry, items, 0, args)
    if (written) written.written = this.#stream.issued
  }

  #phase(phase: Phase, call: Call, plan: Plan, derived: readonly Block[], workspace: Block | undefined): void {
    const args = phase.args.map((argument) => resolve(argument, call, derived, workspace))
    if (phase.items === 0) return
    this.#command(phase.module, phase.entry, phase.items, plan.scratch ?? 0, args)
    const shapes = call.inputs.map((input) => input.shape)
    const command = this.#stream.issued
    this.#recent[command & 4095] = { command, op: call.name, path: call.path, shapes }
  }

  #command(module: KernelModule, entry: string, items: number, scratch: number, args: readonly number[]): void {
    const id = this.#moduleId(module)
    const bytes = Math.ceil(scratch / 256) * 256
    const address = bytes > 0 ? this.#scratchFor(bytes * this.threads) : 0
    this.#stream.phase(id, module.entries.indexOf(entry), items, address, bytes, args)
  }

  #scratchFor(bytes: number): number {
    if (this.#scratch && this.#scratch.bytes >= bytes) return this.#scratch.address
    if (this.#scratch) this.free(this.#scratch)
    // where there is no room for more, what was given back is no longer ours
    this.#scratch = undefined
    this.#scratch = this.allocate(bytes)
    return this.#scratch.address
  }

  #moduleId(module: KernelModule): number {
    const held = this.#modules.get(module.key)
    if (held !== undefined) return held
    const passed = this.#stream.passed
    for (const { block } of this.#inFlight.filter(({ command }) => command <= passed)) this.free(block)
    this.#inFlight = this.#inFlight.filter(({ command }) => command > passed)
    const bytes = module.bytes()
    const block = this.upload(bytes)
    const id = this.#modules.size
    this.#modules.set(module.key, id)
    this.#stream.define(id, block.address, bytes.length)
    this.#inFlight.push({ block, command: this.#stream.issued })
    return id
  }

  /**
   * A buffer computed from an input: one that is kept, or a block of this call's `own`. Training uses a buffer once between
   * two writes of its input, so that it is kept from the second use on.
   */
  #derive(buffer: DerivedBuffer, call: Call, plan: Plan, own: Block[]): Block {
    const value = call.inputs[buffer.input]
    const { storage, offset } = value
    const key = `${buffer.key}@${offset}`
    storage.derived ??= new Map()
    const held = storage.derived.get(key)
    // one whose commands were skipped after a failure was never filled
    const again = held && !held.reading.stale && !this.#failures.at(held.written)
    if (again && held.allocation) return held.allocation as Block
    const reading = held?.reading ?? storage.watch(offset, bytesOf(value))
    // stale until the buffer is filled
    reading.stale = true
    storage.derived.set(key, { reading, allocation: undefined, written: 0 })
    if (held?.allocation) this.free(held.allocation)
    const block = this.allocate(buffer.bytes)
    if (again) storage.derived.set(key, { reading, allocation: block, written: 0 })
    else own.push(block)
    const index = plan.derived?.indexOf(buffer) ?? 0
    const derived: Block[] = []
    derived[index] = block
    for (const phase of buffer.phases) this.#phase(phase, call, plan, derived, undefined)
    reading.stale = false
    storage.derived.set(key, { reading, allocation: again ? block : undefined, written: this.#stream.issued })
    return block
  }

  #fail(failure: StreamFailure): void {
    const latest = this.#recent[failure.command & 4095]
    // many commands may have been given since, and those that are not an op's leave what was there before
    const recent = latest?.command === failure.command ? latest : undefined
    const shapes = recent?.shapes.map(formatShape).join(', ') ?? ''
    const where = recent?.path ? `in ${recent.path}: ` : ''
    const what = recent ? `[${recent.op}] failed while running on ${shapes}` : 'a command failed'
    this.#failures.add(failure.command, failure.resumed, `${where}${what}: ${failure.reason}`)
  }
}

function resolve(argument: PlanArgument, call: Call, derived: readonly Block[], workspace: Block | undefined): number {
  if (typeof argument === 'number') return argument
  if ('input' in argument) return addressOf(call.inputs[argument.input]) + (argument.plus ?? 0)
  if ('output' in argument) return addressOf(call.outputs[argument.output]) + (argument.plus ?? 0)
  if ('derived' in argument) return derived[argument.derived].address + (argument.plus ?? 0)
  // one of no bytes is never touched
  if ('workspace' in argument) return (workspace?.address ?? 0) + argument.workspace
  const scalar = call.scalars[argument.scalar]
  return argument.integer ? Math.trunc(scalar) : floatBits(scalar)
}

function addressOf({ storage, offset }: Value): number {
  return (storage.allocation as Block).address + offset
}
