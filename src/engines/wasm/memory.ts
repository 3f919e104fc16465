// The allocator of the workers' memory: best fit in program order, so that a freed block serves the next command at once.
import { type Allocation, OutOfMemory } from '../../core/engine.ts'
import type { Order } from '../../kernel/wasm/plan.ts'

const alignment = 256
const growth = 16 * 2 ** 20

/** A block of the memory. */
export interface Block extends Allocation {
  readonly address: number
  /** Bytes taken, a multiple of the alignment. */
  readonly taken: number
  /** Order in which the elements lie, once there are any; plain where there are views. */
  lies: Order | undefined
  /** Order in which kernels take them: that in which the call left them which made them, so that sums keep theirs. */
  order: Order | undefined
}

interface FreeBlock {
  address: number
  bytes: number
  /** Number of the last command that may still use it. */
  lastUse: number
}

/** Hands out ranges of one growing memory from `base` to `limit`. */
export class MemoryAllocator {
  readonly limit: number
  /** Makes the memory as large as asked for, or throws. */
  readonly #grow: (bytes: number) => void
  /** Bytes that the memory has. */
  #held: number
  /** Free blocks by address, never adjacent. */
  readonly #free: FreeBlock[] = []
  #end: number

  constructor(grow: (bytes: number) => void, base: number, limit: number) {
    this.limit = limit
    this.#grow = grow
    this.#held = base
    this.#end = base
  }

  /** Takes memory; with `retired` only such whose last command has that number or a smaller one, for host writes. */
  allocate(bytes: number, retired = Number.POSITIVE_INFINITY): Block {
    const taken = Math.max(alignment, Math.ceil(bytes / alignment) * alignment)
    const index = this.#bestFit(taken, retired)
    if (index >= 0) return { address: this.#take(index, taken), bytes, taken, lies: undefined, order: undefined }
    const address = this.#extend(taken, bytes, retired)
    return { address, bytes, taken, lies: undefined, order: undefined }
  }

  /** Gives a block back; commands up to `lastUse` may still use it. */
  free(block: Block, lastUse: number): void {
    this.#insert({ address: block.address, bytes: block.taken, lastUse })
  }

  #bestFit(taken: number, retired: number): number {
    let best = -1
    for (let i = 0; i < this.#free.length; i++) {
      const { bytes, lastUse } = this.#free[i]
      if (bytes < taken || lastUse > retired) continue
      if (best < 0 || bytes < this.#free[best].bytes) best = i
    }
    return best
  }

  #take(index: number, taken: number): number {
    const block = this.#free[index]
    const { address } = block
    if (block.bytes === taken) this.#free.splice(index, 1)
    else {
      block.address += taken
      block.bytes -= taken
    }
    return address
  }

  #extend(taken: number, asked: number, retired: number): number {
    const last = this.#free.at(-1)
    const joins = last && last.address + last.bytes === this.#end && last.lastUse <= retired
    const begin = joins ? last.address : this.#end
    const end = begin + taken
    if (end > this.limit) throw new OutOfMemory(asked)
    this.#reach(end, asked)
    if (joins) this.#free.pop()
    this.#end = end
    return begin
  }

  #reach(end: number, asked: number): void {
    if (end <= this.#held) return
    const wanted = Math.min(Math.max(end, this.#held + growth), this.limit)
    try {
      this.#grow(wanted)
    } catch {
      throw new OutOfMemory(asked)
    }
    this.#held = wanted
  }

  #insert(block: FreeBlock): void {
    const free = this.#free
    let low = 0
    for (let high = free.length; low < high; ) {
      const middle = (low + high) >> 1
      if (free[middle].address < block.address) low = middle + 1
      else high = middle
    }
    const before = free[low - 1]
    const after = free[low]
    if (before && before.address + before.bytes === block.address) {
      before.bytes += block.bytes
      before.lastUse = Math.max(before.lastUse, block.lastUse)
      if (after && before.address + before.bytes === after.address) {
        before.bytes += after.bytes
        before.lastUse = Math.max(before.lastUse, after.lastUse)
        free.splice(low, 1)
      }
    } else if (after && block.address + block.bytes === after.address) {
      after.address = block.address
      after.bytes += block.bytes
      after.lastUse = Math.max(after.lastUse, block.lastUse)
    } else free.splice(low, 0, block)
  }
}
