// The main thread's end of the command ring: it publishes commands and never computes, blocks or spins.
import { startWorker, type WorkerHandle } from '#platform'
import type { ModuleUrl } from './engine.ts'
import { Answers, pageBytes, type Stream, type StreamFailure, streamEnd, type Turns } from './stream.ts'
import { command, layout, runWorker, type WorkerMessage } from './worker.ts'

/** What commands wait for behind which they were given. */
interface Gate {
  open: boolean
}

/** Publishes commands to workers that share one memory with the main thread. */
export class RingStream implements Stream {
  readonly threads: number
  readonly #memory: WebAssembly.Memory
  readonly #words: Int32Array
  readonly #workers: WorkerHandle[] = []
  readonly #answers: Answers<number>
  readonly #onFailure: (failure: StreamFailure) => void
  /** Commands for which the ring had no room, and those behind values that are on their way. */
  #backlog: (Int32Array | Gate)[] = []
  #backlogNext = 0
  #issued = 0
  #published = 0
  #slowest = 0
  /** Notifications that have come, in order. */
  readonly #reached: { readonly notify: number; readonly time: number }[] = []
  #failuresHeard = 0
  #signals = 0

  constructor(pages: number, threads: number, onFailure: (failure: StreamFailure) => void, url?: ModuleUrl) {
    this.threads = threads
    const memory = new WebAssembly.Memory({ initial: streamEnd / pageBytes, maximum: pages, shared: true })
    this.#memory = memory
    this.#words = new Int32Array(memory.buffer, 0, streamEnd / 4)
    this.#onFailure = onFailure
    const program = { name: 'ring', text: `(${runWorker})(glueballData, glueballPost)`, url }
    for (let id = 0; id < threads; id++) {
      const worker = startWorker(
        program,
        { memory, id, threads, layout, command },
        (message) => this.#receive(message as WorkerMessage),
        (error) => this.#answers.die(error),
      )
      this.#workers.push(worker)
    }
    this.#answers = new Answers(this.#workers)
  }

  get issued(): number {
    return this.#issued
  }

  get retired(): number {
    let fastest = 0
    for (let id = 0; id < this.threads; id++) fastest = Math.max(fastest, this.#positionOf(id))
    return fastest
  }

  get passed(): number {
    let slowest = this.#published
    for (let id = 0; id < this.threads; id++) slowest = Math.min(slowest, this.#positionOf(id))
    return slowest
  }

  /** Commands for which the ring had no room yet. */
  get waiting(): number {
    return this.#backlog.length - this.#backlogNext
  }

  #positionOf(id: number): number {
    const position = Atomics.load(this.#words, layout.positions + id * layout.positionStep)
    return this.#published - ((this.#published - position) | 0)
  }

  grow(bytes: number): void {
    const held = this.#memory.buffer.byteLength
    if (bytes > held) this.#memory.grow(Math.ceil((bytes - held) / pageBytes))
  }

  /** Writes at once, past all commands. */
  write(address: number, bytes: Uint8Array): void {
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes)
  }

  /** Reads at once, past all commands. */
  async read(address: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const copy = new Uint8Array(bytes)
    copy.set(new Uint8Array(this.#memory.buffer, address, bytes))
    return copy
  }

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

  define(module: number, address: number, bytes: number): void {
    this.#give([command.define, module, address, bytes, 0, 0, 0, 0], [])
  }

  notify(): Promise<number> {
    return this.#answers.ask((token) => this.#give([command.notify, token, 0, 1, 0, 0, 0, 0], []))
  }

  receive(address: number, arriving: Promise<Uint8Array>, failed: (error: unknown) => void): void {
    const gate = { open: false }
    this.#backlog.push(gate)
    // a command that does nothing: the place counts as used until it has run, should the array be let go before
    this.#give([command.wake, 0, 0, 0, 0, 0, 0, 0], [])
    arriving
      .then((bytes) => this.write(address, bytes))
      .catch(failed)
      .finally(() => {
        gate.open = true
        this.#pump()
      })
  }

  get turns(): Turns {
    return {
      memory: this.#memory,
      signalled: layout.signalled,
      answered: layout.answered,
      signal: () => {
        this.#signals = (this.#signals + 1) | 0
        this.#give([command.signal, this.#signals, 0, 1, 0, 0, 0, 0], [])
        return this.#signals
      },
      wait: (count) => this.#give([command.wait, count, 0, 1, 0, 0, 0, 0], []),
    }
  }

  get failing(): boolean {
    return Atomics.load(this.#words, layout.failures) > this.#failuresHeard
  }

  async close(): Promise<void> {
    this.#answers.die(new Error('the engine was closed'))
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #give(head: readonly number[], args: ArrayLike<number>): void {
    this.#answers.check()
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
    const index = this.#published & (layout.slots - 1)
    const slot = layout.ring + index * layout.slotWords
    const taken = layout.taken + index * this.threads
    for (let worker = 0; worker < this.threads; worker++) words[taken + worker] = 0
    for (let i = 0; i < head.length; i++) words[slot + i] = head[i]
    for (let i = 0; i < args.length; i++) words[slot + layout.arguments + i] = args[i]
    this.#published++
    Atomics.store(words, layout.head, this.#published | 0)
    if (Atomics.load(words, layout.sleepers) > 0) Atomics.notify(words, layout.head)
  }

  /** Moves waiting commands into the ring as far as there is room. */
  #pump(): void {
    if (this.waiting === 0) return
    while (this.waiting > 0) {
      const next = this.#backlog[this.#backlogNext]
      if ('open' in next ? !next.open : !this.#hasRoom()) break
      if (!('open' in next)) this.#publish(next, [])
      this.#backlogNext++
    }
    if (this.waiting > 0) return
    this.#backlog = []
    this.#backlogNext = 0
  }

  #receive(message: WorkerMessage): void {
    if (this.#answers.dead) return
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
    for (const { notify, time } of this.#reached.splice(0)) this.#answers.answer(notify, time)
  }
}
