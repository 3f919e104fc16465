// Export to ONNX: a block's graph as the bytes of an ONNX file, for any number of samples.
import { bytesOf, type TypedArray } from '../../../core/dtype.ts'
import { checkOptions, type OptionNames } from '../../../core/errors.ts'
import type { NDArray } from '../../../core/ndarray.ts'
import { readElements } from '../../../nd/reading.ts'
import type { AnyBlock } from '../../block.ts'
import { batches } from '../../graph/export/samples.ts'
import { checkInputs, exported, type Lowering, valueNames, type Walk } from '../../graph/export/walk.ts'
import type { GraphValue } from '../../graph/graph.ts'
import { encode } from '../protobuf.ts'
import { elementTypes, type OnnxDraft, schema } from '../schema.ts'
import { Builder, type Name } from './builder.ts'
import { Folds } from './fold.ts'
import { checkPreprocess, type Preprocessing, prepared } from './preprocess.ts'
import { compositeExporters, exportConv, exporters, refusal } from './routines.ts'

/** Options of the export to ONNX. */
export interface OnnxOptions {
  /** Names of the file's inputs. Default `data`, or `data0`, `data1` and so on. */
  readonly inputNames?: readonly string[]
  /** Names of the file's outputs. Default `output`, or `output0`, `output1` and so on. */
  readonly outputNames?: readonly string[]
  /** What else the file says, by name: classes, preprocessing. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Multiplies a BatchNorm behind a convolution into its weights. Default false. */
  readonly foldBatchNorm?: boolean
  /** Takes bytes (N, H, W, C) in place of the first input, and turns them into it within the graph. */
  readonly preprocess?: Preprocessing
}

const onnxOptions: OptionNames<OnnxOptions> = {
  inputNames: true,
  outputNames: true,
  metadata: true,
  foldBatchNorm: 'boolean',
  preprocess: true,
}

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
  checkInputs('onnx', inputs)
  if (options.preprocess) checkPreprocess(options.preprocess, inputs[0])
  return exported<Name, Uint8Array>('onnx', block, inputs, (walk) => new Exporter(walk, options).file())
}

/** Turns the graphs of two runs into a file. */
class Exporter {
  readonly #walk: Walk<Name>
  readonly #options: OnnxOptions
  readonly #builder = new Builder()

  constructor(walk: Walk<Name>, options: OnnxOptions) {
    this.#walk = walk
    this.#options = options
  }

  async file(): Promise<Uint8Array> {
    const { graph, other } = this.#walk
    const { inputs, outputs } = graph
    const { preprocess, metadata = {} } = this.#options
    const b = this.#builder
    const inputNames = valueNames('onnx', 'inputNames', this.#options.inputNames, inputs.length, 'data')
    const outputNames = valueNames('onnx', 'outputNames', this.#options.outputNames, outputs.length, 'output')
    for (const name of [...inputNames, ...outputNames]) b.unique(name)
    const described = inputs.map((value, i) => describedAs(inputNames[i], value, other.inputs[i]))
    inputs.forEach((value, i) => {
      this.#walk.set(value, preprocess && i === 0 ? prepared(b, inputNames[0], value, preprocess) : inputNames[i])
    })
    if (preprocess) described[0] = bytesInput(described[0])
    const elements = await this.#weights()
    this.#walk.run(this.#lowering(elements))
    b.scope = ''
    outputs.forEach((value, i) => {
      b.nodes.push({ opType: 'Identity', input: [this.#walk.of(value)], output: [outputNames[i]] })
    })
    return encode(schema, 'model', {
      irVersion: versions.ir,
      producerName: 'glueball',
      opsetImport: [{ domain: '', version: versions.opset }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: graph.block.name,
        node: b.nodes,
        initializer: b.read(),
        input: described,
        output: outputs.map((value, i) => describedAs(outputNames[i], value, other.outputs[i])),
      },
    })
  }

  #lowering(elements: ReadonlyMap<GraphValue, TypedArray>): Lowering<Name> {
    const b = this.#builder
    const folds = this.#options.foldBatchNorm ? new Folds(this.#walk.graph, elements) : undefined
    return {
      composite(both, inputs) {
        const { node } = both
        b.scope = node.name.replaceAll('.', '/')
        if (folds?.isFolded(node)) return [inputs[0]]
        const exporter = Object.hasOwn(compositeExporters, node.op) ? compositeExporters[node.op] : undefined
        return exporter?.(b, node, inputs)
      },
      node(both, inputs) {
        const { node } = both
        const folded = folds?.weightsOf(node, b)
        if (folded) return exportConv(b, both, [inputs[0], ...folded])
        if (!Object.hasOwn(exporters, node.op)) throw refusal(node)
        return exporters[node.op](b, both, inputs)
      },
    }
  }

  /** Writes parameters and constants as initializers; gives their elements. */
  async #weights(): Promise<ReadonlyMap<GraphValue, TypedArray>> {
    const all = new Map<GraphValue, TypedArray>()
    for (const { value, array } of this.#walk.weights()) {
      const elements = await readElements(array, 'onnx')
      all.set(value, elements)
      const bytes = new Uint8Array(elements.buffer, elements.byteOffset, bytesOf(value))
      this.#walk.set(value, this.#builder.tensor(this.#builder.unique(value.name), value.dtype, value.shape, bytes))
    }
    return all
  }
}

/** An input or output of the file. */
function describedAs(name: Name, value: GraphValue, other: GraphValue): OnnxDraft<'value'> {
  const shape = { dim: dimensions(value, other) }
  return { name, type: { tensorType: { elemType: elementTypes[value.dtype], shape } } }
}

/** The input (N, C, H, W) as bytes (N, H, W, C). */
function bytesInput({ name, type }: OnnxDraft<'value'>): OnnxDraft<'value'> {
  const [n, channels, height, width] = type?.tensorType?.shape?.dim ?? []
  return { name, type: { tensorType: { elemType: elementTypes.uint8, shape: { dim: [n, height, width, channels] } } } }
}

/** The dimensions of an input or output of the file: the number of samples is `batch`. */
function dimensions(value: GraphValue, other: GraphValue): OnnxDraft<'dimension'>[] {
  return value.shape.map((size, k) => {
    if (size === other.shape[k]) return { dimValue: size }
    const times = size / batches[0]
    const whole = Number.isInteger(times) && other.shape[k] === times * batches[1]
    return { dimParam: !whole ? `${value.name}_${k}` : times === 1 ? 'batch' : `${times}*batch` }
  })
}
