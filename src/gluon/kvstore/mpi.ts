// MPI as a transport: starts the communication worker, waits until MPI has started, and hands calls over.
import { atExit, environment, isSocket, resolvePackage, startWorker, type WorkerHandle } from '#platform'
import { GlueballError } from '../../core/errors.ts'
import { mpiLibraries, mpiTables } from './mpiTables.ts'
import { control, type MpiRequest, type MpiWorkerData, runMpiWorker, states } from './mpiWorker.ts'
import type { SharedRange, SumType, Transport } from './transport.ts'

/** Seconds that the start of MPI may take: it waits for the slowest rank to load its program. */
const startLimit = 300

/** Starts MPI in a worker. Throws where no MPI launcher has started this program, or a library is missing. */
export function startMpi(deadline: number): Transport {
  const libraries = mpiLibraries(environment)
  if (libraries.length === 0) {
    throw new GlueballError(
      "kvstore 'dist_sync' finds no MPI launcher: start the program with glueball launch -n 4 -- …, or with " +
        "mpirun -np 4 node …; in one process use kvstore 'local'",
    )
  }
  const socket = environment('PMI_FD')
  if (socket && !isSocket(Number(socket))) {
    throw new GlueballError(
      "kvstore 'dist_sync' finds the socket of MPICH closed (PMI_FD): Node does not hand it on to a program that it starts. " +
        'Start with glueball launch, or with mpirun -pmi-port',
    )
  }
  const koffi = resolvePackage('koffi')
  if (!koffi) throw new GlueballError("kvstore 'dist_sync' calls MPI by the package koffi: npm install koffi")
  const words = new Int32Array(new SharedArrayBuffer(control.words * 4))
  const text = new Uint8Array(new SharedArrayBuffer(4096))
  return new MpiTransport({ koffi, libraries, tables: mpiTables, words, text, deadline, control, states })
}

class MpiTransport implements Transport {
  readonly rank: number
  readonly size: number
  readonly description: string
  readonly #data: MpiWorkerData
  readonly #worker: WorkerHandle
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  #tokens = 0
  #dead: Error | undefined

  constructor(data: MpiWorkerData) {
    this.#data = data
    const program = { name: 'mpi', text: `(${runMpiWorker})(glueballData, glueballPost, glueballReceive, require)` }
    this.#worker = startWorker(
      program,
      data,
      (message) => this.#answer(message as { readonly token: number }),
      (error) => this.#die(error),
    )
    this.#worker.unref()
    const state = this.#wait(states.starting, startLimit)
    const said = this.#said()
    if (state === states.starting) throw new GlueballError(`MPI did not start within ${startLimit} s`)
    if (state === states.failed) throw new GlueballError(`MPI did not start: ${said}`)
    this.rank = data.words[control.rank]
    this.size = data.words[control.size]
    this.description = said
    atExit((code) => this.#end(code))
  }

  /** Blocks until the worker's state is another, or the seconds are over; gives the state. */
  #wait(state: number, seconds: number): number {
    Atomics.wait(this.#data.words, control.state, state, seconds * 1000)
    return Atomics.load(this.#data.words, control.state)
  }

  #said(): string {
    const { text, words } = this.#data
    return new TextDecoder().decode(text.slice(0, Atomics.load(words, control.length)))
  }

  broadcast(bytes: Uint8Array, root: number): Promise<void> {
    return this.#onShared(bytes, (shared, token) => ({ broadcast: shared, root, token }))
  }

  sum(bytes: Uint8Array, type: SumType): Promise<void> {
    return this.#onShared(bytes, (shared, token) => ({ sum: shared, type, token }))
  }

  barrier(): Promise<void> {
    return this.#ask((token) => ({ barrier: true, token }))
  }

  sumShared(range: SharedRange, type: SumType): void {
    this.#worker.postMessage({ shared: range, type } satisfies MpiRequest)
  }

  abort(reason: string): void {
    const { text, words } = this.#data
    const bytes = new TextEncoder().encode(reason).subarray(0, text.length)
    text.set(bytes)
    Atomics.store(words, control.length, bytes.length)
    Atomics.store(words, control.aborting, 1)
    Atomics.notify(words, control.aborting)
    void this.barrier().catch(() => {}) // a worker without work looks when a message comes
  }

  async #onShared(bytes: Uint8Array, request: (shared: Uint8Array, token: number) => MpiRequest): Promise<void> {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    await this.#ask((token) => request(shared, token))
    bytes.set(shared)
  }

  #ask(request: (token: number) => MpiRequest): Promise<void> {
    if (this.#dead) return Promise.reject(this.#dead)
    const token = ++this.#tokens
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(token, { resolve, reject })
      this.#worker.postMessage(request(token))
    })
  }

  #answer({ token }: { readonly token: number }): void {
    this.#waiting.get(token)?.resolve()
    this.#waiting.delete(token)
    if (this.#waiting.size === 0) this.#worker.unref()
  }

  #die(error: Error): void {
    this.#dead = error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  /** A rank that ends well leaves MPI with the others; one that fails leaves it to the launcher to end them. */
  #end(code: number): void {
    if (code !== 0 || this.#dead) return
    this.#worker.postMessage({ finalize: true } satisfies MpiRequest)
    this.#wait(states.ready, this.#data.deadline)
  }
}
