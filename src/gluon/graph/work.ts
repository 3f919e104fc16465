// What a node costs, by shapes alone: arithmetic operations, bytes written, and the memory that is alive while it runs.
import { evaluationOrder, type Graph as FormulaGraph } from '../../arith/graph.ts'
import { bytesOf } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import type { FormulaAttributes } from '../../kinds/formula/attributes.ts'
import type { ReductionAttributes } from '../../kinds/reduction/attributes.ts'
import type { MatmulAttributes } from '../../ops/matmul/matmul.ts'
import type { Graph, GraphNode, GraphValue } from './graph.ts'

/**
 * Arithmetic operations of a node: two for each multiply-add of a product, one for each step of a formula at each
 * element. Moving elements counts none. A composite has those of its parts.
 */
export function operationsOf(node: GraphNode): number {
  if (node.parts) return node.parts.reduce((sum, part) => sum + operationsOf(part), 0)
  const { inputs, outputs } = node
  const [first, second] = inputs
  const results = sizeOf((outputs[0] ?? first).shape)
  switch (node.op) {
    case 'conv':
      return 2 * results * sizeOf(second.shape.slice(1))
    case 'matmul': {
      const { transposeA } = node.attrs as MatmulAttributes
      return 2 * results * (first.shape.at(transposeA ? -2 : -1) ?? 1)
    }
    case 'maxPool':
    case 'averagePool':
      return results * sizeOf((node.attrs as { kernel: readonly number[] }).kernel)
    case 'formula':
      return results * stepsOf((node.attrs as FormulaAttributes).formula.graph)
    case 'reduction':
      return reductionOperations(node)
    case 'scan':
      return results
    default:
      return 0
  }
}

function reductionOperations({ attrs, inputs, outputs }: GraphNode): number {
  const { reduction } = attrs as ReductionAttributes
  const elements = Math.max(...[...inputs, ...outputs].map(({ shape }) => sizeOf(shape)))
  const each = reduction.stages.reduce((sum, { element, joins }) => sum + stepsOf(element) + joins.length, 0)
  return elements * (each + (reduction.map ? stepsOf(reduction.map.graph) : 0))
}

/** Steps of a formula that compute something. */
function stepsOf({ results }: FormulaGraph): number {
  return evaluationOrder(results).filter(({ op }) => op !== 'leaf' && op !== 'constant').length
}

/**
 * For each node the bytes of computed values and inputs that are alive while it runs: those that it or a later node
 * reads, and its own results. Views share the memory of what they show. Parameters and constants do not count.
 */
export function liveBytes({ inputs, nodes, outputs }: Graph): number[] {
  const owners = new Map<GraphValue, GraphValue>()
  const ownerOf = (value: GraphValue) => owners.get(value) ?? value
  const firsts = new Map<GraphValue, number>(inputs.map((value) => [value, 0]))
  const lasts = new Map<GraphValue, number>()
  nodes.forEach((node, i) => {
    for (const value of node.inputs) lasts.set(ownerOf(value), i)
    const shared = node.view ? [0] : node.mutates
    node.outputs.forEach((value, k) => {
      const source = shared[k - (node.outputs.length - shared.length)]
      if (source !== undefined) owners.set(value, ownerOf(node.inputs[source]))
      else firsts.set(value, i)
      lasts.set(ownerOf(value), i)
    })
  })
  for (const value of outputs) lasts.set(ownerOf(value), nodes.length - 1)
  return nodes.map((_, i) => {
    let sum = 0
    for (const [value, first] of firsts) if (first <= i && i <= (lasts.get(value) ?? -1)) sum += bytesOf(value)
    return sum
  })
}

/** A number in three digits with its decimal prefix, as `1.23 M`. */
export function quantity(value: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P']
  const power = value < 1000 ? 0 : Math.min(prefixes.length - 1, Math.floor(Math.log10(value * 1.0005) / 3))
  const scaled = value / 1000 ** power
  const digits = power === 0 ? String(value) : scaled.toPrecision(3)
  return `${digits} ${prefixes[power]}`
}
