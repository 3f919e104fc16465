// The contract between an op's meaning and the machine that runs it, and the contexts a user names.
import type { DType } from './dtype.ts'
import type { Shape } from './shape.ts'
import type { Storage } from './storage.ts'

/** What is known of an array before any value: enough for shape rules. */
export interface Spec {
  readonly shape: Shape
  readonly dtype: DType
}

/** What a kernel plans by. */
export type Descriptor = Spec

/**
 * The elements of an array: a dense range of a storage. A value is never changed. Handles, the tape and calls share it,
 * so a listener can follow elements from call to call. A view is another value of the same storage.
 */
export interface Value extends Spec {
  readonly storage: Storage
  /** Bytes from the storage's start. */
  readonly offset: number
  /** Whether kernels take the elements in row-major order: set for views and for arrays that were viewed. */
  readonly rowMajor?: boolean
}

/** Plain JSON attributes of an op. */
export type Attributes = object

/**
 * One call of an op: the record that tape, engines, profiler and graph capture all read. It is never changed and holds
 * no handle, so a kept record keeps no memory alive. An input was made by the earlier calls that wrote to its range.
 */
export interface Call {
  readonly op: string
  /** The op's `kernel`. */
  readonly kernel?: unknown
  /** What users call it, in errors and profiles: the op's name, or that of a formula. */
  readonly name: string
  readonly inputs: readonly Value[]
  readonly attrs: Attributes
  /** Numbers that may change from call to call without a new plan (a learning rate, an addend). */
  readonly scalars: readonly number[]
  /** New values or those of `out`, visible ones first. */
  readonly outputs: readonly Value[]
  /** Indices of the inputs that are written in place. */
  readonly mutates: readonly number[]
  /** Whether the output is a range of input 0's storage; then no kernel runs. */
  readonly view: boolean
  /** Of a composite, which no engine runs: how many of the records before this one are its parts. */
  readonly parts?: number
  /** Where in the user's network this happens, for errors; empty outside a block. */
  readonly path: string
}

/** A piece of an engine's memory. How elements lie in it is the engine's business. */
export interface Allocation {
  readonly bytes: number
}

/** Memory for bytes that are on their way. */
export interface Receipt {
  readonly allocation: Allocation
  /** The engine's number of the writing, for `Storage.written`. */
  readonly written: number
}

/** How another thread takes a turn in the queue of an engine, in memory that both share. */
export interface Exchange {
  readonly memory: { readonly buffer: ArrayBufferLike; grow(pages: number): number }
  /** Indices of the memory's 32-bit words that count the signals given, and those answered by the other thread. */
  readonly signalled: number
  readonly answered: number
  /** Queues a signal, given once what was queued before has run: its number, and where the value lies in the memory. */
  signal(value: Value): { readonly count: number; readonly address: number }
  /** Has what is queued later wait for the answer to a signal; by then the other thread has written the values. */
  wait(count: number, written: readonly Value[]): void
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
  /** Brings a storage to row-major order before a view is made; default: it always is. May move the elements. */
  rowMajor?(value: Value): void
  /** Queues one op. */
  run(call: Call): void
  /** Queues a read; resolves with the elements in row-major order, as they are at this point of the queue. */
  read(value: Value): Promise<Uint8Array>
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
  /** Where other threads can take turns; default nowhere. */
  readonly exchange?: Exchange | undefined
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
