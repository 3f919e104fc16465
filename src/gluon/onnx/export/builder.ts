// Builds the graph of an ONNX file: nodes under names of their own, and constants that are written once.
import { bytesIn } from '../../../core/bytes.ts'
import type { TypedArray } from '../../../core/dtype.ts'
import { attributeTypes, type ElementType, elementTypes, type OnnxDraft } from '../schema.ts'

/** The name of a value in the file. */
export type Name = string

/** Attributes by their names: an integer, several, or a text. Floats are given as `{ float }`. */
export type NodeAttributes = Readonly<
  Record<string, number | readonly number[] | string | { readonly float: number } | undefined>
>

const utf8 = new TextEncoder()

/** Nodes and constants in the order of their making. */
export class Builder {
  readonly nodes: OnnxDraft<'node'>[] = []
  readonly #initializers: OnnxDraft<'tensor'>[] = []
  readonly #names = new Map<string, number>()
  readonly #constants = new Map<string, Name>()
  /** What names of nodes begin with. */
  scope = ''

  /** A name that nothing else has. */
  unique(name: string): Name {
    const count = this.#names.get(name) ?? 0
    this.#names.set(name, count + 1)
    return count === 0 ? name : this.unique(`${name}_${count}`)
  }

  /** Adds a node with one result; gives the result's name. */
  node(opType: string, input: readonly Name[], attributes: NodeAttributes = {}, domain?: string): Name {
    return this.nodeOf(opType, input, attributes, 1, domain)[0]
  }

  /** Adds a node with several results. */
  nodeOf(
    opType: string,
    input: readonly Name[],
    attributes: NodeAttributes,
    count: number,
    domain?: string,
  ): readonly Name[] {
    const name = this.unique(this.scope ? `${this.scope}/${opType}` : opType)
    const output = Array.from({ length: count }, (_, i) =>
      this.unique(i === 0 ? `${name}_output` : `${name}_output${i}`),
    )
    this.nodes.push({ opType, input, output, name, domain, attribute: Object.entries(attributes).flatMap(attributeOf) })
    return output
  }

  /** The name of a constant; equal small ones are one. */
  constant(type: ElementType, shape: readonly number[], values: TypedArray | BigInt64Array | readonly number[]): Name {
    const bytes = bytesOf(type, values)
    const key = bytes.length > 64 ? undefined : `${type} ${shape} ${bytes}`
    const known = key && this.#constants.get(key)
    if (known) return known
    const name = this.tensor(this.unique('constant'), type, shape, bytes)
    if (key) this.#constants.set(key, name)
    return name
  }

  /** A list of int64, as shapes and axes are. */
  integers(values: readonly number[]): Name {
    return this.constant('int64', [values.length], values)
  }

  /** The initializers that nodes read. */
  read(): readonly OnnxDraft<'tensor'>[] {
    const names = new Set(this.nodes.flatMap(({ input = [] }) => input))
    return this.#initializers.filter(({ name }) => names.has(name ?? ''))
  }

  /** Adds an initializer under a name. */
  tensor(name: Name, type: ElementType, shape: readonly number[], rawData: Uint8Array): Name {
    this.#initializers.push({ name, dims: shape, dataType: elementTypes[type], rawData })
    return name
  }
}

function attributeOf([name, value]: readonly [string, NodeAttributes[string]]): OnnxDraft<'attribute'>[] {
  if (value === undefined) return []
  if (typeof value === 'number') return [{ name, i: value, type: attributeTypes.int }]
  if (typeof value === 'string') return [{ name, s: utf8.encode(value), type: attributeTypes.string }]
  if ('float' in value) return [{ name, f: value.float, type: attributeTypes.float }]
  return [{ name, ints: value, type: attributeTypes.ints }]
}

const arrays = {
  ...{ float32: Float32Array, float64: Float64Array, int32: Int32Array, int8: Int8Array, uint8: Uint8Array },
  ...{ bool: Uint8Array },
} as const

/** The little-endian bytes of elements. */
function bytesOf(type: ElementType, values: TypedArray | BigInt64Array | readonly number[]): Uint8Array {
  if (ArrayBuffer.isView(values)) return bytesIn(values)
  if (type === 'int64') return bytesOf(type, BigInt64Array.from(values, BigInt))
  if (type === 'float16') throw new Error('constants of float16 are given as typed arrays')
  return bytesOf(type, arrays[type].from(values))
}
