// Walk: the nodes of a graph in order, in both of its runs, each turned into what another format has for it.

import { GlueballError, OpError } from '../../../core/errors.ts'
import { NDArray } from '../../../core/ndarray.ts'
import { release } from '../../../core/ownership.ts'
import type { AnyBlock } from '../../block.ts'
import { Fault } from '../../fault.ts'
import type { Graph, GraphNode, GraphValue } from '../graph.ts'
import { type Both, tracedTwice } from './samples.ts'

/** How a format has the nodes of a graph; V is a value of the format. */
export interface Lowering<V> {
  /** The values of a composite as a whole; undefined where its parts are taken. */
  composite(both: Both, inputs: readonly V[]): readonly V[] | undefined
  /** The values of an op. */
  node(both: Both, inputs: readonly V[]): readonly V[]
}

/** A graph in two runs, and the values of the format that stand for its own. */
export class Walk<V> {
  readonly graph: Graph
  readonly other: Graph
  /** What the user called, for errors. */
  readonly #exporter: string
  readonly #values = new Map<GraphValue, V>()

  constructor(exporter: string, [graph, other]: readonly [Graph, Graph]) {
    this.#exporter = exporter
    this.graph = graph
    this.other = other
  }

  /** Says what stands for a value. */
  set(value: GraphValue, as: V): void {
    this.#values.set(value, as)
  }

  /** What stands for a value. */
  of(value: GraphValue): V {
    const found = this.#values.get(value)
    if (found !== undefined) return found
    throw new GlueballError(`[${this.#exporter}] ${value.name} is read before it is computed`)
  }

  /** Parameters, then constants, with their arrays. Throws for one that depends on the number of samples. */
  weights(): readonly { readonly value: GraphValue; readonly array: NDArray }[] {
    const all = ({ parameters, constants }: Graph) => [...parameters, ...constants]
    const twins = all(this.other)
    return all(this.graph).map((value, i) => {
      if (twins[i]?.shape.join() !== value.shape.join()) {
        const right = "make it from the input's shape by ops"
        throw new OpError(this.#exporter, `${value.name} depends on the number of samples: ${right}`)
      }
      return { value, array: value.parameter?.data() ?? (value.constant as NDArray) }
    })
  }

  /** Turns all nodes into those of the format. */
  run(lowering: Lowering<V>): void {
    this.#nodes(lowering, this.graph.nodes, this.other.nodes)
  }

  #nodes(lowering: Lowering<V>, nodes: readonly GraphNode[], others: readonly GraphNode[]): void {
    nodes.forEach((node, i) => {
      const other = others[i]
      if (other?.calledAs !== node.calledAs || others.length !== nodes.length) {
        throw new OpError(this.#exporter, `the ops of ${node.path || 'the block'} depend on the number of samples`)
      }
      this.#node(lowering, { node, other })
    })
  }

  #node(lowering: Lowering<V>, { node, other }: Both): void {
    try {
      const inputs = node.inputs.map((value) => this.of(value))
      const whole = lowering.composite({ node, other }, inputs)
      if (!whole && node.parts) return this.#nodes(lowering, node.parts, other.parts ?? [])
      const made = whole ?? lowering.node({ node, other }, inputs)
      node.outputs.forEach((value, i) => this.set(value, made[i]))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const place = node.path ? ` in ${node.path} (${node.block.className})` : ''
      throw new OpError(this.#exporter, `${node.calledAs}${place} can't be exported: ${error.message}`)
    }
  }

  /** Releases the constants of both graphs. */
  release(): void {
    for (const { constants } of [this.graph, this.other]) {
      for (const { constant } of constants) if (constant) release(constant, 'its graph was exported')
    }
  }
}

/** Names of inputs or outputs: those given, or the usual one with numbers behind it where there are several. */
export function valueNames(
  exporter: string,
  option: string,
  given: readonly string[] | undefined,
  count: number,
  usual: string,
): readonly string[] {
  if (given && given.length !== count) {
    throw new OpError(exporter, `${option} must name ${count} values, got ${given.length}`)
  }
  return given ?? Array.from({ length: count }, (_, i) => (count === 1 ? usual : `${usual}${i}`))
}

/** Traces a block, hands the walk over its graphs to what makes a file of it, and releases their constants. */
export async function exported<V, T>(
  exporter: string,
  block: AnyBlock,
  inputs: readonly NDArray[],
  make: (walk: Walk<V>) => Promise<T>,
): Promise<T> {
  const walk = new Walk<V>(exporter, tracedTwice(block, inputs, exporter))
  try {
    return await make(walk)
  } finally {
    walk.release()
  }
}

/** Checks what an export takes: arrays that have a number of samples. */
export function checkInputs(exporter: string, inputs: readonly NDArray[]): void {
  for (const x of inputs) {
    if (!(x instanceof NDArray)) throw new OpError(exporter, 'takes a block and a list of arrays, as (net, [x])')
    if (x.ndim === 0) throw new OpError(exporter, 'inputs have the number of samples as their first size, got a scalar')
  }
}
