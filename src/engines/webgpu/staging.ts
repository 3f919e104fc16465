// Buffers from which the host reads, used again when they are unmapped.
import { classOf } from './pool.ts'

const usage = 0x01 | 0x08
/** Bytes of buffers that are kept. */
const most = 64 * 2 ** 20

/** Lends buffers that can be mapped for reading. */
export class Staging {
  readonly #device: GPUDevice
  readonly #free: GPUBuffer[] = []
  #held = 0

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** A buffer of at least so many bytes. */
  take(bytes: number): GPUBuffer {
    const size = classOf(bytes)
    const at = this.#free.findIndex((buffer) => buffer.size === size)
    if (at < 0) return this.#device.createBuffer({ size, usage })
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
}
