// ONNX files of one node, as tests write them.
import { encode } from '../../src/gluon/onnx/protobuf.ts'
import { attributeTypes, elementTypes, type OnnxDraft, schema } from '../../src/gluon/onnx/schema.ts'

type Attribute = number | readonly number[] | string | { readonly float: number }

/** A node: its attributes, operands, and the shapes of its arrays. */
export interface Case {
  readonly op: string
  /** Shapes of the inputs, which come first; floats from −2 to 2, or as `low` and `high` say. */
  readonly inputs: readonly (readonly number[])[]
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** Operands behind the inputs: lists of int64, floats of a shape, or none. */
  readonly operands?: readonly (
    | { readonly ints: readonly number[]; readonly shape?: readonly number[] }
    | { readonly floats: readonly number[]; readonly shape?: readonly number[] }
    | null
  )[]
  readonly opset?: number
  readonly outputs?: number
  readonly range?: readonly [number, number]
  /** The element type that inputs are cast to before, and the output from behind. */
  readonly as?: 'bool' | 'int64'
  /** Whether the output is cast to float. */
  readonly cast?: boolean
}

const utf8 = new TextEncoder()

function attributeOf([name, value]: readonly [string, Attribute]): OnnxDraft<'attribute'> {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int }
  if (typeof value === 'string') return { name, s: utf8.encode(value), type: attributeTypes.string }
  if ('float' in value) return { name, f: value.float, type: attributeTypes.float }
  return { name, ints: value, type: attributeTypes.ints }
}

/** The file of a node. */
export function fileOf(given: Case): Uint8Array {
  const { op, inputs, attributes = {}, operands = [], opset = 17, outputs = 1, as, cast } = given
  const initializer: OnnxDraft<'tensor'>[] = []
  const node: OnnxDraft<'node'>[] = []
  const names = inputs.map((_, i) => {
    if (!as) return `x${i}`
    node.push({
      opType: 'Cast',
      input: [`x${i}`],
      output: [`c${i}`],
      attribute: [attributeOf(['to', elementTypes[as]])],
    })
    return `c${i}`
  })
  operands.forEach((operand, i) => {
    names.push(operand ? `w${i}` : '')
    if (!operand) return
    if ('ints' in operand) {
      initializer.push({
        name: `w${i}`,
        dims: operand.shape ?? [operand.ints.length],
        dataType: elementTypes.int64,
        int64Data: operand.ints,
      })
    } else {
      const dims = operand.shape ?? [operand.floats.length]
      initializer.push({ name: `w${i}`, dims, dataType: elementTypes.float32, floatData: operand.floats })
    }
  })
  const made = Array.from({ length: outputs }, (_, i) => (cast ? `m${i}` : `y${i}`))
  node.push({ opType: op, input: names, output: made, attribute: Object.entries(attributes).map(attributeOf) })
  if (cast) {
    made.forEach((name, i) => {
      node.push({ opType: 'Cast', input: [name], output: [`y${i}`], attribute: [attributeOf(['to', 1])] })
    })
  }
  const described = (name: string, shape?: readonly number[]): OnnxDraft<'value'> => {
    return {
      name,
      type: { tensorType: { elemType: 1, ...(shape && { shape: { dim: shape.map((dimValue) => ({ dimValue })) } }) } },
    }
  }
  return encode(schema, 'model', {
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: op,
      node,
      initializer,
      input: inputs.map((shape, i) => described(`x${i}`, shape)),
      output: made.map((_, i) => described(`y${i}`)),
    },
  })
}
