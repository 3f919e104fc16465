// The GPU's memory: buffers in classes of sizes, reused in program order and freed when the budget runs out.
import { type Allocation, OutOfMemory } from '../../core/engine.ts'

/** A buffer that holds one storage or one temporary. */
export interface Block extends Allocation {
  readonly buffer: GPUBuffer
  /** Tells buffers apart, in keys. */
  readonly id: number
}

/** What a buffer of the pool is used for: as storage, and copied from and to. */
const usage = 0x80 | 0x08 | 0x04

/** Classes between a power of two and the next, so that at most a fifth of a buffer is unused. */
const steps = 4
const least = 256

/** The size of the buffer that serves so many bytes. */
export function classOf(bytes: number): number {
  if (bytes <= least) return least
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 1) / steps
  return Math.ceil(bytes / step) * step
}

/** Hands out buffers. A block given back serves the next command at once: commands run in order. */
export class BufferPool {
  readonly limit: number
  readonly #device: GPUDevice
  /** Runs the function when all that was given is sent, since a buffer that it uses can't be destroyed before. */
  readonly #whenSent: (destroy: () => void) => void
  readonly #free = new Map<number, { readonly block: Block; readonly batch: number }[]>()
  /** Told of buffers that are no more. */
  readonly #gone: (id: number) => void
  #held = 0
  #ids = 0

  constructor(device: GPUDevice, limit: number, whenSent: (destroy: () => void) => void, gone: (id: number) => void) {
    this.#device = device
    this.limit = limit
    this.#whenSent = whenSent
    this.#gone = gone
  }

  /**
   * A buffer for so many bytes; for a host write, which overtakes what was encoded but not sent, none that the running
   * batch uses. Throws when the limit is reached.
   */
  allocate(bytes: number, written?: { readonly batch: number }): Block {
    const size = classOf(bytes)
    if (size > this.#device.limits.maxStorageBufferBindingSize) throw new OutOfMemory(bytes)
    const free = this.#free.get(size) ?? []
    const at = written ? free.findIndex(({ batch }) => batch < written.batch) : free.length - 1
    if (at >= 0) return { ...free.splice(at, 1)[0].block, bytes }
    if (this.#held + size > this.limit) this.#trim()
    if (this.#held + size > this.limit) throw new OutOfMemory(bytes)
    this.#held += size
    return { bytes, buffer: this.#device.createBuffer({ size, usage }), id: this.#ids++ }
  }

  /** Takes a block back that commands up to this batch use. */
  free(block: Block, batch: number): void {
    const size = block.buffer.size
    const free = this.#free.get(size)
    if (free) free.push({ block, batch })
    else this.#free.set(size, [{ block, batch }])
  }

  /** Destroys all buffers that nobody holds. */
  #trim(): void {
    const blocks = [...this.#free.values()].flatMap((free) => free.map(({ block }) => block))
    this.#free.clear()
    for (const { buffer } of blocks) this.#held -= buffer.size
    this.#whenSent(() => {
      for (const { id, buffer } of blocks) {
        this.#gone(id)
        buffer.destroy()
      }
    })
  }
}
