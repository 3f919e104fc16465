// Folds: batch normalisations that are multiplied into the convolutions before them.
import { bytesOf, type TypedArray } from '../../../core/dtype.ts'
import type { ConvAttributes } from '../../../ops/conv/conv.ts'
import type { Graph, GraphNode, GraphValue } from '../../graph/graph.ts'
import type { Builder, Name } from './builder.ts'

/** Which normalisations of a graph are folded, and the weights of the convolutions that hold them. */
export class Folds {
  readonly #elements: ReadonlyMap<GraphValue, TypedArray>
  readonly #makers: ReadonlyMap<GraphValue, GraphNode>
  /** The normalisation behind each convolution that nothing else reads. */
  readonly #norms = new Map<GraphNode, GraphNode>()

  constructor({ nodes, outputs }: Graph, elements: ReadonlyMap<GraphValue, TypedArray>) {
    this.#elements = elements
    this.#makers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)))
    const readers = new Map<GraphValue, number>()
    for (const value of [...nodes.flatMap(({ inputs }) => inputs), ...outputs]) {
      readers.set(value, (readers.get(value) ?? 0) + 1)
    }
    for (const norm of nodes) {
      const conv = this.#makers.get(norm.inputs[0])
      if (norm.op !== 'normaliseChannels' || (norm.attrs as { readonly axis: number }).axis !== 1) continue
      if (conv?.op !== 'conv' || (conv.attrs as ConvAttributes).activation || readers.get(norm.inputs[0]) !== 1)
        continue
      const read = [...conv.inputs.slice(1), ...norm.inputs.slice(1)]
      if (read.every((value) => this.#at(value) !== undefined)) this.#norms.set(conv, norm)
    }
  }

  /** Whether a node is a normalisation that its convolution computes. */
  isFolded(node: GraphNode): boolean {
    const conv = this.#makers.get(node.inputs[0])
    return conv !== undefined && this.#norms.get(conv) === node
  }

  /** The weight and bias of a convolution that holds a normalisation. */
  weightsOf(conv: GraphNode, b: Builder): readonly [Name, Name] | undefined {
    const norm = this.#norms.get(conv)
    if (!norm) return undefined
    const { epsilon } = norm.attrs as { readonly epsilon: number }
    const [, weight, bias] = conv.inputs
    const read = (value: GraphValue) => this.#at(value) as (i: number) => number
    const [gamma, beta, mean, variance] = norm.inputs.slice(1).map(read)
    const [w, filters] = [read(weight), weight.shape[0]]
    const before = bias ? read(bias) : () => 0
    const size = bytesOf(weight) / 4 / filters
    const factors = Float64Array.from({ length: filters }, (_, k) => gamma(k) / Math.sqrt(variance(k) + epsilon))
    // in float64, rounded once
    const scaled = Float32Array.from({ length: size * filters }, (_, i) => w(i) * factors[Math.floor(i / size)])
    const shift = Float32Array.from(factors, (factor, k) => (before(k) - mean(k)) * factor + beta(k))
    const write = (name: string, shape: readonly number[], values: Float32Array) =>
      b.tensor(b.unique(name), 'float32', shape, new Uint8Array(values.buffer))
    return [
      write(`${weight.name}.folded`, weight.shape, scaled),
      write(`${bias?.name ?? `${conv.name}.bias`}.folded`, [filters], shift),
    ]
  }

  /** Elements by their place, of a weight or of an array that one number fills; undefined for what is computed. */
  #at(value: GraphValue): ((i: number) => number) | undefined {
    const elements = value.dtype === 'float32' ? this.#elements.get(value) : undefined
    if (elements) return (i) => elements[i]
    const maker = this.#makers.get(value)
    return maker?.calledAs === 'fill' && maker.scalars.length === 1 ? () => maker.scalars[0] : undefined
  }
}
