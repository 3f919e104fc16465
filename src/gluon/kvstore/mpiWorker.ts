// The communication worker: one function without imports, shipped as text, that makes every call of MPI in its thread.
import type { MpiTable } from './mpiTables.ts'
import type { SharedRange, SumType } from './transport.ts'

/** Words that the worker and its owner share. */
export const control = { state: 0, rank: 1, size: 2, aborting: 3, length: 4, words: 16 }

/** Values of the word `state`. */
export const states = { starting: 0, ready: 1, failed: 2, finalized: 3 }

/** What the worker is started with. */
export interface MpiWorkerData {
  /** Path of the package koffi. */
  readonly koffi: string
  /** Libraries to try, in order. */
  readonly libraries: readonly string[]
  readonly tables: Readonly<Record<'openMpi' | 'mpich' | 'abi', MpiTable>>
  /** Shared words, by `control`. */
  readonly words: Int32Array
  /** Shared bytes of the library's description or of why it failed, and of why to abort. */
  readonly text: Uint8Array
  /** Seconds that a call may take once this rank has come to it. */
  readonly deadline: number
  readonly control: typeof control
  readonly states: typeof states
}

/** What the worker is asked: answered by the token, a shared range by its word. */
export type MpiRequest =
  | { readonly broadcast: Uint8Array; readonly root: number; readonly token: number }
  | { readonly sum: Uint8Array; readonly type: SumType; readonly token: number }
  | { readonly shared: SharedRange; readonly type: SumType }
  | { readonly barrier: true; readonly token: number }
  | { readonly finalize: true }

type Handle = number | bigint
type Argument = Handle | string | ArrayBufferView | null
type Call = (...args: Argument[]) => number
interface Library {
  symbol(name: string): bigint
  func(name: string, result: string, parameters: readonly string[]): Call
}

/** Starts MPI, then makes the calls that it is asked for, one at a time; a call of which nothing comes ends all ranks. */
export function runMpiWorker(
  data: MpiWorkerData,
  post: (message: { readonly token: number }) => void,
  receive: (listener: (message: MpiRequest) => void) => void,
  load: (module: string) => unknown,
): void {
  const { words, text, deadline, control: at, states: state } = data
  const { writeSync } = load('node:fs') as { writeSync: (file: number, text: string) => void }
  const integer = new Int32Array(new SharedArrayBuffer(64))
  /** Code with which ranks end that gave up waiting: EX_TEMPFAIL. */
  const gaveUp = 75

  function say(message: string, value: number): void {
    const bytes = new TextEncoder().encode(message).subarray(0, text.length)
    text.set(bytes)
    Atomics.store(words, at.length, bytes.length)
    Atomics.store(words, at.state, value)
    Atomics.notify(words, at.state)
  }

  function openLibrary(): Library {
    const koffi = load(data.koffi) as { load: (path: string, options: object) => Library }
    const failures: string[] = []
    for (const path of data.libraries) {
      try {
        return koffi.load(path, { global: true }) // Open MPI's plugins look for its symbols
      } catch (error) {
        failures.push(`${path} (${(error as Error).message})`)
      }
    }
    throw new Error(`found no MPI library: tried ${failures.join(', ')}; GLUEBALL_MPI=path names another`)
  }

  function has(library: Library, name: string): boolean {
    try {
      return library.symbol(name) !== undefined
    } catch {
      return false
    }
  }

  /** A library with a stable ABI says its version; others say −1, or have no such call. */
  function tableOf(library: Library): MpiTable {
    if (has(library, 'ompi_mpi_comm_world')) return data.tables.openMpi
    if (!has(library, 'MPI_Abi_get_version')) return data.tables.mpich
    library.func('MPI_Abi_get_version', 'int', ['void *', 'void *'])(integer, integer.subarray(1))
    return integer[0] >= 1 ? data.tables.abi : data.tables.mpich
  }

  function bind() {
    const library = openLibrary()
    const table = tableOf(library)
    const [P, I, H] = ['void *', 'int', table.handle]
    const call = (name: string, ...parameters: string[]) => library.func(`MPI_${name}`, I, parameters)
    const handle = (value: string | number | bigint) => (typeof value === 'string' ? library.symbol(value) : value)
    return {
      table,
      world: handle(table.world),
      types: { float32: handle(table.float32), float64: handle(table.float64), byte: handle(table.byte) },
      sum: handle(table.sum),
      errorsReturn: handle(table.errorsReturn),
      init: call('Init_thread', P, P, I, P),
      setErrorHandler: call('Comm_set_errhandler', H, H),
      rank: call('Comm_rank', H, P),
      size: call('Comm_size', H, P),
      version: call('Get_library_version', P, P),
      errorText: call('Error_string', I, P, P),
      iallreduce: call('Iallreduce', P, P, I, H, H, H, P),
      ibroadcast: call('Ibcast', P, I, H, I, H, P),
      ibarrier: call('Ibarrier', H, P),
      isend: call('Isend', P, I, H, I, I, H, P),
      ireceive: call('Irecv', P, I, H, I, I, H, P),
      iprobe: call('Iprobe', I, I, H, P, P),
      test: call('Test', P, P, P),
      finalize: call('Finalize'),
      abort: call('Abort', H, I),
    }
  }

  let mpi: ReturnType<typeof bind>
  const nothing = new Uint8Array(new SharedArrayBuffer(8))

  function start(): void {
    mpi = bind()
    check('Init_thread', mpi.init(null, null, 1, integer)) // 1: only this thread makes calls
    check('Comm_set_errhandler', mpi.setErrorHandler(mpi.world, mpi.errorsReturn))
    mpi.rank(mpi.world, integer)
    words[at.rank] = integer[0]
    mpi.size(mpi.world, integer)
    words[at.size] = integer[0]
    const version = new Uint8Array(8192)
    mpi.version(version, integer)
    // 'Open MPI v4.1.4, package: …' or 'MPICH Version:\t4.0.2\n…'
    const [, name, number] =
      /^(.*?)[\s,:]+(?:Version:?\s*)?v?([\d.]+\w*)/i.exec(new TextDecoder().decode(version)) ?? []
    say(name ? `${name} ${number}` : 'MPI', state.ready)
  }

  function check(what: string, code: number): void {
    if (code === 0) return
    const message = new Uint8Array(1024)
    mpi.errorText(code, message, integer)
    throw new Error(`MPI_${what} failed: ${new TextDecoder().decode(message.subarray(0, integer[0]))}`)
  }

  /** Ends all ranks. */
  function abort(reason: string | undefined): never {
    if (reason !== undefined) writeSync(2, `glueball: rank ${words[at.rank]} of ${words[at.size]}: ${reason}\n`)
    mpi.abort(mpi.world, gaveUp)
    throw new Error('aborted')
  }

  function abortIfAsked(): void {
    if (Atomics.load(words, at.aborting) === 0) return
    abort(new TextDecoder().decode(text.slice(0, Atomics.load(words, at.length))))
  }

  /** Whether a request is done; its bytes and buffers must stay referenced until then. */
  function done(request: Uint8Array): boolean {
    check('Test', mpi.test(request, integer, mpi.table.statusIgnore))
    return integer[0] !== 0
  }

  /** Data move only inside calls, so the first polls follow each other; later ones leave the core to who computes. */
  function finish(request: Uint8Array, until: number): boolean {
    for (let polls = 0; !done(request); polls++) {
      abortIfAsked()
      if (performance.now() > until) return false
      if (polls > 50) Atomics.wait(words, at.aborting, 0, polls < 2000 ? 0.05 : 1)
    }
    return true
  }

  function newRequest(): Uint8Array {
    return new Uint8Array(new SharedArrayBuffer(mpi.table.requestBytes))
  }

  function complete(what: string, begin: (request: Uint8Array) => number): void {
    const request = newRequest()
    check(what, begin(request))
    if (!finish(request, performance.now() + deadline * 1000)) overdue(what)
  }

  /** Calls the roll, so that the message can name who does not answer; the lowest rank that does speaks. */
  function overdue(what: string): never {
    const [own, size] = [words[at.rank], words[at.size]]
    const others = Array.from({ length: size }, (_, rank) => rank).filter((rank) => rank !== own)
    const calls = others.map((rank) => {
      const call = { rank, request: newRequest(), sent: newRequest(), bytes: new Uint8Array(new SharedArrayBuffer(8)) }
      mpi.ireceive(call.bytes, 1, mpi.types.byte, rank, 7, mpi.world, call.request)
      mpi.isend(nothing, 1, mpi.types.byte, rank, 7, mpi.world, call.sent)
      return call
    })
    const until = performance.now() + 1000
    const missing = calls.filter(({ request }) => !finish(request, until)).map(({ rank }) => rank)
    const present = others.filter((rank) => !missing.includes(rank))
    const who =
      missing.length > 0
        ? `no answer from rank ${missing.join(', ')}`
        : 'all ranks answer, but not all have come to this call: do all ranks take the same steps?'
    if (present.some((rank) => rank < own)) {
      finish(newSilence(), performance.now() + 3000)
      abort(undefined)
    }
    abort(`${what} did not end within ${deadline} s: ${who}`)
  }

  /** A request that nobody answers. */
  function newSilence(): Uint8Array {
    const request = newRequest()
    mpi.ireceive(nothing, 1, mpi.types.byte, words[at.rank], 8, mpi.world, request)
    return request
  }

  function reduce(bytes: Uint8Array, type: SumType): void {
    const { table, world, types, sum } = mpi
    const count = bytes.length / (type === 'float32' ? 4 : 8)
    const what = `the sum of ${(bytes.length / 1e6).toFixed(1)} MB`
    complete(what, (request) => mpi.iallreduce(table.inPlace, bytes, count, types[type], sum, world, request))
  }

  /** Waits for the signal, sums, answers. Meanwhile messages that the library has kept back move on. */
  function reduceShared({ memory, address, bytes, signalled, answered, count }: SharedRange, type: SumType): void {
    memory.grow(0) // where another thread has grown it, this one's view may still end before the range
    const shared = new Int32Array(memory.buffer, 0, Math.max(signalled, answered) + 1)
    for (let seen = shared[signalled]; ((Atomics.load(shared, signalled) - count) | 0) < 0; seen = shared[signalled]) {
      Atomics.wait(shared, signalled, seen, 2)
      abortIfAsked()
      mpi.iprobe(words[at.rank], 9, mpi.world, integer, mpi.table.statusIgnore)
    }
    reduce(new Uint8Array(memory.buffer, address, bytes), type)
    Atomics.store(shared, answered, count)
    Atomics.notify(shared, answered)
  }

  function answer(message: MpiRequest): void {
    abortIfAsked()
    const { world, types } = mpi
    if ('shared' in message) return reduceShared(message.shared, message.type)
    if ('finalize' in message) {
      mpi.finalize()
      return say('', state.finalized)
    }
    if ('sum' in message) reduce(message.sum, message.type)
    else if ('barrier' in message) complete('the barrier', (request) => mpi.ibarrier(world, request))
    else {
      const { broadcast: bytes, root } = message
      complete('the broadcast', (request) => mpi.ibroadcast(bytes, bytes.length, types.byte, root, world, request))
    }
    post({ token: message.token })
  }

  try {
    start()
  } catch (error) {
    say((error as Error).message, state.failed)
    return
  }
  receive((message) => {
    try {
      answer(message)
    } catch (error) {
      abort((error as Error).message)
    }
  })
}
