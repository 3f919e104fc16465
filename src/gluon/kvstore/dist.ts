// The store of several processes that work in step: each call queues its part, in the order in which the program makes calls.
import { pause } from '../../autograd/autograd.ts'
import { GlueballError, OpError } from '../../core/errors.ts'
import { readWithinLimits } from '../../core/memory.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { within } from '../../core/ownership.ts'
import { arriving } from '../../nd/handles.ts'
import { assign } from '../../ops/copy/copy.ts'
import type { Arena } from '../arena.ts'
import type { Parameter } from '../parameter.ts'
import { arraysOf, copyTo, summed } from './local.ts'
import { BucketReduction } from './reduction.ts'
import type { Arrays, KVStore } from './store.ts'
import type { SumType, Transport } from './transport.ts'

/** A sum that another thread makes of a range of an engine's memory; `wait` queues the wait for it. */
export interface PendingSum {
  wait(): void
}

/** Processes in step, over a transport. */
export class DistStore implements KVStore {
  readonly type = 'dist_sync'
  readonly #transport: Transport
  /** The last of the calls whose bytes are copied out of an engine, while there are any. */
  #tail: Promise<unknown> | undefined

  readonly #bucketBytes: number | undefined

  constructor(transport: Transport, bucketBytes?: number) {
    this.#transport = transport
    this.#bucketBytes = bucketBytes
  }

  get rank(): number {
    return this.#transport.rank
  }

  get numWorkers(): number {
    return this.#transport.size
  }

  /** What carries it, as `Open MPI 4.1.4`. */
  get description(): string {
    return this.#transport.description
  }

  barrier(): Promise<void> {
    return this.#inTurn(() => this.#transport.barrier())
  }

  broadcast(key: string | number, value: NDArray, out: Arrays): void {
    const targets = arraysOf('broadcast', key, out)
    within('', 'broadcast has returned', () =>
      pause(() =>
        copyTo(
          targets,
          this.#copied(value, (bytes) => this.#transport.broadcast(bytes, 0)),
        ),
      ),
    )
  }

  pushpull(key: string | number, value: Arrays, out: Arrays = value): void {
    const [values, targets] = [arraysOf('pushpull', key, value), arraysOf('pushpull', key, out)]
    within('', 'pushpull has returned', () =>
      pause(() => {
        copyTo(targets.slice(0, 1), summed(values))
        this.startSum(targets[0]).wait()
        copyTo(targets.slice(1), targets[0])
      }),
    )
  }

  /**
   * Starts to sum an array in place over all ranks; nothing may touch it before `wait` has been called. Where other
   * threads reach the engine's memory, what is queued between the two runs meanwhile.
   */
  startSum(array: NDArray): PendingSum {
    const type = sumTypeOf(array)
    const { context, value, storage, offset, bytes } = array
    const { exchange } = context.engine
    if (!exchange || !this.#transport.sumShared) {
      within('', 'its sum was queued', () =>
        pause(() =>
          assign(
            array,
            this.#copied(array, (bytes) => this.#transport.sum(bytes, type)),
          ),
        ),
      )
      return { wait: () => {} }
    }
    if (context.engine.rowMajor) context.engine.rowMajor(value)
    const { memory, signalled, answered } = exchange
    const { count, address } = exchange.signal(value)
    const range = { memory, address, bytes, signalled, answered, count }
    const start = () => this.#transport.sumShared?.(range, type)
    if (this.#tail) void this.#inTurn(async () => start())
    else start()
    return {
      wait: () => {
        exchange.wait(count, [value])
        storage.noteWrite(offset, bytes)
      },
    }
  }

  /** What a call makes of an array's values, once their turn has come. */
  #copied(array: NDArray, call: (bytes: Uint8Array) => Promise<void>): NDArray {
    const { context } = array
    const values = readWithinLimits(context.engine, 'kvstore', array.valueFor('kvstore'))
    const made = this.#queued(async () => {
      const bytes = await values
      await call(bytes)
      return bytes
    })
    return arriving('kvstore', context, array, made)
  }

  /** Makes a call after those before it: the transport makes the calls that it has got in their order. */
  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    return this.#tail ? this.#queued(call) : call()
  }

  /** Makes a call in its turn, though it first waits for values: those after it wait for it. */
  #queued<T>(call: () => Promise<T>): Promise<T> {
    const made = this.#tail ? this.#tail.then(call, call) : call()
    const tail: Promise<void> = made.then(
      () => this.#leave(tail),
      () => this.#leave(tail),
    )
    this.#tail = tail
    return made
  }

  #leave(tail: Promise<unknown>): void {
    if (this.#tail === tail) this.#tail = undefined
  }

  sum(numbers: readonly number[] | Promise<readonly number[]>): Promise<number[]> {
    const add = async (known: readonly number[]) => {
      const sums = Float64Array.from(known)
      await this.#transport.sum(new Uint8Array(sums.buffer), 'float64')
      return [...sums]
    }
    return 'then' in numbers ? this.#queued(async () => add(await numbers)) : this.#inTurn(() => add(numbers))
  }

  async gather(numbers: readonly number[]): Promise<number[][]> {
    const slots = new Array<number>(numbers.length * this.numWorkers).fill(0)
    numbers.forEach((number, i) => {
      slots[this.rank * numbers.length + i] = number
    })
    const all = await this.sum(slots)
    return Array.from({ length: this.numWorkers }, (_, rank) =>
      all.slice(rank * numbers.length, (rank + 1) * numbers.length),
    )
  }

  /** `what` is a plural: the parameters. */
  async checkEqual(what: string, bytes: Uint8Array): Promise<void> {
    const all = (await this.gather([...bytes])).map(String)
    const most = all.reduce((best, one) => (count(all, one) > count(all, best) ? one : best))
    const others = all.flatMap((one, rank) => (one === most ? [] : [rank]))
    if (others.length === 0) return
    throw new GlueballError(
      `${what} of rank ${others.join(', ')} are not those of the other ranks: do all ranks take the same steps, with ` +
        'the same options and the same version of the library?',
    )
  }

  abort(reason: string): void {
    this.#transport.abort(reason)
  }

  attach(arena: Arena, parameters: readonly Parameter[]): BucketReduction {
    const inside = new Set(arena.entries.map(({ parameter }) => parameter))
    this.broadcast('parameters', arena.values, arena.values)
    for (const parameter of parameters) {
      if (inside.has(parameter)) continue
      const data = parameter.data()
      this.broadcast(parameter.name, data, data)
    }
    return new BucketReduction(this, arena, this.#bucketBytes)
  }
}

function count(list: readonly string[], text: string): number {
  return list.filter((other) => other === text).length
}

function sumTypeOf(array: NDArray): SumType {
  const { dtype } = array
  if (dtype === 'float32' || dtype === 'float64') return dtype
  throw new OpError('pushpull', `sums float32 and float64 over ranks, got ${dtype}: cast it first`)
}
