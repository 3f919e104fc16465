// Buffers from which the host reads, used again when they are unmapped.
import { classOf, type MakeBuffer, outOfMemory } from './pool.ts'

const usage = 0x01 | 0x08
/** Bytes of buffers that are kept. */
const most = 64 * 2 ** 20

/** Lends buffers that can be mapped for reading. */
export class Staging {
  readonly #make: MakeBuffer
  readonly #free: GPUBuffer[] = []
  #held = 0

  constructor(make: MakeBuffer) {
    this.#make = make
  }

  /** Whether such a buffer is there already. */
  has(bytes: number): boolean {
    return this.#free.some(({ size }) => size === classOf(bytes))
  }

  /** A buffer of at least `bytes` bytes; copies to it fail if the device has no memory for it. */
  take(bytes: number): GPUBuffer {
    const size = classOf(bytes)
    const at = this.#free.findIndex((buffer) => buffer.size === size)
    if (at < 0) return this.#make(size, usage, () => outOfMemory(size, 'to read a value'))
    const [buffer] = this.#free.splice(at, 1)
    this.#held -= size
    return buffer
  }

  /** Takes an unmapped buffer back. */
  give(buffer: GPUBuffer): void {
    if (this.#held + buffer.size > most) return buffer.destroy()
    this.#held += buffer.size
    this.#free.push(buffer)
  }

  /** Destroys what nobody uses. */
  trim(): void {
    for (const buffer of this.#free.splice(0)) buffer.destroy()
    this.#held = 0
  }
}
