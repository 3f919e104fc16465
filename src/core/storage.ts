// A counted piece of an engine's memory, shared by every array, tape node and view that needs its bytes.
import type { Allocation, Engine } from './engine.ts'

/** What is alive on an engine. */
export interface Live {
  bytes: number
  count: number
  peak: number
  /** Bytes that the last collection left alive. */
  floor: number
}

const liveByEngine = new WeakMap<Engine, Live>()

/** Bytes and storages alive on an engine, and the most bytes that ever were. */
export function liveOn(engine: Engine): Live {
  let live = liveByEngine.get(engine)
  if (!live) {
    live = { bytes: 0, count: 0, peak: 0, floor: 0 }
    liveByEngine.set(engine, live)
  }
  return live
}

/** A range of a storage, in bytes, that something was computed from; stale once a write has touched the range. */
export interface Reading {
  readonly begin: number
  readonly end: number
  stale: boolean
}

/** A buffer computed from a storage. */
interface Derived {
  /** Where the values stand that it was computed from. */
  readonly reading: Reading
  /** Undefined after its only use so far. */
  readonly allocation: Allocation | undefined
  /** The engine's number of the last command that fills it. */
  readonly written: number
}

/** A counted allocation. Made with one reference; the last `release` frees it. */
export class Storage {
  readonly engine: Engine
  #allocation: Allocation
  /** The engine's number of the last command that writes here. */
  written = 0
  /** Buffers computed from this one (packed weights), by what computed them; the engine fills and frees them. */
  derived: Map<string, Derived> | undefined
  readonly #readings = new Set<Reading>()
  #references = 1

  constructor(engine: Engine, allocation: Allocation) {
    this.engine = engine
    this.#allocation = allocation
    const live = liveOn(engine)
    live.bytes += allocation.bytes
    live.count++
    if (live.bytes > live.peak) live.peak = live.bytes
  }

  /** Where the bytes are. */
  get allocation(): Allocation {
    return this.#allocation
  }

  /** Takes over the memory of a storage of equal size, which holds the same elements and gets this one's. */
  exchange(other: Storage): void {
    ;[this.#allocation, other.#allocation] = [other.#allocation, this.#allocation]
    ;[this.written, other.written] = [other.written, this.written]
  }

  /** Bytes held. */
  get bytes(): number {
    return this.allocation.bytes
  }

  /** Whether somebody still holds it. */
  get alive(): boolean {
    return this.#references > 0
  }

  /** Whether several hold it. */
  get shared(): boolean {
    return this.#references > 1
  }

  /** Starts to watch a range of `bytes` bytes for writes. */
  watch(begin: number, bytes: number): Reading {
    const reading = { begin, end: begin + bytes, stale: false }
    this.#readings.add(reading)
    return reading
  }

  /** Ends what `watch` started. */
  unwatch(reading: Reading): void {
    this.#readings.delete(reading)
  }

  /** Marks what was computed from a range as stale: called for every write in place. */
  noteWrite(begin: number, bytes: number): void {
    for (const reading of this.#readings) {
      if (reading.begin < begin + bytes && begin < reading.end) reading.stale = true
    }
  }

  /** One more holder. */
  retain(): this {
    if (this.#references <= 0) throw new Error('storage used after it was freed')
    this.#references++
    return this
  }

  /** One holder less; the last one frees the memory and what was derived from it. */
  release(): void {
    if (--this.#references > 0) return
    if (this.#references < 0) throw new Error('storage released twice')
    const live = liveOn(this.engine)
    live.bytes -= this.allocation.bytes
    live.count--
    this.engine.free(this.allocation)
    for (const { allocation } of this.derived?.values() ?? []) if (allocation) this.engine.free(allocation)
    this.derived = undefined
  }
}
