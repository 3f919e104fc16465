// Orders of memory: an array lies in the order of its block, and is brought into the one that a kernel wants.
import { bytesOf } from '../../core/dtype.ts'
import type { Call, Engine, Value } from '../../core/engine.ts'
import { currentPath } from '../../core/ownership.ts'
import { Storage } from '../../core/storage.ts'
import { type Order, orderless, type PlannedArray, type WasmKernel } from '../../kernel/wasm/plan.ts'
import type { Block } from './memory.ts'
import { relayoutWasm } from './relayout.ts'

/** A value with the order in which its elements lie. */
export interface Placed extends Value {
  readonly order: Order
}

/** A call on values in the orders that its kernel wants. */
export type PlacedCall = Call & { readonly inputs: readonly Placed[]; readonly outputs: readonly Placed[] }

/** What a kernel gets instead of a value that lies in another order, and where its elements go afterwards. */
interface Copy {
  readonly copy: Placed
  readonly target: Placed | undefined
}

const blockOf = ({ storage }: Value) => storage.allocation as Block

/** Whether a value is all that its storage holds. */
function isWhole(value: Value): boolean {
  return bytesOf(value) === value.storage.bytes
}

/** Whether no order was given to the block yet: its elements are equal, and lie in any. */
const isUniform = (value: Value) => blockOf(value).lies === undefined

/** Gives a block of equal elements its order: that of what is written to all of it, else the plain one. */
function settle(value: Value, order: Order): void {
  const block = blockOf(value)
  const first = isWhole(value) && !orderless(value.shape) ? order : 'plain'
  block.lies ??= first
  block.order ??= first
}

/** A value as it lies; plain where both orders mean the same bytes. */
export function placed({ shape, dtype, storage, offset }: Value): Placed {
  const { lies = 'plain' } = storage.allocation as Block
  return { shape, dtype, storage, offset, order: orderless(shape) ? 'plain' : lies }
}

/** A value in the order in which kernels take it. */
function taken({ shape, dtype, storage, rowMajor }: Value): PlannedArray {
  const { order = 'plain' } = storage.allocation as Block
  return { shape, dtype, order: rowMajor || orderless(shape) ? 'plain' : order }
}

/** Brings values into orders. All of it follows from the calls alone, since the order of sums depends on it. */
export class Orders {
  readonly #engine: Engine
  readonly #run: (call: PlacedCall) => void

  constructor(engine: Engine, run: (call: PlacedCall) => void) {
    this.#engine = engine
    this.#run = run
  }

  /** Runs a call on its values, or on copies of those that lie in other orders. New outputs take the kernel's order. */
  run(call: Call, { orders }: WasmKernel<never>): void {
    const wanted = orders?.(call.inputs.map(taken), call.attrs as never, call.outputs) ?? { inputs: [], outputs: [] }
    const copies: Copy[] = []
    try {
      for (const i of call.mutates) if ((wanted.inputs[i] ?? 'plain') === 'plain') this.lay(call.inputs[i], 'plain')
      const inputs = call.inputs.map((value, i) =>
        this.#input(value, wanted.inputs[i], call.mutates.includes(i), copies),
      )
      const outputs = call.outputs.map((value, i) => this.#output(value, wanted.outputs[i], copies))
      this.#run({ ...call, inputs, outputs })
      for (const { copy, target } of copies) if (target) this.#relayout(copy, target)
    } finally {
      for (const { copy } of copies) copy.storage.release()
    }
  }

  /** Moves the elements of a storage to an order, in which kernels take them from here on. Storages with views stay plain. */
  lay(value: Value, order: Order): void {
    this.move(value, order)
    if (!orderless(value.shape)) blockOf(value).order = order
  }

  /** Moves the elements of a storage to an order; kernels take them in the order of before. */
  move(value: Value, order: Order): void {
    if (isUniform(value)) blockOf(value).lies = 'plain'
    const from = placed(value)
    if (from.order === order || orderless(value.shape)) return
    const to = this.#memory(value, order)
    blockOf(to).order = blockOf(value).order
    try {
      this.#relayout(from, to)
      value.storage.exchange(to.storage)
    } finally {
      to.storage.release()
    }
  }

  #input(value: Value, order: Order = 'plain', written: boolean, copies: Copy[]): Placed {
    if (isUniform(value)) {
      if (written || !isWhole(value)) settle(value, order)
      else return { ...placed(value), order }
    }
    const now = placed(value)
    if (now.order === order || orderless(value.shape)) return { ...now, order }
    const copy = this.#memory(value, order)
    copies.push({ copy, target: written ? now : undefined })
    this.#relayout(now, copy)
    return copy
  }

  #output(value: Value, wanted: Order | 'any' = 'plain', copies: Copy[]): Placed {
    if (wanted === 'any') {
      // a list of numbers may be the memory of several arrays, as that of a Trainer's gradients is
      if (orderless(value.shape) || !isWhole(value)) settle(value, 'plain')
      return placed(value)
    }
    const order = orderless(value.shape) ? 'plain' : wanted
    settle(value, order)
    const now = placed(value)
    if (now.order === order) return now
    const copy = this.#memory(value, order)
    copies.push({ copy, target: now })
    return copy
  }

  #memory(value: Value, order: Order): Placed {
    const { shape, dtype } = value
    const storage = new Storage(this.#engine, this.#engine.allocate(bytesOf(value)))
    const made = { shape, dtype, storage, offset: 0, order }
    blockOf(made).lies = order
    return made
  }

  #relayout(from: Placed, to: Placed): void {
    const rest = { attrs: {}, scalars: [], mutates: [], view: false, path: currentPath() }
    this.#run({ op: 'relayout', name: 'relayout', kernel: relayoutWasm, inputs: [from], outputs: [to], ...rest })
  }
}
