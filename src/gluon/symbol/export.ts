// Export to MXNet: a block's graph as a symbol file, and its parameters as the .params file beside it.
import { checkOptions, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { encodeParams, type ParamsEntry } from '../../io/params.ts'
import { readElements } from '../../nd/reading.ts'
import type { AnyBlock } from '../block.ts'
import { Fault } from '../fault.ts'
import type { Both } from '../graph/export/samples.ts'
import { checkInputs, exported, type Lowering, valueNames, type Walk } from '../graph/export/walk.ts'
import type { GraphNode } from '../graph/graph.ts'
import type { Parameter } from '../parameter.ts'
import { type Entry, type Shapes, SymbolBuilder, symbolFile } from './builder.ts'
import { composites, exporters, type Making } from './operators.ts'

/** Options of the export to MXNet. */
export interface SymbolOptions {
  /** Names of the inputs. Default `data`, or `data0`, `data1` and so on. */
  readonly inputNames?: readonly string[]
}

/** A network as MXNet's two files. */
export interface SymbolFiles {
  /** The content of `-symbol.json`. */
  readonly symbol: string
  /** The bytes of `-0000.params`. */
  readonly params: Uint8Array<ArrayBuffer>
}

const symbolOptions: OptionNames<SymbolOptions> = { inputNames: true }

/** MXNet's numbers of element types. */
const typeFlags = { float32: '0', float64: '1', float16: '2', uint8: '3', int32: '4', int8: '5' } as const

/** The symbol and parameters of what a block does in prediction; the number of samples stays free. */
export async function exportSymbol(
  block: AnyBlock,
  inputs: readonly NDArray[],
  options: SymbolOptions = {},
): Promise<SymbolFiles> {
  checkOptions('mxnet', options, "{ inputNames: ['data'] }", symbolOptions)
  checkInputs('mxnet', inputs)
  return exported<Entry, SymbolFiles>('mxnet', block, inputs, (walk) => new SymbolExporter(walk, options).files())
}

/** Turns the graphs of two runs into a symbol. */
class SymbolExporter {
  readonly #walk: Walk<Entry>
  readonly #options: SymbolOptions
  readonly #builder = new SymbolBuilder()
  /** What the .params file may hold, by the variables that it is for. */
  readonly #arrays = new Map<string, { readonly array: NDArray; readonly kind: 'arg' | 'aux' }>()
  readonly #variables = new Map<Parameter, Entry>()

  constructor(walk: Walk<Entry>, options: SymbolOptions) {
    this.#walk = walk
    this.#options = options
  }

  async files(): Promise<SymbolFiles> {
    const { graph, other } = this.#walk
    const names = valueNames('mxnet', 'inputNames', this.#options.inputNames, graph.inputs.length, 'data')
    graph.inputs.forEach((value, i) => {
      this.#walk.set(value, this.#builder.variable(names[i], [value.shape, other.inputs[i].shape]))
    })
    const state = statistics(graph.nodes)
    for (const { value, array } of this.#walk.weights()) {
      const { parameter } = value
      this.#walk.set(value, parameter ? this.#variable(parameter, state) : this.#constant(value.name, array))
    }
    this.#walk.run(this.#lowering(state))
    const { text, variables } = symbolFile(graph.outputs.map((value) => this.#walk.of(value)))
    const entries = await Promise.all(
      Array.from(this.#arrays, async ([name, { array, kind }]): Promise<ParamsEntry[]> => {
        if (!variables.has(name)) return []
        const data = await readElements(array, 'mxnet')
        return [{ name: `${kind}:${name}`, shape: [...array.shape], dtype: array.dtype, data }]
      }),
    )
    return { symbol: text, params: encodeParams(entries.flat()) }
  }

  #lowering(state: ReadonlySet<Parameter>): Lowering<Entry> {
    const making = (both: Both): Making => ({
      ...{ builder: this.#builder, both, name: nameOf(both.node) },
      variable: (parameter) => this.#variable(parameter, state),
    })
    const shaped = ({ node, other }: Both, entries: readonly Entry[]) =>
      entries.map((entry, i) => ({ ...entry, shapes: [node.outputs[i].shape, other.outputs[i].shape] as Shapes }))
    return {
      composite: (both, inputs) => {
        const { op } = both.node
        return Object.hasOwn(composites, op) ? shaped(both, [composites[op](making(both), inputs)]) : undefined
      },
      node: (both, inputs) => {
        const { op, calledAs } = both.node
        if (!Object.hasOwn(exporters, op)) throw new Fault(`MXNet export does not have ${calledAs}`)
        return shaped(both, exporters[op](making(both), inputs))
      },
    }
  }

  /** The variable of a parameter, under its full name. */
  #variable(parameter: Parameter, state: ReadonlySet<Parameter>): Entry {
    const known = this.#variables.get(parameter)
    if (known) return known
    const { name, shape, dtype, lrMult, wdMult } = parameter
    const entry = this.#builder.variable(name, [shape, shape], {
      ...{ __shape__: [...shape], __dtype__: typeFlags[dtype], __storage_type__: '0' },
      ...{ __lr_mult__: String(lrMult), __wd_mult__: String(wdMult) },
    })
    this.#variables.set(parameter, entry)
    this.#arrays.set(entry.node.name, { array: parameter.data(), kind: state.has(parameter) ? 'aux' : 'arg' })
    return entry
  }

  #constant(name: string, array: NDArray): Entry {
    const { shape, dtype } = array
    const entry = this.#builder.variable(name, [shape, shape], { __shape__: [...shape], __dtype__: typeFlags[dtype] })
    this.#arrays.set(entry.node.name, { array, kind: 'arg' })
    return entry
  }
}

/** The parameters that are running statistics: MXNet keeps them apart from arguments. */
function statistics(nodes: readonly GraphNode[]): ReadonlySet<Parameter> {
  return new Set(
    nodes.flatMap((node): Parameter[] => {
      if (node.op !== 'normaliseChannels') return node.parts ? [...statistics(node.parts)] : []
      return node.inputs.slice(3).flatMap(({ parameter }) => (parameter ? [parameter] : []))
    }),
  )
}

/** The name of a call's node, as Gluon names it: `conv0_fwd`; what a block of blocks computes has the op's name. */
function nameOf({ block, calledAs, op }: GraphNode): string {
  const leaf = block.children.size === 0 && (op !== 'reshape' || block.className === 'Flatten')
  const own = leaf || op === 'conv' || op === 'matmul'
  return own && block.prefix !== '' ? `${block.prefix}fwd` : `${block.prefix}${calledAs.toLowerCase()}`
}
