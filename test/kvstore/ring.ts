// A ring of sockets as a transport: the oracle that MPI is compared with. Each rank adds to what comes, in the order of ranks.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import type { SharedRange, SumType, Transport } from '../../src/gluon/kvstore/transport.ts'

/** Reads exact numbers of bytes from a socket. */
class Reader {
  readonly #chunks: AsyncIterator<Buffer>
  #held = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#held.length < length) {
      const { value, done } = await this.#chunks.next()
      if (done) throw new Error('the rank before this one has ended')
      this.#held = Buffer.concat([this.#held, value])
    }
    const taken = Uint8Array.from(this.#held.subarray(0, length))
    this.#held = this.#held.subarray(length)
    return taken
  }
}

class Ring implements Transport {
  readonly rank: number
  readonly size: number
  readonly description = 'ring'
  readonly #from: Reader
  readonly #to: Socket
  readonly sumShared: ((range: SharedRange, type: SumType) => void) | undefined
  /** The calls so far, one after the other. */
  #calls: Promise<void> = Promise.resolve()
  #aborted: string | undefined

  constructor(rank: number, size: number, shared: boolean, from: Socket, to: Socket) {
    this.sumShared = shared ? (range, type) => this.#sumInTurn(range, type) : undefined
    this.rank = rank
    this.size = size
    this.#from = new Reader(from)
    this.#to = to
  }

  /** Why it was aborted. */
  get aborted(): string | undefined {
    return this.#aborted
  }

  #inTurn(call: () => Promise<void>): Promise<void> {
    this.#calls = this.#calls.then(call)
    return this.#calls
  }

  broadcast(bytes: Uint8Array, root: number): Promise<void> {
    return this.#inTurn(() => this.#broadcast(bytes, root))
  }

  async #broadcast(bytes: Uint8Array, root: number): Promise<void> {
    if (this.rank !== root) bytes.set(await this.#from.take(bytes.length))
    if ((this.rank + 1) % this.size !== root) this.#to.write(Uint8Array.from(bytes))
  }

  sum(bytes: Uint8Array, type: SumType): Promise<void> {
    return this.#inTurn(() => this.#sum(bytes, type))
  }

  async #sum(bytes: Uint8Array, type: SumType): Promise<void> {
    const Elements = type === 'float32' ? Float32Array : Float64Array
    const own = new Elements(Uint8Array.from(bytes).buffer)
    if (this.rank > 0) {
      const before = new Elements((await this.#from.take(bytes.length)).buffer)
      for (let i = 0; i < own.length; i++) own[i] += before[i]
    }
    bytes.set(new Uint8Array(own.buffer))
    if (this.rank < this.size - 1) this.#to.write(Uint8Array.from(bytes))
    await this.#broadcast(bytes, this.size - 1)
  }

  #sumInTurn({ memory, address, bytes, signalled, answered, count }: SharedRange, type: SumType): void {
    void this.#inTurn(async () => {
      const words = new Int32Array(memory.buffer, 0, Math.max(signalled, answered) + 1)
      while (Atomics.load(words, signalled) < count) await setImmediate()
      const range = new Uint8Array(memory.buffer, address, bytes)
      const copy = Uint8Array.from(range)
      await this.#sum(copy, type)
      range.set(copy)
      Atomics.store(words, answered, count)
      Atomics.notify(words, answered)
    })
  }

  async barrier(): Promise<void> {
    await this.sum(new Uint8Array(8), 'float64')
  }

  abort(reason: string): void {
    this.#aborted = reason
  }

  close(): void {
    this.#to.destroy()
  }
}

/** Ranks of one ring, all in this process; `shared` ones sum in the memory of engines too. */
export async function ringOf(size: number, { shared = false } = {}): Promise<Ring[]> {
  const servers = await Promise.all(
    Array.from({ length: size }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const sockets = servers.map(async (server, rank) => {
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const { port } = servers[(rank + 1) % size].address() as { port: number }
    const to = connect(port, '127.0.0.1')
    const [from] = await accepted
    await once(to, 'connect').catch(() => {})
    server.close()
    return new Ring(rank, size, shared, from, to)
  })
  return Promise.all(sockets)
}
