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

/** A buffer computed from a storage. */
interface Derived {
  /** The storage's version that it was computed from. */
  readonly version: number
  readonly allocation: Allocation
  /** The engine's number of the last command that fills it. */
  readonly written: number
}

/** A counted allocation. Made with one reference; the last `release` frees it. */
export class Storage {
  readonly engine: Engine
  readonly allocation: Allocation
  /** Raised by every write in place, so that stale copies and saved values are noticed. */
  version = 0
  /** The engine's number of the last command that writes here. */
  written = 0
  /** Buffers computed from this one (packed weights), by what computed them; the engine fills and frees them. */
  derived: Map<string, Derived> | undefined
  #references = 1

  constructor(engine: Engine, allocation: Allocation) {
    this.engine = engine
    this.allocation = allocation
    const live = liveOn(engine)
    live.bytes += allocation.bytes
    live.count++
    if (live.bytes > live.peak) live.peak = live.bytes
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
    for (const { allocation } of this.derived?.values() ?? []) this.engine.free(allocation)
    this.derived = undefined
  }
}
