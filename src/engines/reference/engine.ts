// The reference engine: plain loops, inline and synchronous; the definition of right. float64 lives here.

import { bytesPer, type TypedArray, typedView } from '../../core/dtype.ts'
import type { Allocation, Call, Engine, Operand, Orders } from '../../core/engine.ts'
import { OutOfMemory } from '../../core/engine.ts'
import { turn } from '../../core/memory.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { OpName } from '../../ops/index.ts'
import type { KernelTable } from '../table.ts'

interface Buffer extends Allocation {
  readonly data: ArrayBuffer
}

const limit = 4 * 2 ** 30

/** Makes the engine. */
export class ReferenceEngine implements Engine {
  readonly name = 'reference'
  readonly limit = limit
  readonly #kernels: KernelTable<ReferenceKernel<never>>
  #held = 0

  constructor(kernels: KernelTable<ReferenceKernel<never>>) {
    this.#kernels = kernels
  }

  supports(): boolean {
    return true
  }

  allocate(bytes: number): Buffer {
    if (this.#held + bytes > limit) throw new OutOfMemory(bytes)
    this.#held += bytes
    return { bytes, data: new ArrayBuffer(bytes) }
  }

  upload(bytes: Uint8Array): Buffer {
    const buffer = this.allocate(bytes.length)
    new Uint8Array(buffer.data).set(bytes)
    return buffer
  }

  free(allocation: Allocation): void {
    this.#held -= allocation.bytes
  }

  orders(): Orders {
    return { inputs: [], outputs: [] }
  }

  run(call: Call): void {
    const kernel = this.#kernels[call.op as OpName]
    kernel(call.inputs.map(tensorOf), call.attrs as never, call.outputs.map(tensorOf), call.scalars)
  }

  readNow(operand: Operand): Uint8Array {
    const { data } = tensorOf(operand)
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
  }

  async read(operand: Operand): Promise<Uint8Array> {
    const bytes = this.readNow(operand)
    await turn()
    return bytes
  }

  fence(): Promise<void> {
    return turn()
  }

  failureOf(): undefined {
    return undefined
  }

  takeFailure(): undefined {
    return undefined
  }
}

function tensorOf(operand: Operand): { data: TypedArray; shape: Shape } {
  const { data } = operand.storage.allocation as Buffer
  const size = sizeOf(operand.shape)
  if (operand.offset + size * bytesPer(operand.dtype) > data.byteLength) throw new Error('operand outside its storage')
  return { data: typedView(operand.dtype, data, operand.offset, size), shape: operand.shape }
}
