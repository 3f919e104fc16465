// Export to ONNX: a block's graph as the bytes of an ONNX file, for any number of samples.
import { bytesOf } from '../../core/dtype.ts'
import { checkOptions, GlueballError, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { release, within } from '../../core/ownership.ts'
import { zeros } from '../../nd/creation.ts'
import { readElements } from '../../nd/reading.ts'
import type { AnyBlock } from '../block.ts'
import type { Graph, GraphNode, GraphValue } from '../graph/graph.ts'
import { trace } from '../graph/trace.ts'
import { Builder, type Name } from './builder.ts'
import { encode } from './protobuf.ts'
import { compositeExporters, exporters, refusal } from './routines.ts'
import { elementTypes, type OnnxDraft, schema } from './schema.ts'
import { type Both, batches, dimensions, ExportFault } from './sizes.ts'

/** Options of the export to ONNX. */
export interface OnnxOptions {
  /** Names of the file's inputs. Default `data`, or `data0`, `data1` and so on. */
  readonly inputNames?: readonly string[]
  /** Names of the file's outputs. Default `output`, or `output0`, `output1` and so on. */
  readonly outputNames?: readonly string[]
  /** What else the file says, by name: classes, preprocessing. */
  readonly metadata?: Readonly<Record<string, string>>
}

const onnxOptions: OptionNames<OnnxOptions> = { inputNames: true, outputNames: true, metadata: true }

/** The version of ONNX's operators that files are written in, and of the format that came with it. */
const versions = { opset: 17, ir: 8 }

/**
 * The bytes of an ONNX file (opset 17) that computes what a block does in prediction. `inputs` show shapes and types; the
 * first size of each is the number of samples, which stays free. Throws where ONNX does not have what the block does.
 */
export async function exportOnnx(
  block: AnyBlock,
  inputs: readonly NDArray[],
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  checkOptions('onnx', options, "{ outputNames: ['probabilities'] }", onnxOptions)
  for (const x of inputs) {
    if (!(x instanceof NDArray)) throw new OpError('onnx', 'takes a block and a list of arrays, as (net, [x])')
    if (x.ndim === 0) throw new OpError('onnx', 'inputs have the number of samples as their first size, got a scalar')
  }
  const graphs = batches.map((batch) => tracedWith(block, inputs, batch))
  try {
    return await new Exporter(graphs[0], graphs[1], options).file()
  } finally {
    for (const { constants } of graphs) {
      for (const { constant } of constants) if (constant) release(constant, 'its graph was exported')
    }
  }
}

function tracedWith(block: AnyBlock, inputs: readonly NDArray[], batch: number): Graph {
  return within('', 'onnx has returned', () => {
    const given = inputs.map(({ shape, dtype, context }) => zeros([batch, ...shape.slice(1)], { dtype, ctx: context }))
    return trace(block, given)
  })
}

/** Turns the graphs of two runs into a file. */
class Exporter {
  readonly #graph: Graph
  readonly #other: Graph
  readonly #options: OnnxOptions
  readonly #builder = new Builder()
  readonly #names = new Map<GraphValue, Name>()

  constructor(graph: Graph, other: Graph, options: OnnxOptions) {
    this.#graph = graph
    this.#other = other
    this.#options = options
  }

  async file(): Promise<Uint8Array> {
    const { block, inputs, nodes, outputs } = this.#graph
    const inputNames = this.#namesOf('inputNames', inputs, 'data')
    const outputNames = this.#namesOf('outputNames', outputs, 'output')
    for (const name of [...inputNames, ...outputNames]) this.#builder.unique(name)
    inputs.forEach((value, i) => this.#names.set(value, inputNames[i]))
    await this.#weights()
    this.#nodes(nodes, this.#other.nodes)
    this.#builder.scope = ''
    outputs.forEach((value, i) => {
      this.#builder.nodes.push({ opType: 'Identity', input: [this.#nameOf(value)], output: [outputNames[i]] })
    })
    const { metadata = {} } = this.#options
    return encode(schema, 'model', {
      irVersion: versions.ir,
      producerName: 'glueball',
      opsetImport: [{ domain: '', version: versions.opset }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: block.name,
        node: this.#builder.nodes,
        initializer: this.#builder.initializers,
        input: inputs.map((value, i) => described(inputNames[i], value, this.#other.inputs[i])),
        output: outputs.map((value, i) => described(outputNames[i], value, this.#other.outputs[i])),
      },
    })
  }

  /** Parameters and constants, which become initializers. */
  async #weights(): Promise<void> {
    const { parameters, constants } = this.#graph
    for (const [i, value] of [...parameters, ...constants].entries()) {
      const array = value.parameter?.data() ?? (value.constant as NDArray)
      const twin = [...this.#other.parameters, ...this.#other.constants][i]
      if (twin?.shape.join() !== value.shape.join()) {
        throw new OpError(
          'onnx',
          `${value.name} depends on the number of samples: make it from the input's shape by ops`,
        )
      }
      const elements = await readElements(array, 'onnx')
      const bytes = new Uint8Array(elements.buffer, elements.byteOffset, bytesOf(value))
      this.#names.set(value, this.#builder.unique(value.name))
      this.#builder.tensor(this.#nameOf(value), value.dtype, value.shape, bytes)
    }
  }

  #nodes(nodes: readonly GraphNode[], others: readonly GraphNode[]): void {
    nodes.forEach((node, i) => {
      const other = others[i]
      if (other?.calledAs !== node.calledAs || others.length !== nodes.length) {
        throw new OpError('onnx', `the ops of ${node.path || 'the block'} depend on the number of samples`)
      }
      this.#node({ node, other })
    })
  }

  #node({ node, other }: Both): void {
    this.#builder.scope = node.name.replaceAll('.', '/')
    try {
      const inputs = node.inputs.map((value) => this.#nameOf(value))
      const outputs = Object.hasOwn(compositeExporters, node.op)
        ? compositeExporters[node.op](this.#builder, node, inputs)
        : undefined
      if (outputs) return this.#name(node, outputs)
      if (node.parts) return this.#nodes(node.parts, other.parts ?? [])
      if (!Object.hasOwn(exporters, node.op)) throw refusal(node)
      this.#name(node, exporters[node.op](this.#builder, { node, other }, inputs))
    } catch (error) {
      if (!(error instanceof ExportFault)) throw error
      const place = node.path ? ` in ${node.path} (${node.block.className})` : ''
      throw new OpError('onnx', `${node.calledAs}${place} can't be exported: ${error.message}`)
    }
  }

  #name({ outputs }: GraphNode, names: readonly Name[]): void {
    outputs.forEach((value, i) => this.#names.set(value, names[i]))
  }

  #nameOf(value: GraphValue): Name {
    const name = this.#names.get(value)
    if (name === undefined) throw new GlueballError(`[onnx] ${value.name} is read before it is computed`)
    return name
  }

  #namesOf(option: 'inputNames' | 'outputNames', values: readonly GraphValue[], usual: string): readonly Name[] {
    const given = this.#options[option]
    if (given && given.length !== values.length) {
      throw new OpError('onnx', `${option} must name ${values.length} values, got ${given.length}`)
    }
    return given ?? values.map((_, i) => (values.length === 1 ? usual : `${usual}${i}`))
  }
}

/** An input or output of the file. */
function described(name: Name, value: GraphValue, other: GraphValue): OnnxDraft<'value'> {
  const shape = { dim: dimensions(value, other) }
  return { name, type: { tensorType: { elemType: elementTypes[value.dtype], shape } } }
}
