// The main thread's end of the command ring: it publishes commands and never computes, blocks or spins.
import { startWorker, type WorkerHandle } from '#platform'
import { command, layout, runWorker, type WorkerMessage } from './worker.ts'

const ringBytes = (layout.ring + layout.slots * layout.slotWords) * 4

/** First address that the ring leaves free. */
export const streamEnd = Math.ceil(ringBytes / 65536) * 65536

/** Most commands that may wait for room in the ring. */
export const backlogLimit = 100_000

/** A command that failed in a worker. */
export interface StreamFailure {
  /** Number of the failed command. */
  readonly command: number
  /** Number of the first command that ran again. */
  readonly resumed: number
  readonly reason: string
}

/** Publishes commands to the workers of one shared memory, in order, and counts them from 1. */
export class CommandStream {
  readonly threads: number
  readonly #words: Int32Array
  readonly #workers: WorkerHandle[] = []
  readonly #waiting = new Map<number, { resolve: (time: number) => void; reject: (error: Error) => void }>()
  readonly #onFailure: (failure: StreamFailure) => void
  /** Commands for which the ring had no room. */
  #backlog: Int32Array[] = []
  #backlogNext = 0
  #issued = 0
  #published = 0
  #slowest = 0
  #tokens = 0
  /** Notifications that have come, in order. */
  readonly #reached: { readonly notify: number; readonly time: number }[] = []
  #failuresHeard = 0
  #dead: Error | undefined

  constructor(memory: WebAssembly.Memory, threads: number, onFailure: (failure: StreamFailure) => void) {
    this.threads = threads
    this.#words = new Int32Array(memory.buffer, 0, ringBytes / 4)
    this.#onFailure = onFailure
    const source = `(${runWorker})(glueballData, glueballPost)`
    for (let id = 0; id < threads; id++) {
      const worker = startWorker(
        source,
        { memory, id, layout, command },
        (message) => this.#receive(message as WorkerMessage),
        (error) => this.#die(error),
      )
      worker.unref()
      this.#workers.push(worker)
    }
  }

  /** Number of the last command given. */
  get issued(): number {
    return this.#issued
  }

  /** Number of the last command that has run. */
  get retired(): number {
    let fastest = 0
    for (let id = 0; id < this.threads; id++) fastest = Math.max(fastest, this.#positionOf(id))
    return fastest
  }

  /** Number of the last command that every worker has passed. */
  get passed(): number {
    let slowest = this.#published
    for (let id = 0; id < this.threads; id++) slowest = Math.min(slowest, this.#positionOf(id))
    return slowest
  }

  /** Commands waiting for room in the ring. */
  get waiting(): number {
    return this.#backlog.length - this.#backlogNext
  }

  #positionOf(id: number): number {
    const position = Atomics.load(this.#words, layout.positions + id * layout.positionStep)
    return this.#published - ((this.#published - position) | 0)
  }

  /** `items` calls of an entry of a module; args at most 24 words. */
  phase(
    module: number,
    entry: number,
    items: number,
    scratch: number,
    scratchBytes: number,
    args: ArrayLike<number>,
  ): void {
    this.#give([command.phase, module, entry, items, 0, 0, scratch, scratchBytes], args)
  }

  /** Has each worker compile the module whose bytes lie at the address. */
  define(module: number, address: number, bytes: number): void {
    this.#give([command.define, module, address, bytes, 0, 0, 0, 0], [])
  }

  /** Resolves when all that was given before has run, to the time of that in ms since 1970. */
  notify(): Promise<number> {
    if (this.#dead) return Promise.reject(this.#dead)
    const token = this.#token()
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) for (const worker of this.#workers) worker.ref()
      this.#waiting.set(token, { resolve, reject })
      this.#give([command.notify, token, 0, 1, 0, 0, 0, 0], [])
    })
  }

  /** Blocks until all that was given has run; only where a thread may block, which a page's may not. */
  block(): void {
    for (let last = this.#issued; this.retired < last; this.#pump()) Atomics.wait(this.#words, 0, 0, 1)
  }

  /** Whether a command has failed whose message has not been received yet, as messages wait while the thread is busy. */
  get failing(): boolean {
    return Atomics.load(this.#words, layout.failures) > this.#failuresHeard
  }

  /** Ends the workers; what was given and has not run never will. */
  async close(): Promise<void> {
    this.#die(new Error('the engine was closed'))
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #token(): number {
    this.#tokens = (this.#tokens + 1) & 0x3fffffff
    return this.#tokens
  }

  #give(head: readonly number[], args: ArrayLike<number>): void {
    if (this.#dead) throw this.#dead
    // A wake-up in every half ring, posted by the last worker to pass it, since the last one makes room: whenever the
    // ring is full, one lies ahead of that worker, and its message will pump.
    if (this.#issued % (layout.slots / 2) === 0) this.#enqueue([command.wake, 0, 0, this.threads, 0, 0, 0, 0], [])
    this.#enqueue(head, args)
  }

  #enqueue(head: readonly number[], args: ArrayLike<number>): void {
    this.#issued++
    this.#pump()
    if (this.waiting === 0 && this.#hasRoom()) {
      this.#publish(head, args)
      return
    }
    const held = new Int32Array(layout.slotWords)
    held.set(head)
    held.set(args, layout.arguments)
    this.#backlog.push(held)
  }

  #hasRoom(): boolean {
    if (this.#published - this.#slowest < layout.slots) return true
    this.#slowest = this.passed
    return this.#published - this.#slowest < layout.slots
  }

  #publish(head: ArrayLike<number>, args: ArrayLike<number>): void {
    const words = this.#words
    const slot = layout.ring + (this.#published & (layout.slots - 1)) * layout.slotWords
    for (let i = 0; i < head.length; i++) words[slot + i] = head[i]
    for (let i = 0; i < args.length; i++) words[slot + layout.arguments + i] = args[i]
    this.#published++
    Atomics.store(words, layout.head, this.#published | 0)
    if (Atomics.load(words, layout.sleepers) > 0) Atomics.notify(words, layout.head)
  }

  /** Moves waiting commands into the ring as far as there is room. */
  #pump(): void {
    if (this.waiting === 0) return
    while (this.waiting > 0 && this.#hasRoom()) this.#publish(this.#backlog[this.#backlogNext++], [])
    if (this.waiting > 0) return
    this.#backlog = []
    this.#backlogNext = 0
  }

  #receive(message: WorkerMessage): void {
    if (this.#dead) return
    if ('failed' in message) {
      const failed = this.#published - ((this.#published - message.failed) | 0) + 1
      this.#give([command.resume, 0, 0, 1, 0, 0, 0, 0], [])
      this.#failuresHeard++
      this.#onFailure({ command: failed, resumed: this.#issued, reason: message.reason })
    }
    this.#pump()
    if ('notify' in message) this.#reached.push(message)
    this.#answer()
  }

  /** Answers what was reached, unless a failure before it is known to have happened but not been heard of yet. */
  #answer(): void {
    if (this.failing) return
    for (const { notify, time } of this.#reached.splice(0)) {
      const waiting = this.#waiting.get(notify)
      this.#waiting.delete(notify)
      if (this.#waiting.size === 0) for (const worker of this.#workers) worker.unref()
      waiting?.resolve(time)
    }
  }

  #die(error: Error): void {
    this.#dead ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#dead)
    this.#waiting.clear()
  }
}
