// Sums a Trainer's gradients over ranks while the backward pass still runs: buckets of the arena, in its order.
import type { NDArray } from '../../core/ndarray.ts'
import { release } from '../../core/ownership.ts'
import type { Leaf, LeafWatcher } from '../../core/tape.ts'
import { Arena, type ArenaEntry } from '../arena.ts'
import type { DistStore, PendingSum } from './dist.ts'
import type { Reduction } from './store.ts'

/** Bytes from which a bucket is full: smaller ones cost a call each, larger ones start late. */
const bucketBytes = 2 ** 21

/** Neighbouring entries that are summed by one call. */
interface Bucket {
  readonly entries: readonly ArenaEntry[]
  readonly leaves: readonly Leaf[]
  /** Leaves whose gradients are complete, and not yet summed. */
  readonly delivered: Set<Leaf>
  /** Leaves whose gradients are sums over all ranks. */
  readonly summed: Set<Leaf>
}

/**
 * Starts the sum of a bucket once backward has written it and all buckets before it have started, so that all ranks sum
 * in one order. What is queued after backward waits for the sums. Gradients that add up over several passes
 * (`gradReq: 'add'`) are summed by `finish`.
 */
export class BucketReduction implements Reduction, LeafWatcher {
  readonly #store: DistStore
  readonly #flat: NDArray
  readonly #buckets: readonly Bucket[]
  /** Buckets that this pass has started, and what waits for them. */
  #started = 0
  #pending: PendingSum[] = []

  constructor(store: DistStore, arena: Arena, bytes = bucketBytes) {
    this.#store = store
    this.#flat = arena.gradients
    this.#buckets = bucketsOf(arena, bytes)
    for (const leaf of this.#buckets.flatMap(({ leaves }) => leaves)) leaf.watcher = this
  }

  delivered(leaf: Leaf): void {
    const bucket = this.#buckets.find(({ leaves }) => leaves.includes(leaf))
    if (!bucket) return
    bucket.summed.delete(leaf)
    if (leaf.request !== 'write') return
    bucket.delivered.add(leaf)
    for (let next = this.#buckets[this.#started]; next && isComplete(next); next = this.#buckets[this.#started]) {
      this.#pending.push(this.#sum(next.entries))
      next.delivered.clear()
      for (const summed of next.leaves) next.summed.add(summed)
      this.#started++
    }
  }

  ended(): void {
    this.#wait()
    this.#started = 0
  }

  finish(): void {
    for (const { entries, leaves, delivered, summed } of this.#buckets) {
      if (summed.size === 0) this.#pending.push(this.#sum(entries))
      else {
        entries.forEach((entry, i) => {
          if (!summed.has(leaves[i])) this.#pending.push(this.#sum([entry]))
        })
      }
      delivered.clear()
      summed.clear()
    }
    this.#wait()
  }

  detach(): void {
    for (const leaf of this.#buckets.flatMap(({ leaves }) => leaves)) leaf.watcher = undefined
  }

  #sum(entries: readonly ArenaEntry[]): PendingSum {
    const length = entries.reduce((sum, entry) => sum + entry.length, 0)
    const range = Arena.range(this.#flat, entries[0].begin, [length])
    const pending = this.#store.startSum(range)
    return {
      wait: () => {
        pending.wait()
        release(range, 'its sum was queued')
      },
    }
  }

  #wait(): void {
    for (const pending of this.#pending.splice(0)) pending.wait()
  }
}

function isComplete({ leaves, delivered }: Bucket): boolean {
  return delivered.size === leaves.length
}

function bucketsOf(arena: Arena, most: number): Bucket[] {
  const buckets: Bucket[] = []
  let entries: ArenaEntry[] = []
  let bytes = 0
  const close = () => {
    if (entries.length > 0) {
      const leaves = entries.map(({ parameter }) => parameter.leaf as Leaf)
      buckets.push({ entries, leaves, delivered: new Set(), summed: new Set() })
    }
    entries = []
    bytes = 0
  }
  const elementBytes = arena.gradients.bytes / arena.gradients.size
  for (const entry of arena.entries) {
    if (!entry.parameter.leaf) {
      close() // one without a gradient, which lies between others
      continue
    }
    entries.push(entry)
    bytes += entry.length * elementBytes
    if (bytes >= most) close()
  }
  close()
  return buckets
}
