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

/** The size of the buffer that serves a request for `bytes` bytes. */
export function classOf(bytes: number): number {
  if (bytes <= least) return least
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 1) / steps
  return Math.ceil(bytes / step) * step
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`

/** What is said where a device has no memory. */
export const outOfMemory = (bytes: number, more: string) =>
  `the GPU is out of memory: ${megabytes(bytes)} asked for, ${more}`

/** Makes a buffer; if the device has no memory for it, `refused` is called later and says so in words. */
export type MakeBuffer = (size: number, usage: number, refused: () => string) => GPUBuffer

/** What a pool asks of the engine. */
export interface PoolHost {
  /** Most bytes of a buffer. */
  readonly largest: number
  readonly make: MakeBuffer
  /** Runs the function when all that was given is sent, since a buffer that it uses can't be destroyed before. */
  whenSent(destroy: () => void): void
  /** Told when the device has no memory, so that others give back theirs. */
  lacking(): void
  /** Told of buffers that are no more. */
  gone(id: number): void
}

/** Hands out buffers. A block given back serves the next command at once: commands run in order. */
export class BufferPool {
  readonly limit: number
  readonly #host: PoolHost
  readonly #free = new Map<number, { readonly block: Block; readonly batch: number }[]>()
  /** Buffers for which the device had no memory, with the reason: they hold nothing, and are never handed out again. */
  readonly #refused = new WeakMap<GPUBuffer, string>()
  /** Bytes from which on free buffers are given back before others are made: what the device had room for. */
  #room: number
  #held = 0
  #ids = 0

  constructor(limit: number, host: PoolHost) {
    this.limit = limit
    this.#room = limit
    this.#host = host
  }

  /**
   * A buffer for `bytes` bytes; for a host write, which overtakes what was encoded but not sent, none that the running
   * batch uses. Throws when the limit is reached.
   */
  allocate(bytes: number, written?: { readonly batch: number }): Block {
    const size = classOf(bytes)
    if (size > this.#host.largest) throw new OutOfMemory(bytes)
    const free = this.#free.get(size) ?? []
    const at = written ? free.findIndex(({ batch }) => batch < written.batch) : free.length - 1
    if (at >= 0) return { ...free.splice(at, 1)[0].block, bytes }
    if (this.#held + size > this.#room) this.#trim()
    if (this.#held + size > this.limit) throw new OutOfMemory(bytes)
    this.#held += size
    const buffer = this.#host.make(size, usage, () => {
      const reason = outOfMemory(size, `${megabytes(this.#held)} held of ${megabytes(this.limit)}`)
      this.#refused.set(buffer, reason)
      this.#room = Math.min(this.#room, this.#held - size)
      this.#trim()
      this.#host.lacking()
      return reason
    })
    return { bytes, buffer, id: this.#ids++ }
  }

  /** Why a block can't be used, as far as is known. */
  refusal({ buffer }: Pick<Block, 'buffer'>): string | undefined {
    return this.#refused.get(buffer)
  }

  /** Takes a block back that commands up to this batch use. */
  free(block: Block, batch: number): void {
    const { size } = block.buffer
    if (this.#refused.has(block.buffer)) return this.#drop([block])
    const free = this.#free.get(size)
    if (free) free.push({ block, batch })
    else this.#free.set(size, [{ block, batch }])
  }

  /** Destroys all buffers that nobody holds. */
  #trim(): void {
    const blocks = [...this.#free.values()].flatMap((free) => free.map(({ block }) => block))
    this.#free.clear()
    this.#drop(blocks)
  }

  #drop(blocks: readonly Block[]): void {
    if (blocks.length === 0) return
    for (const { buffer } of blocks) this.#held -= buffer.size
    this.#host.whenSent(() => {
      for (const { id, buffer } of blocks) {
        this.#host.gone(id)
        buffer.destroy()
      }
    })
  }
}
