// The tape: what was recorded, held as storages and never as handles, and the walk that turns it into gradients.
import type { Attributes, Context, Engine, Operand, Order, Spec } from './engine.ts'
import { GlueballError } from './errors.ts'
import { NDArray } from './ndarray.ts'
import type { Op } from './op.ts'
import type { Storage } from './storage.ts'

/** How a leaf takes its gradient: overwrite at each backward, or add up over several. */
export type GradRequest = 'write' | 'add'

/** An array that gradients are wanted of. */
export interface Leaf {
  readonly grad: NDArray
  readonly request: GradRequest
  /** Set by a backward that reached it, cleared by the update. */
  fresh: boolean
}

/** Where an array came from: an output of a node, or a leaf. */
export type Origin = { readonly node: TapeNode; readonly index: number } | Leaf

interface Saved extends Operand {
  readonly version: number
  readonly origin: Origin | null
}

/** Recording and training, the two flags of autograd. */
export const mode = { recording: false, training: false }

/** How often each storage is saved. */
const tapesHolding = new Map<Storage, number>()

/** Bytes of the engine's storages that tapes hold. */
export function bytesOnTape(engine: Engine): number {
  return [...tapesHolding.keys()].reduce((bytes, storage) => bytes + (storage.engine === engine ? storage.bytes : 0), 0)
}

/** One recorded op. Counted: by the handles of its outputs and the nodes that took them as inputs. */
export class TapeNode {
  readonly op: Op<never>
  readonly attrs: Attributes
  readonly scalars: readonly number[]
  readonly context: Context
  readonly path: string
  readonly inputs: readonly Spec[]
  readonly outputs: readonly Spec[]
  /** How many of the outputs the user sees. */
  readonly visible: number
  readonly edges: readonly (Origin | null)[]
  freed = false
  readonly #saved = new Map<string, Saved>()
  #references = 0

  constructor(parts: {
    op: Op<never>
    attrs: Attributes
    scalars: readonly number[]
    context: Context
    path: string
    inputs: readonly NDArray[]
    outputs: readonly Operand[]
    visible: number
  }) {
    this.op = parts.op
    this.attrs = parts.attrs
    this.scalars = parts.scalars
    this.context = parts.context
    this.path = parts.path
    this.inputs = parts.inputs.map(specOf)
    this.outputs = parts.outputs.map(specOf)
    this.visible = parts.visible
    this.edges = parts.inputs.map((input) => input.origin)
    for (const edge of this.edges) if (edge && 'node' in edge) edge.node.retain()
  }

  /** Keeps what the gradient will read; `operands` are the inputs as the kernel took them. */
  save(operands: readonly Operand[], outputs: readonly Operand[]): void {
    const { saves } = this.op
    const needs = this.edges.map((edge) => edge !== null)
    const read = typeof saves === 'function' ? saves(this.attrs as never, needs, this.inputs, this.outputs) : saves
    for (const i of read?.inputs ?? []) if (operands[i]) this.#keep(`x${i}`, operands[i], this.edges[i])
    for (const i of read?.outputs ?? []) if (outputs[i]) this.#keep(`y${i}`, outputs[i], null)
  }

  /** Keeps arrays that a custom function saves, restored as x0, x1, … */
  keep(arrays: readonly NDArray[]): void {
    arrays.forEach((array, i) => this.#keep(`x${i}`, array, array.origin))
  }

  #keep(key: string, operand: Operand, origin: Origin | null): void {
    const { storage, offset, shape, dtype, order } = operand
    this.#saved.set(key, { storage: storage.retain(), offset, shape, dtype, order, origin, version: storage.version })
    tapesHolding.set(storage, (tapesHolding.get(storage) ?? 0) + 1)
  }

  get #name(): string {
    return this.op.calledAs?.(this.attrs as never) ?? this.op.name
  }

  /** A saved value as an array; throws when it was written to since. */
  restore(key: string): NDArray {
    const saved = this.#saved.get(key)
    if (!saved) throw new GlueballError(`[${this.op.name}] its gradient reads ${key}, which it does not save`)
    if (saved.storage.version !== saved.version) {
      throw new GlueballError(
        `[backward] an array that the gradient of ${this.#name} needs was written in place after the forward pass: ` +
          'write to a copy, or run backward first',
      )
    }
    const origin = key[0] === 'y' ? { node: this, index: Number(key.slice(1)) } : saved.origin
    return new NDArray({
      context: this.context,
      shape: saved.shape,
      dtype: saved.dtype,
      storage: saved.storage.retain(),
      offset: saved.offset,
      order: saved.order as Order,
      origin: mode.recording ? origin : null,
    })
  }

  /** Drops what was saved: backward has passed, or nobody can reach the node any more. */
  dropSaved(): void {
    for (const { storage } of this.#saved.values()) {
      const others = (tapesHolding.get(storage) as number) - 1
      if (others > 0) tapesHolding.set(storage, others)
      else tapesHolding.delete(storage)
      storage.release()
    }
    this.#saved.clear()
    this.freed = true
  }

  retain(): void {
    this.#references++
  }

  /** One holder less; the last one lets go of all that is behind it, without recursion. */
  release(): void {
    const dead: TapeNode[] = []
    if (--this.#references === 0) dead.push(this)
    for (let node = dead.pop(); node; node = dead.pop()) {
      node.dropSaved()
      for (const edge of node.edges) {
        if (edge && 'node' in edge && --edge.node.#references === 0) dead.push(edge.node)
      }
    }
  }
}

function specOf({ shape, dtype }: Spec): Spec {
  return { shape, dtype }
}
