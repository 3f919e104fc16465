// The main thread's end of a stream of messages to one worker: for pages that can't share memory.
import { startWorker, type WorkerHandle } from '#platform'
import type { ModuleUrl } from './engine.ts'
import { type Entry, type MessageWorkerMessage, runMessageWorker } from './messageWorker.ts'
import { Answers, pageBytes, type Stream, type StreamFailure, streamEnd } from './stream.ts'
import { layout } from './worker.ts'

/** Commands after which a batch is sent though the program goes on. */
const batchSize = 64

/** What commands wait for behind which they were given: the write of bytes that are on their way. */
interface Gate {
  arrived: readonly Entry[] | undefined
}

/** Sends commands in batches to one worker, whose memory the main thread can't see. */
export class MessageStream implements Stream {
  readonly threads = 1
  readonly failing = false
  readonly #worker: WorkerHandle
  readonly #answers: Answers<number | Uint8Array<ArrayBuffer>>
  readonly #onFailure: (failure: StreamFailure) => void
  #batch: (Entry | Gate)[] = []
  #issued = 0
  #passed = 0

  constructor(pages: number, onFailure: (failure: StreamFailure) => void, url?: ModuleUrl) {
    this.#onFailure = onFailure
    this.#worker = startWorker(
      { name: 'messages', text: `(${runMessageWorker})(glueballData, glueballPost, glueballReceive)`, url },
      { layout, initial: streamEnd / pageBytes, maximum: pages },
      (message) => this.#receive(message as MessageWorkerMessage),
      (error) => this.#answers.die(error),
    )
    this.#answers = new Answers([this.#worker])
  }

  get issued(): number {
    return this.#issued
  }

  /** All: writes are commands too, and overtake nothing. */
  get retired(): number {
    return this.#issued
  }

  get passed(): number {
    return this.#passed
  }

  get waiting(): number {
    return this.#issued - this.#passed
  }

  grow(bytes: number): void {
    this.#give({ grow: bytes })
  }

  write(address: number, bytes: Uint8Array): void {
    this.#give({ write: address, bytes: bytes.slice() })
  }

  /** No command: it overtakes those that are not sent yet. */
  async read(address: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const ask = (read: number) => this.#worker.postMessage([{ read, address, bytes }] satisfies Entry[])
    return (await this.#answers.ask(ask)) as Uint8Array<ArrayBuffer>
  }

  phase(
    module: number,
    entry: number,
    items: number,
    scratch: number,
    _scratchBytes: number,
    args: ArrayLike<number>,
  ): void {
    this.#give({ phase: [module, entry, items, scratch], args: Array.from(args) })
  }

  define(module: number, address: number, bytes: number): void {
    this.#give({ define: module, address, bytes })
  }

  async notify(): Promise<number> {
    return (await this.#answers.ask((notify) => this.#give({ notify }))) as number
  }

  receive(address: number, arriving: Promise<Uint8Array>, failed: (error: unknown) => void): void {
    const gate: Gate = { arrived: undefined }
    this.#give(gate)
    arriving
      .then(
        (bytes) => {
          gate.arrived = [{ write: address, bytes: bytes.slice() }]
        },
        (error) => {
          gate.arrived = [{ grow: 0 }]
          failed(error)
        },
      )
      .then(() => this.#send())
  }

  async close(): Promise<void> {
    this.#answers.die(new Error('the engine was closed'))
    await this.#worker.terminate()
  }

  #give(entry: Entry | Gate): void {
    this.#answers.check()
    this.#issued++
    this.#batch.push(entry)
    if (this.#batch.length === 1) queueMicrotask(() => this.#send())
    else if (this.#batch.length >= batchSize) this.#send()
  }

  #send(): void {
    if (this.#answers.dead) return
    const closed = this.#batch.findIndex((entry) => 'arrived' in entry && !entry.arrived)
    const ready = this.#batch.splice(0, closed < 0 ? this.#batch.length : closed)
    const entries = ready.flatMap((entry) => ('arrived' in entry ? (entry.arrived ?? []) : [entry]))
    if (entries.length > 0) this.#worker.postMessage(entries)
  }

  #receive(message: MessageWorkerMessage): void {
    if (this.#answers.dead) return
    if ('passed' in message) this.#passed = message.passed
    else if ('notify' in message) this.#answers.answer(message.notify, message.time)
    else if ('read' in message) this.#answers.answer(message.read, message.bytes)
    else {
      this.#give({ resume: true })
      this.#onFailure({ command: message.failed, resumed: this.#issued, reason: message.reason })
    }
  }
}
