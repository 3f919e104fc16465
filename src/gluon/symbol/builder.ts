// Builds the graph of MXNet's symbol file: variables and operators with attributes in Python's spelling.
import { type Shape, sameShape } from '../../core/shape.ts'

/** An output of a node, with its shape in both runs of the block. */
export interface Entry {
  readonly node: Draft
  readonly output: number
  readonly shapes: Shapes
  /** What a Reshape reads: the same elements under their first shape. */
  readonly source?: Entry
}

/** Shapes in the two runs that a graph is exported from. */
export type Shapes = readonly [Shape, Shape]

/** What an attribute may be. */
export type AttributeValue = number | boolean | string | null | readonly (number | null)[]

/** Attributes by their names; those that are undefined are left out. */
export type NodeAttributes = Readonly<Record<string, AttributeValue | undefined>>

/** A node while the graph is made; a variable has no operator. */
export interface Draft {
  readonly op: string
  readonly name: string
  readonly attrs: Readonly<Record<string, string>>
  readonly inputs: readonly Entry[]
  readonly outputs: number
}

/** A node of a symbol file. */
export interface SymbolNode {
  readonly op: string
  readonly name: string
  readonly attrs?: Readonly<Record<string, string>>
  readonly inputs: readonly (readonly [node: number, output: number, version: number])[]
}

/** MXNet's version that files are written for: major · 10,000 + minor · 100 + patch. */
const version = 10_901

/** A value as Python writes it. */
function python(value: AttributeValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numeral(value)
  return `(${value.map((n) => python(n)).join(', ')}${value.length === 1 ? ',' : ''})`
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? 'inf' : '-inf'
}

/** Makes nodes under names of their own. */
export class SymbolBuilder {
  readonly #names = new Map<string, number>()

  #unique(name: string): string {
    const count = this.#names.get(name) ?? 0
    this.#names.set(name, count + 1)
    return count === 0 ? name : this.#unique(`${name}_${count}`)
  }

  /** A variable: an input or a parameter. */
  variable(name: string, shapes: Shapes, attributes: NodeAttributes = {}): Entry {
    return { node: this.#draft('null', name, [], attributes, 1), output: 0, shapes }
  }

  /** The result of an operator. */
  op(op: string, name: string, inputs: readonly Entry[], attributes: NodeAttributes, shapes: Shapes): Entry {
    const entry: Entry = { node: this.#draft(op, name, inputs, attributes, 1), output: 0, shapes }
    return op === 'Reshape' ? { ...entry, source: inputs[0] } : entry
  }

  #draft(op: string, name: string, inputs: readonly Entry[], attributes: NodeAttributes, outputs: number): Draft {
    const attrs: Record<string, string> = {}
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) attrs[key] = python(value)
    return { op, name: this.#unique(name), attrs, inputs, outputs }
  }
}

/** Whether two entries have the same shape in both runs. */
export function sameShapes(a: Shapes, b: Shapes): boolean {
  return sameShape(a[0], b[0]) && sameShape(a[1], b[1])
}

/** The file of some results, with the nodes that they need, each behind those that it reads. */
export function symbolFile(heads: readonly Entry[]): {
  readonly text: string
  readonly variables: ReadonlySet<string>
} {
  const ids = new Map<Draft, number>()
  const nodes: SymbolNode[] = []
  const place = ({ node, output }: Entry) => [ids.get(node) ?? 0, output, 0] as const
  const waiting: Draft[] = heads.map(({ node }) => node).reverse()
  for (let node = waiting.at(-1); node; node = waiting.at(-1)) {
    const missing = ids.has(node) ? [] : node.inputs.filter((input) => !ids.has(input.node))
    if (missing.length > 0) {
      for (const { node: needed } of missing.toReversed()) waiting.push(needed)
      continue
    }
    waiting.pop()
    if (ids.has(node)) continue
    ids.set(node, nodes.length)
    const { op, name, attrs, inputs } = node
    nodes.push({ op, name, ...(Object.keys(attrs).length > 0 && { attrs }), inputs: inputs.map(place) })
  }
  const rows = [0]
  for (const { outputs } of ids.keys()) rows.push(rows[rows.length - 1] + outputs)
  const file = {
    nodes,
    arg_nodes: nodes.flatMap(({ op }, i) => (op === 'null' ? [i] : [])),
    node_row_ptr: rows,
    heads: heads.map(place),
    attrs: { mxnet_version: ['int', version] },
  }
  const variables = new Set(nodes.flatMap(({ op, name }) => (op === 'null' ? [name] : [])))
  return { text: `${JSON.stringify(file, null, 2)}\n`, variables }
}
