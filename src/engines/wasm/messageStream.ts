// The main thread's end of a stream of messages to one worker: for pages that can't share memory.
import { startWorker, type WorkerHandle } from '#platform'
import { EngineError } from '../../core/errors.ts'
import { type Entry, type MessageWorkerMessage, runMessageWorker } from './messageWorker.ts'
import { Answers, pageBytes, type Stream, type StreamFailure, streamEnd } from './stream.ts'
import { layout } from './worker.ts'

/** Commands after which a batch is sent though the program goes on. */
const batchSize = 64

/** Sends commands in batches to one worker, whose memory the main thread can't see. */
export class MessageStream implements Stream {
  readonly threads = 1
  readonly failing = false
  readonly #worker: WorkerHandle
  readonly #answers: Answers<number | Uint8Array<ArrayBuffer>>
  readonly #onFailure: (failure: StreamFailure) => void
  #batch: Entry[] = []
  #issued = 0
  #passed = 0

  constructor(pages: number, onFailure: (failure: StreamFailure) => void, url?: string | URL) {
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

  async read(address: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#answers.ask((read) => this.#give({ read, address, bytes }))) as Uint8Array<ArrayBuffer>
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

  readNow(): never {
    throw new EngineError('values cannot be moved from the CPU at once in a page that is not cross-origin isolated')
  }

  async close(): Promise<void> {
    this.#answers.die(new Error('the engine was closed'))
    await this.#worker.terminate()
  }

  #give(entry: Entry): void {
    this.#answers.check()
    this.#issued++
    this.#batch.push(entry)
    if (this.#batch.length === 1) queueMicrotask(() => this.#send())
    else if (this.#batch.length >= batchSize) this.#send()
  }

  #send(): void {
    if (this.#batch.length === 0 || this.#answers.dead) return
    this.#worker.postMessage(this.#batch)
    this.#batch = []
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
