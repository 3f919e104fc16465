// Formulas, reductions and scans as ONNX nodes: by ONNX's own operator where there is one, else step by step.
import { evaluate, evaluationOrder, type Kind, type Node } from '../../../arith/graph.ts'
import { kindOf } from '../../../core/dtype.ts'
import { broadcastShapes, type Shape, sameShape, sizeOf } from '../../../core/shape.ts'
import { type FormulaAttributes, sourcesOfFormula } from '../../../kinds/formula/attributes.ts'
import { withIotas } from '../../../kinds/operands.ts'
import {
  elementsShape,
  outputsOf,
  type ReductionAttributes,
  sourcesOfReduction,
} from '../../../kinds/reduction/attributes.ts'
import type { ScanAttributes } from '../../../kinds/scan/scan.ts'
import { type ActivationName, activationOf } from '../../../ops/activations.ts'
import { Fault } from '../../fault.ts'
import { type Both, fixedShape } from '../../graph/export/samples.ts'
import type { GraphNode, GraphValue } from '../../graph/graph.ts'
import { elementTypes } from '../schema.ts'
import { arithmetics } from './arithmetic.ts'
import type { Builder, Name } from './builder.ts'

/** Formulas of one float that ONNX has, by our names. */
const operators: Readonly<Record<string, string>> = {
  ...{ arccos: 'Acos', arccosh: 'Acosh', arcsin: 'Asin', arcsinh: 'Asinh', arctan: 'Atan', arctanh: 'Atanh' },
  ...{ cos: 'Cos', cosh: 'Cosh', erf: 'Erf', reciprocal: 'Reciprocal', sigmoid: 'Sigmoid', sin: 'Sin', sinh: 'Sinh' },
  ...{ softrelu: 'Softplus', softsign: 'Softsign', tan: 'Tan' },
}

/** The result of the activation that a product ends with. */
export function exportActivation(b: Builder, name: ActivationName | undefined, x: Name): Name {
  if (name === undefined) return x
  if (name in operators) return b.node(operators[name], [x])
  return activationOf(name).formula(arithmetics(b).float, x)
}

/** The values of a formula's results. */
export function exportFormula(b: Builder, { node, other }: Both, inputs: readonly Name[]): Name[] {
  const attrs = node.attrs as FormulaAttributes
  const { graph } = attrs.formula
  const [input] = node.inputs
  if (
    node.inputs.length === 1 &&
    node.scalars.length === 0 &&
    node.calledAs in operators &&
    input.dtype === 'float32'
  ) {
    return [b.node(operators[node.calledAs], inputs)]
  }
  const sources = sourcesOfFormula(attrs)
  const operands = operandsOf(b, node, other, graph.leaves, sources, inputs)
  const { shape } = node.outputs[0]
  const results = evaluate(graph, arithmetics(b), operands).map((result, i) => {
    const typed = stored(b, result, graph.results[i].kind, attrs.dtypes[i])
    if (sameShape(shapeOfResult(graph.results[i], attrs, node), shape)) return typed
    const fixed = fixedShape(shape, other.outputs[0].shape, 'the shape that a number is repeated to')
    return b.node('Expand', [typed, b.integers(fixed)])
  })
  // those that are written in place of an operand come last
  const inPlace = results.filter((_, i) => attrs.places[i] !== null)
  return [...results.filter((_, i) => attrs.places[i] === null), ...inPlace]
}

/** The shape of a result by the operands that it is made of. */
function shapeOfResult(result: Node, attrs: FormulaAttributes, node: GraphNode): Shape {
  const sources = sourcesOfFormula(attrs)
  const all = withIotas(node.inputs, attrs)
  const read = evaluationOrder([result]).flatMap(({ op, value }) => {
    const source = op === 'leaf' ? sources[value] : null
    return source === null ? [] : [all[source].shape]
  })
  return broadcastShapes(node.calledAs, [[], ...read])
}

/** The leaves of a formula or reduction: inputs as floats or int32, numbers, and indices as constants. */
function operandsOf(
  b: Builder,
  node: GraphNode,
  other: GraphNode,
  leaves: readonly Kind[],
  sources: readonly (number | null)[],
  inputs: readonly Name[],
): Name[] {
  const { numbers, iotas = [] } = node.attrs as FormulaAttributes
  const twins = (other.attrs as FormulaAttributes).iotas ?? []
  return sources.map((source, k) => {
    const kind = leaves[k]
    if (source === null) {
      return b.constant(kind === 'float' ? 'float32' : 'int32', [], [node.scalars[numbers.indexOf(k)]])
    }
    if (source < inputs.length) return loaded(b, inputs[source], node.inputs[source])
    const place = source - inputs.length
    const shape = fixedShape(iotas[place].shape, twins[place].shape, 'an index')
    return b.constant('int32', shape, [...Array(sizeOf(shape)).keys()])
  })
}

/** A value as the arithmetic takes it. */
function loaded(b: Builder, x: Name, { dtype }: GraphValue): Name {
  if (dtype === 'float32' || dtype === 'int32') return x
  return b.node('Cast', [x], { to: elementTypes[kindOf(dtype) === 'float' ? 'float32' : 'int32'] })
}

/** A value of the arithmetic as an array holds it. */
function stored(b: Builder, x: Name, kind: Kind, dtype: GraphValue['dtype']): Name {
  if (dtype === (kind === 'float' ? 'float32' : 'int32')) return x
  return b.node('Cast', [x], { to: elementTypes[dtype] })
}

const joins = { sum: 'ReduceSum', max: 'ReduceMax', min: 'ReduceMin', prod: 'ReduceProd' } as const

/** The outputs of a reduction. */
export function exportReduction(b: Builder, both: Both, inputs: readonly Name[]): Name[] {
  const { node, other } = both
  const attrs = node.attrs as ReductionAttributes
  const known = byOperator(b, node, attrs, inputs)
  if (known) return known
  const { reduction, axes, keepDims, dtypes } = attrs
  const operands = operandsOf(b, node, other, reduction.leaves, sourcesOfReduction(attrs), inputs)
  const shape = elementsShape(node.inputs, attrs)
  const twin = elementsShape(other.inputs, other.attrs as ReductionAttributes)
  const count = sizeOf(axes.map((axis) => shape[axis]))
  if (count !== sizeOf(axes.map((axis) => twin[axis]))) {
    throw new Fault('what is joined depends on the number of samples')
  }
  const by = arithmetics(b)
  const counted = (kind: Kind) => by[kind].constant(count)
  const joined: Name[] = []
  for (const { element, joins: ways } of reduction.stages) {
    const given = [...operands, ...joined, counted(reduction.joined[0])]
    const values = evaluate(element, by, given.slice(0, element.leaves.length))
    values.forEach((value, i) => {
      const full = expanded(b, value, node, shape, twin)
      joined.push(reduced(b, full, ways[i], axes))
    })
  }
  const state = evaluate(reduction.state, by, [...joined, counted(reduction.joined[0])])
  const finished = evaluate(reduction.finish, by, [...state, counted(reduction.joined[0])])
  const mapped = reduction.map ? evaluate(reduction.map.graph, by, [...operands, ...finished]) : []
  const outputs = outputsOf(reduction)
  const kinds = [...reduction.finish.results, ...(reduction.map?.graph.results ?? [])].map(({ kind }) => kind)
  return [...finished, ...mapped].flatMap((value, i) => {
    if (outputs[i] === null) return []
    const typed = stored(b, value, kinds[i], dtypes[i])
    return [i < finished.length && !keepDims ? b.node('Squeeze', [typed, b.integers(axes)]) : typed]
  })
}

/** An element's value over all elements, where no operand alone has their shape. */
function expanded(b: Builder, value: Name, node: GraphNode, shape: Shape, twin: Shape): Name {
  if (node.inputs.some((input) => sameShape(input.shape, shape))) return value
  return b.node('Expand', [value, b.integers(fixedShape(shape, twin, 'the shape of what is joined'))])
}

/** All elements along some axes, which stay with size 1. ReduceSum takes its axes as an input, the others do not yet. */
function reduced(b: Builder, x: Name, join: keyof typeof joins, axes: readonly number[]): Name {
  if (axes.length === 0) return x
  if (join === 'sum') return b.node(joins[join], [x, b.integers(axes)], { keepdims: 1 })
  return b.node(joins[join], [x], { axes, keepdims: 1 })
}

/** Reductions of one array that ONNX has an operator for. */
function byOperator(
  b: Builder,
  node: GraphNode,
  attrs: ReductionAttributes,
  inputs: readonly Name[],
): Name[] | undefined {
  const { axes, keepDims, dtypes, reduction } = attrs
  if (inputs.length !== 1 || reduction.leaves.length - node.scalars.length > 2) return undefined
  const float = node.inputs[0].dtype === 'float32'
  const axis = axes.length === 1 ? axes[0] : undefined
  const keepdims = keepDims ? 1 : 0
  switch (node.calledAs) {
    case 'softmax':
    case 'logSoftmax':
      if (!float || axis === undefined || node.scalars.length > 0) return undefined
      return [b.node(node.calledAs === 'softmax' ? 'Softmax' : 'LogSoftmax', inputs, { axis })]
    case 'argmax':
    case 'argmin': {
      if (axis === undefined) return undefined
      const place = b.node(node.calledAs === 'argmax' ? 'ArgMax' : 'ArgMin', inputs, { axis, keepdims })
      return [b.node('Cast', [place], { to: elementTypes[dtypes[0]] })]
    }
    case 'mean':
      return float && axes.length > 0 ? [b.node('ReduceMean', inputs, { axes, keepdims })] : undefined
    default:
      return undefined
  }
}

/** Running sums; other joins are refused. */
export function exportScan(b: Builder, { node }: Both, [x]: readonly Name[]): Name[] {
  const { scan, axis, reverse, exclusive } = node.attrs as ScanAttributes
  if (scan.join !== 'sum') throw new Fault(`ONNX has no running ${scan.join}`)
  const attributes = { reverse: reverse ? 1 : 0, exclusive: exclusive ? 1 : 0 }
  return [b.node('CumSum', [x, b.constant('int64', [], [axis])], attributes)]
}
