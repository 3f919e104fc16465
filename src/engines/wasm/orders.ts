// Orders of memory: an array lies in the order of its block, and is brought into that which a kernel wants.
import { bytesPer } from '../../core/dtype.ts'
import type { Call, Engine, Value } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import { Storage } from '../../core/storage.ts'
import { type Order, orderless, type WasmKernel } from '../../kernel/plan.ts'
import type { Block } from './memory.ts'

/** A value with the order in which its elements lie. */
export interface Placed extends Value {
  readonly order: Order
}

/** Moves elements into other memory, in its order. */
export type Relayout = (from: Placed, to: Placed) => void

const blockOf = ({ storage }: Value) => storage.allocation as Block

/** Order in which the elements lie; plain where both are the same. */
const orderOf = (value: Value) => (orderless(value.shape) ? 'plain' : (blockOf(value).order ?? 'plain'))

/** A value as it lies now. */
export function placed(value: Value, order: Order = orderOf(value)): Placed {
  const { shape, dtype, storage, offset } = value
  return { shape, dtype, storage, offset, order }
}

function memoryLike({ shape, dtype }: Value, order: Order, engine: Engine): Placed {
  const storage = new Storage(engine, engine.allocate(sizeOf(shape) * bytesPer(dtype)))
  const made = { shape, dtype, storage, offset: 0, order }
  blockOf(made).order = order
  return made
}

/** Moves the elements of a storage that no view shares into memory of the order given. */
export function lay(value: Value, order: Order, engine: Engine, relayout: Relayout): void {
  const from = placed(value)
  if (from.order === order || orderless(value.shape)) return
  const to = memoryLike(value, order, engine)
  try {
    relayout(from, to)
    value.storage.exchange(to.storage)
  } finally {
    to.storage.release()
  }
}

/**
 * Runs a kernel on a call's values in the orders that it wants: on copies of those that lie otherwise. New outputs take
 * the kernel's order. All of it follows from the calls alone, as the order of sums depends on it.
 */
export function inOrders(
  call: Call,
  { orders }: WasmKernel<never>,
  engine: Engine,
  relayout: Relayout,
  run: (inputs: readonly Placed[], outputs: readonly Placed[]) => void,
): void {
  const wanted = orders?.(
    call.inputs.map((value) => placed(value)),
    call.attrs as never,
    call.outputs,
  )
  const copies: Placed[] = []
  const late: (readonly [from: Placed, to: Placed])[] = []
  const copyOf = (value: Value, order: Order): Placed => {
    copies.push(memoryLike(value, order, engine))
    return copies[copies.length - 1]
  }
  const input = (value: Value, i: number): Placed => {
    const order = wanted?.inputs[i] ?? 'plain'
    const now = placed(value)
    if (now.order === order || orderless(value.shape)) return placed(value, order)
    const copy = copyOf(value, order)
    relayout(now, copy)
    if (call.mutates.includes(i)) late.push([copy, now])
    return copy
  }
  const output = (value: Value, i: number): Placed => {
    const order = orderless(value.shape) ? 'plain' : (wanted?.outputs[i] ?? 'plain')
    blockOf(value).order ??= order
    const now = placed(value)
    if (now.order === order) return now
    const copy = copyOf(value, order)
    late.push([copy, now])
    return copy
  }
  try {
    for (const i of call.mutates)
      if ((wanted?.inputs[i] ?? 'plain') === 'plain') lay(call.inputs[i], 'plain', engine, relayout)
    run(call.inputs.map(input), call.outputs.map(output))
    for (const [from, to] of late) relayout(from, to)
  } finally {
    for (const { storage } of copies) storage.release()
  }
}
