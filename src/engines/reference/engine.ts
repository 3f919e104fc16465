// The reference engine: plain loops, inline and synchronous; the definition of right. float64 lives here.
import { bytesOf, elementsIn, storedBytes, type TypedArray } from '../../core/dtype.ts'
import { type Allocation, type Call, type Engine, OutOfMemory, type Receipt, type Value } from '../../core/engine.ts'
import { Line } from '../../core/line.ts'
import { turn } from '../../core/memory.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'
import type { Storage } from '../../core/storage.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { OpName } from '../../ops/index.ts'
import type { KernelTable } from '../table.ts'

interface Buffer extends Allocation {
  data: ArrayBuffer
  /** Why the values never came. */
  failure?: Error
}

const limit = 4 * 2 ** 30
const nothing = new ArrayBuffer(0)

/** Makes the engine. */
export class ReferenceEngine implements Engine {
  readonly name = 'reference'
  readonly limit = limit
  readonly #kernels: KernelTable<ReferenceKernel<never>>
  /** Holds calls behind values that are on their way from another engine. */
  readonly #line = new Line()
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

  receive(bytes: number, arriving: Promise<Uint8Array>): Receipt {
    const allocation = this.allocate(bytes)
    const { data } = allocation
    this.#line.after(
      arriving,
      (values) => new Uint8Array(data).set(values),
      (error) => {
        allocation.failure = error instanceof Error ? error : new Error(String(error))
      },
    )
    return { allocation, written: 0 }
  }

  free(allocation: Allocation): void {
    this.#held -= allocation.bytes
    // who has kept a call keeps no values
    ;(allocation as Buffer).data = nothing
  }

  run(call: Call): void {
    const kernel = this.#kernels[call.op as OpName]
    // where values are now: by the time it runs, they may have been freed
    const [inputs, outputs] = [call.inputs.map(rangeOf), call.outputs.map(rangeOf)]
    const read = call.inputs.map(bufferOf)
    const written = [...call.outputs.map(bufferOf), ...call.mutates.map((i) => read[i])]
    this.#line.do(() => {
      const failure = read.find((buffer) => buffer.failure)?.failure
      if (failure) for (const buffer of written) buffer.failure = failure
      else {
        const double = call.inputs.some(({ dtype }) => dtype === 'float64')
        const [from, to] = [inputs, outputs].map((ranges) => ranges.map((range) => tensorOf(range, double)))
        kernel(from, call.attrs as never, to, call.scalars)
        outputs.forEach((range, i) => settle(range, to[i]))
        for (const i of call.mutates) settle(inputs[i], from[i])
      }
    })
  }

  async read(value: Value): Promise<Uint8Array> {
    const [buffer, { data, offset, bytes: count }] = [bufferOf(value), rangeOf(value)]
    const bytes = await new Promise<Uint8Array>((resolve, reject) =>
      this.#line.do(() => {
        if (buffer.failure) return reject(buffer.failure)
        resolve(new Uint8Array(data, offset, count).slice())
      }),
    )
    await turn(this)
    return bytes
  }

  async fence(): Promise<void> {
    await new Promise<void>((resolve) => this.#line.do(resolve))
    await turn(this)
  }

  failureOf(storage: Storage): Error | undefined {
    return (storage.allocation as Buffer).failure
  }

  takeFailure(): undefined {
    return undefined
  }
}

const bufferOf = ({ storage }: Value) => storage.allocation as Buffer

/** Where a value lies, even after it was freed. */
interface Range extends Pick<Value, 'dtype' | 'shape' | 'offset'> {
  readonly data: ArrayBuffer
  readonly bytes: number
}

function rangeOf(value: Value): Range {
  const { dtype, shape, offset } = value
  const { data } = bufferOf(value)
  const bytes = bytesOf(value)
  if (offset + bytes > data.byteLength) throw new Error('value outside its storage')
  return { dtype, shape, offset, data, bytes }
}

interface Elements {
  readonly data: TypedArray
  readonly shape: Shape
}

/** The elements as kernels read and write them; copies of float16 beside float64 are float64, to be rounded once. */
function tensorOf({ dtype, shape, offset, data }: Range, double: boolean): Elements {
  const elements = elementsIn(dtype, data, offset, sizeOf(shape))
  return { data: double && elements.buffer !== data ? Float64Array.from(elements) : elements, shape }
}

/** Stores elements that are a copy. */
function settle({ dtype, offset, data: buffer }: Range, { data }: Elements): void {
  if (data.buffer !== buffer) new Uint8Array(buffer).set(storedBytes(dtype, data), offset)
}
