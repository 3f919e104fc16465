// The tape: what was recorded, held as storages and never as handles, and the walk that turns it into gradients.
import { bytesOf } from './dtype.ts'
import type { Call, Context, Engine, Value } from './engine.ts'
import { GlueballError } from './errors.ts'
import { NDArray } from './ndarray.ts'
import type { Op } from './op.ts'
import type { Reading, Storage } from './storage.ts'

/** How a leaf takes its gradient: overwrite at each backward, or add up over several. */
export type GradRequest = 'write' | 'add'

/** Follows backward passes through leaves. */
export interface LeafWatcher {
  /** A pass has given a leaf all of its gradient; called as soon as that is so. */
  delivered(leaf: Leaf): void
  /** A pass that delivered to a leaf is over. */
  ended(): void
}

/** An array that gradients are wanted of. */
export interface Leaf {
  readonly grad: NDArray
  readonly request: GradRequest
  /** Set by a backward that reached it, cleared by the update. */
  fresh: boolean
  watcher?: LeafWatcher | undefined
}

/** Where an array came from: an output of a node, or a leaf. */
export type Origin = { readonly node: TapeNode; readonly index: number } | Leaf

interface Saved {
  readonly value: Value
  readonly reading: Reading
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

/** Number of walks that have freed a graph. */
let walks = 0

/** Walks that a history may outlive before a warning: programs that keep a graph on purpose need fewer. */
const longestHistory = 100
let warned = false

/**
 * Where an array came from, for what is recorded next: null for a constant. What a walk has freed leads to no leaf any
 * more, so it is a constant too, as in MXNet: state kept from step to step does not drag old graphs along.
 */
export function historyOf({ origin }: NDArray): Origin | null {
  return origin && 'node' in origin && origin.node.isSpent() ? null : origin
}

/** What a freed node recorded. */
const ended: Op<never> = { name: 'ended', infer: () => [] }

/** One recorded op. Counted: by the handles of its outputs and the nodes that took them as inputs. */
export class TapeNode {
  /** What it recorded; `ended` once the node is freed, as a custom function may hold on to its own results. */
  op: Op<never>
  readonly call: Call
  readonly context: Context
  /** How many of the outputs the user sees. */
  readonly visible: number
  /** Where the inputs came from; empty once the node is freed. */
  edges: readonly (Origin | null)[]
  freed = false
  readonly #saved = new Map<string, Saved>()
  #references = 0
  /** The count of walks when the node was made, and when it was last seen to lead to a leaf. */
  readonly #born = walks
  #led = walks
  /** Walks that the history of the node has outlived. */
  readonly #outlived: number

  constructor(op: Op<never>, call: Call, context: Context, inputs: readonly NDArray[], visible = call.outputs.length) {
    this.op = op
    this.call = call
    this.context = context
    this.visible = visible
    this.edges = inputs.map(historyOf)
    let outlived = 0
    for (const edge of this.edges) {
      if (!edge || !('node' in edge)) continue
      edge.node.retain()
      outlived = Math.max(outlived, edge.node.#outlived + (edge.node.#born < walks ? 1 : 0))
    }
    this.#outlived = outlived
    if (outlived >= longestHistory) warnOfHistory()
  }

  /** Whether no walk can reach a leaf through this node, because all ways end at freed nodes. Frees such a node. */
  isSpent(): boolean {
    if (this.freed) return true
    if (this.#led === walks) return false
    const path = [{ node: this as TapeNode, next: 0 }]
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { node } = top
      const edge = node.edges[top.next++]
      const leads = node.#led === walks || node.edges.length === 0 || (edge && !('node' in edge))
      if (leads) {
        for (const { node } of path) node.#led = walks
        return false
      }
      if (top.next > node.edges.length) {
        node.free()
        path.pop()
      } else if (edge && 'node' in edge && !edge.node.freed) path.push({ node: edge.node, next: 0 })
    }
    return true
  }

  /** Keeps what the gradient will read. */
  save(): void {
    const { saves } = this.op
    const { attrs, inputs, outputs } = this.call
    const needs = this.edges.map((edge) => edge !== null)
    const read = typeof saves === 'function' ? saves(attrs as never, needs, inputs, outputs) : saves
    for (const i of read?.inputs ?? []) if (inputs[i]) this.#keep(`x${i}`, inputs[i], this.edges[i])
    for (const i of read?.outputs ?? []) if (outputs[i]) this.#keep(`y${i}`, outputs[i], { node: this, index: i })
  }

  /** Keeps arrays that a custom function saves, restored as x0, x1, …; `origins` are their places in the graph. */
  keep(arrays: readonly NDArray[], origins: readonly (Origin | null)[]): void {
    arrays.forEach((array, i) => this.#keep(`x${i}`, array.value, origins[i]))
  }

  #keep(key: string, value: Value, origin: Origin | null): void {
    const { storage, offset } = value
    const reading = storage.retain().watch(offset, bytesOf(value))
    this.#saved.set(key, { value, origin, reading })
    tapesHolding.set(storage, (tapesHolding.get(storage) ?? 0) + 1)
  }

  /** A saved value as an array; throws when it was written to since. */
  restore(key: string): NDArray {
    const saved = this.#saved.get(key)
    if (this.freed) throw new GlueballError('[backward] what was saved is gone: backward has freed this graph')
    if (!saved) throw new GlueballError(`[${this.op.name}] its gradient reads ${key}, which it does not save`)
    if (saved.reading.stale) {
      throw new GlueballError(
        `[backward] an array that the gradient of ${this.call.name} needs was written in place after the forward pass: ` +
          'write to a copy, or run backward first',
      )
    }
    const { value, origin } = saved
    value.storage.retain()
    return new NDArray({ context: this.context, value, origin: mode.recording ? origin : null })
  }

  /** Drops the saved values: backward has passed, or the node is unreachable. */
  dropSaved(): void {
    for (const { value, reading } of this.#saved.values()) {
      const { storage } = value
      storage.unwatch(reading)
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

  /** One holder less; the last one lets go of all that is behind it. */
  release(): void {
    if (--this.#references === 0) this.free()
  }

  /** Lets go of what was saved and of all that only this node holds, without recursion. */
  free(): void {
    const freed: TapeNode[] = [this]
    for (let node = freed.pop(); node; node = freed.pop()) {
      node.dropSaved()
      const { edges } = node
      node.edges = []
      node.op = ended
      for (const edge of edges) if (edge && 'node' in edge && --edge.node.#references === 0) freed.push(edge.node)
    }
  }
}

/** Ends a walk that keeps no graph: frees the nodes that it passed, so that arrays kept from it hold nothing behind. */
export function endWalk(passed: readonly TapeNode[]): void {
  if (passed.length > 0) walks++
  for (const node of passed) node.free()
}

function warnOfHistory(): void {
  if (warned) return
  warned = true
  console.warn(
    `An array that is kept from step to step carries the graphs of ${longestHistory} steps: keep its x.detach(), or ` +
      'compute it inside autograd.pause',
  )
}
