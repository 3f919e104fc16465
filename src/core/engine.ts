// The contract between an op's meaning and the machine that runs it, and the contexts a user names.
import type { DType } from './dtype.ts'
import type { Shape } from './shape.ts'
import type { Storage } from './storage.ts'

/** How the elements of a 4-D array lie in memory: as the shape says, or channels last (NHWC for a shape NCHW). */
export type Order = 'plain' | 'channelsLast'

/** What is known of an array before any value: enough for shape rules. */
export interface Spec {
  readonly shape: Shape
  readonly dtype: DType
}

/** What a kernel plans by. */
export interface Descriptor extends Spec {
  readonly order: Order
}

/** An array as an engine sees it: a dense range of a storage. */
export interface Operand extends Descriptor {
  readonly storage: Storage
  /** Where the array begins, in bytes from the storage's start. */
  readonly offset: number
}

/** Plain JSON attributes of an op. */
export type Attributes = object

/** One call of an op: the record that tape, engines, profiler and graph capture all read. */
export interface Call {
  readonly op: string
  /** What users call it, in errors and profiles: the op's name, or that of a formula. */
  readonly name: string
  readonly inputs: readonly Operand[]
  readonly attrs: Attributes
  /** Numbers that may change from call to call without a new plan (a learning rate, an addend). */
  readonly scalars: readonly number[]
  readonly outputs: readonly Operand[]
  /** Indices of the inputs that are written in place. */
  readonly mutates: readonly number[]
  /** Where in the user's network this happens, for errors; empty outside a block. */
  readonly path: string
}

/** A piece of an engine's memory. */
export interface Allocation {
  readonly bytes: number
}

/** Memory for bytes that are on their way. */
export interface Receipt {
  readonly allocation: Allocation
  /** The engine's number of the writing, for `Storage.written`. */
  readonly written: number
}

/** The orders in which a kernel takes its inputs and leaves its outputs. */
export interface Orders {
  readonly inputs: readonly Order[]
  readonly outputs: readonly Order[]
}

/** A machine that runs ops, one after the other, in the order they are given. */
export interface Engine {
  /** `reference`, `wasm` or `webgpu`. */
  readonly name: string
  /** Whether arrays of this element type can live here. */
  supports(dtype: DType): boolean
  /** Takes memory; throws `OutOfMemory` when the limit is reached. */
  allocate(bytes: number): Allocation
  /** Takes memory and fills it with the bytes given, past the queue. */
  upload(bytes: Uint8Array): Allocation
  /** Gives memory back; commands queued before may still use it. */
  free(allocation: Allocation): void
  /** The orders a kernel wants for these inputs. */
  orders(op: string, inputs: readonly Descriptor[], attrs: Attributes, outputs: readonly Spec[]): Orders
  /** Queues one op. */
  run(call: Call): void
  /** Queues a read; resolves with the bytes as they are at this point of the queue. */
  read(operand: Operand): Promise<Uint8Array>
  /**
   * Takes memory for bytes that are on their way, as from another engine's `read`; what is queued later waits for them,
   * and where they fail to come, what they were to be in counts as failed.
   */
  receive(bytes: number, arriving: Promise<Uint8Array>): Receipt
  /** Resolves when everything queued so far has run. */
  fence(): Promise<void>
  /** The failure that spoiled this storage's value, if one did. */
  failureOf(storage: Storage): Error | undefined
  /** A failure that no read has reported yet: returned once. */
  takeFailure(): Error | undefined
  /** Most bytes that can be held. */
  readonly limit: number
}

/** Most commands that may wait, before `run` throws. */
export const backlogLimit = 100_000

/** Thrown by `allocate`, and by `run` when too many commands wait; `invoke` turns it into the census error. */
export class OutOfMemory extends Error {
  /** Bytes asked for; 0 when it is the queue that is full. */
  readonly bytes: number

  constructor(bytes: number) {
    super(bytes > 0 ? `out of memory: ${bytes} bytes asked for` : 'the queue of commands is full')
    this.bytes = bytes
  }
}

/** Where arrays live: a device with the engine that runs it. `cpu(0)` in print. */
export class Context {
  readonly deviceType: string
  readonly deviceId: number
  readonly #start: () => Engine
  #engine: Engine | undefined

  constructor(deviceType: string, deviceId: number, start: () => Engine) {
    this.deviceType = deviceType
    this.deviceId = deviceId
    this.#start = start
  }

  /** The engine, started at first use. */
  get engine(): Engine {
    this.#engine ??= this.#start()
    return this.#engine
  }

  toString(): string {
    return `${this.deviceType}(${this.deviceId})`
  }
}

let defaultContext: (() => Context) | undefined

/** Says which context is used where none is named; `index.ts` chooses it. */
export function setDefaultContext(context: () => Context): void {
  defaultContext = context
}

/** The context used where none is named. */
export function currentContext(): Context {
  if (!defaultContext) throw new Error('no default context: import the package by its index')
  return defaultContext()
}
