// What a Trainer and programs ask of a key-value store, and the stores that a Trainer finds by name.
import { GlueballError, nameOfKind } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Arena } from '../arena.ts'
import type { Parameter } from '../parameter.ts'

/** An array, or one for each device. */
export type Arrays = NDArray | readonly NDArray[]

/** Sums arrays over devices and processes (MXNet 1.9.1, kvstore/base.py). All ranks make the same calls in one order. */
export interface KVStore {
  /** `local` or `dist_sync`. */
  readonly type: string
  /** Number of this process, from 0. */
  readonly rank: number
  /** How many processes there are. */
  readonly numWorkers: number
  /** Resolves when all processes have called it. */
  barrier(): Promise<void>
  /** Writes the value that rank 0 gives into `out`. The key names it in errors. */
  broadcast(key: string | number, value: NDArray, out: Arrays): void
  /** Sums the values over devices and processes, and writes the sum into `out`; default into the values. */
  pushpull(key: string | number, value: Arrays, out?: Arrays): void
  /** Sums numbers over processes, in float64; those that are on their way have their turn by this call. */
  sum(numbers: readonly number[] | Promise<readonly number[]>): Promise<number[]>
  /** Gives each process the numbers of all, by rank. All give equally many. */
  gather(numbers: readonly number[]): Promise<number[][]>
  /** Throws on every rank, and names those that differ, where processes don't hold the same bytes. */
  checkEqual(what: string, bytes: Uint8Array): Promise<void>
  /** Ends all processes, after a line on the standard error that says why. */
  abort(reason: string): void
  /** Takes over a Trainer's arena: broadcasts its values, and sums its gradients from now on. */
  attach(arena: Arena, parameters: readonly Parameter[]): Reduction
}

/** The sums over processes of a Trainer's gradients. */
export interface Reduction {
  /** Queues what backward has not started. */
  finish(): void
  /** Ends it: the gradients lie elsewhere from now on. */
  detach(): void
}

const makers = new Map<string, () => KVStore>()

/** Lets a Trainer find a store by name. */
export function registerStore(name: string, make: () => KVStore): void {
  makers.set(name, make)
}

/** The store of a Trainer's option; undefined where one device alone holds the parameters. */
export function storeOf(kvstore: string | KVStore | null | undefined): KVStore | undefined {
  if (kvstore === null || kvstore === undefined || kvstore === 'local' || kvstore === 'device') return undefined
  const store = typeof kvstore === 'string' ? makers.get(kvstore)?.() : kvstore
  if (typeof store?.attach === 'function') return store.numWorkers > 1 ? store : undefined
  const missing = kvstore === 'dist_sync' ? "; a bundle has it by kvstore.create('dist_sync') alone" : ''
  throw new GlueballError(
    `a Trainer's kvstore is 'local', 'device', 'dist_sync', one of kvstore.create, or null, got ${nameOfKind(kvstore)}${missing}`,
  )
}
