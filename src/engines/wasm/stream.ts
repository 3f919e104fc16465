// What the engine asks of its workers: commands that run one after the other, on a memory that the engine divides.
import type { WorkerHandle } from '#platform'
import { layout } from './worker.ts'

/** Bytes of a page of WebAssembly's memory. */
export const pageBytes = 65536

/** First address that the engine may use; below lie the ring and the arguments of commands. */
export const streamEnd = Math.ceil(((layout.taken + layout.slots * layout.mostThreads) * 4) / pageBytes) * pageBytes

/** A command that failed in a worker. */
export interface StreamFailure {
  /** Number of the failed command. */
  readonly command: number
  /** Number of the first command that ran again. */
  readonly resumed: number
  readonly reason: string
}

/** How another thread takes its turn between two commands. */
export interface Turns {
  readonly memory: WebAssembly.Memory
  /** Indices of the words that count signals and answers. */
  readonly signalled: number
  readonly answered: number
  /** Gives a command that signals; its number among the signals. */
  signal(): number
  /** Lets later commands wait for the answer to a signal. */
  wait(count: number): void
}

/** Commands to workers, run in order and counted from 1. */
export interface Stream {
  readonly threads: number
  /** Number of the last command given. */
  readonly issued: number
  /** Number of the last command that has run, as far as a host write must know: one past it would overtake it. */
  readonly retired: number
  /** Number of the last command that every worker has passed. */
  readonly passed: number
  /** Commands that wait to be handed over. */
  readonly waiting: number
  /** Whether a command has failed whose message has not been received yet, as messages wait while the thread is busy. */
  readonly failing: boolean
  /** Makes the memory as large as that; throws, or fails as a command, where it can't. */
  grow(bytes: number): void
  /** Copies bytes into memory that no command beyond `retired` uses. */
  write(address: number, bytes: Uint8Array): void
  /** Bytes of the memory, after what `notify` has told of. */
  read(address: number, bytes: number): Promise<Uint8Array<ArrayBuffer>>
  /** `items` calls of an entry of a module; args at most 24 words. */
  phase(
    module: number,
    entry: number,
    items: number,
    scratch: number,
    scratchBytes: number,
    args: ArrayLike<number>,
  ): void
  /** Has each worker compile the module whose bytes lie at the address. */
  define(module: number, address: number, bytes: number): void
  /** Resolves when all that was given before has run, to the time of that in ms since 1970. */
  notify(): Promise<number>
  /** Lets later commands wait for bytes that are on their way, which go to the address; `failed` is called if they don't come. */
  receive(address: number, arriving: Promise<Uint8Array>, failed: (error: unknown) => void): void
  /** Memory that other threads may share, and the words by which they take turns; default none. */
  readonly turns?: Turns
  /** Ends the workers; what was given and has not run never will. */
  close(): Promise<void>
}

/** What is awaited of workers, by tokens; the process stays alive while something is. */
export class Answers<T> {
  readonly #workers: readonly WorkerHandle[]
  readonly #waiting = new Map<number, { resolve: (value: T) => void; reject: (error: Error) => void }>()
  #tokens = 0
  #dead: Error | undefined

  constructor(workers: readonly WorkerHandle[]) {
    this.#workers = workers
    for (const worker of workers) worker.unref()
  }

  /** Why the workers are of no use any more. */
  get dead(): Error | undefined {
    return this.#dead
  }

  /** Throws when the workers have ended. */
  check(): void {
    if (this.#dead) throw this.#dead
  }

  /** Sends a question; resolves with its answer. */
  ask(send: (token: number) => void): Promise<T> {
    if (this.#dead) return Promise.reject(this.#dead)
    this.#tokens = (this.#tokens + 1) & 0x3fffffff
    const token = this.#tokens
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) for (const worker of this.#workers) worker.ref()
      this.#waiting.set(token, { resolve, reject })
      send(token)
    })
  }

  /** Answers a question. */
  answer(token: number, value: T): void {
    const waiting = this.#waiting.get(token)
    this.#waiting.delete(token)
    if (this.#waiting.size === 0) for (const worker of this.#workers) worker.unref()
    waiting?.resolve(value)
  }

  /** Rejects all questions, now and later. */
  die(error: Error): void {
    this.#dead ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#dead)
    this.#waiting.clear()
    // where one has ended, the others wait for it for ever
    for (const worker of this.#workers) worker.unref()
  }
}
