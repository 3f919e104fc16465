// explain: a graph as a table and as a picture: ops, shapes, bytes, operations, and memory over time.
import { bytesOf } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import type { AnyBlock } from '../block.ts'
import { drawGraph } from './draw.ts'
import type { Graph } from './graph.ts'
import { trace } from './trace.ts'
import { liveBytes, operationsOf, quantity } from './work.ts'

/** One node of an explanation. */
export interface ExplainedNode {
  /** The block that calls the op: its path and class, `features.0 (Conv2D)`. */
  readonly block: string
  readonly op: string
  /** The outputs' shapes, as `(1, 96, 26, 26)`. */
  readonly output: string
  /** Bytes of the outputs; 0 for a view. */
  readonly bytes: number
  /** Arithmetic operations, two for each multiply-add. */
  readonly operations: number
  /** Bytes of inputs and computed values that are alive while the node runs. */
  readonly live: number
}

/** What a block computes, node by node. Prints as a table. */
export class Explanation {
  /** The graph that is explained. */
  readonly graph: Graph
  readonly nodes: readonly ExplainedNode[]

  constructor(graph: Graph) {
    const live = liveBytes(graph)
    this.graph = graph
    this.nodes = graph.nodes.map((node, i) => ({
      block: node.path ? `${node.path} (${node.block.className})` : node.block.className,
      op: node.calledAs,
      output: node.outputs.map(({ shape }) => formatShape(shape)).join(' '),
      bytes: node.view ? 0 : node.outputs.reduce((sum, value) => sum + bytesOf(value), 0),
      operations: operationsOf(node),
      live: live[i],
    }))
  }

  /** Arithmetic operations of all nodes. */
  get operations(): number {
    return this.nodes.reduce((sum, { operations }) => sum + operations, 0)
  }

  /** Bytes of the parameters that are read. */
  get parameterBytes(): number {
    return this.graph.parameters.reduce((sum, value) => sum + bytesOf(value), 0)
  }

  /** The most bytes of inputs and computed values that are alive at once. */
  get peakBytes(): number {
    return this.nodes.reduce((most, { live }) => Math.max(most, live), 0)
  }

  /** The graph as the text of an SVG file. */
  svg(): string {
    return drawGraph(this)
  }

  /** A line of totals. */
  summary(): string {
    const count = this.nodes.length === 1 ? '1 op' : `${this.nodes.length} ops`
    const [operations, parameters, peak] = [this.operations, this.parameterBytes, this.peakBytes].map(quantity)
    return `${count}, ${operations}FLOP, parameters ${parameters}B, at most ${peak}B of values alive at once`
  }

  toString(): string {
    const header = ['block', 'op', 'output', 'bytes', 'FLOP', 'alive']
    const rows = this.nodes.map(({ block, op, output, bytes, operations, live }) => {
      return [block, op, output, ...[bytes, operations, live].map((value) => quantity(value).trim())]
    })
    const widths = header.map((name, k) => Math.max(name.length, ...rows.map((row) => row[k].length)))
    const line = (cells: readonly string[]) =>
      cells.map((cell, k) => (k < 3 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  ')
    return [line(header), ...rows.map(line), this.summary()].join('\n')
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** The explanation of what a block computes from some inputs, in prediction. */
export function explain(block: AnyBlock, inputs: readonly NDArray[]): Explanation {
  return new Explanation(trace(block, inputs))
}
