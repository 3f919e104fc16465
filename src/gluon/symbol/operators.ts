// The nodes of a graph as MXNet's operators: layers and routines, formulas, reductions and movements.
import { evaluate } from '../../arith/graph.ts'
import { sizeOf } from '../../core/shape.ts'
import { type FormulaAttributes, sourcesOfFormula } from '../../kinds/formula/attributes.ts'
import type { ReductionAttributes } from '../../kinds/reduction/attributes.ts'
import type { ScanAttributes } from '../../kinds/scan/scan.ts'
import type { ActivationName } from '../../ops/activations.ts'
import type { ConvAttributes } from '../../ops/conv/conv.ts'
import type { SizedWindow } from '../../ops/conv/geometry.ts'
import type { DropoutMark } from '../../ops/dropout/inTraining.ts'
import type { MatmulAttributes } from '../../ops/matmul/matmul.ts'
import type { AveragePoolAttributes } from '../../ops/pool/averagePool.ts'
import type { PickAttributes } from '../../ops/take/pick.ts'
import type { TakeAttributes } from '../../ops/take/take.ts'
import type { AnyBlock } from '../block.ts'
import { Fault } from '../fault.ts'
import { exportMovement, type MovementNodes } from '../graph/export/movements.ts'
import { type Both, fixedShape, reshapeSizes } from '../graph/export/samples.ts'
import type { BatchNorm } from '../nn/batchNorm.ts'
import { arithmetics, type binaries, Elements, type Operand } from './arithmetic.ts'
import type { Entry, NodeAttributes, Shapes, SymbolBuilder } from './builder.ts'

/** What makes the nodes of one call. */
export interface Making {
  readonly builder: SymbolBuilder
  /** The name of the call's nodes. */
  readonly name: string
  readonly both: Both
  /** The variable of a parameter that the graph does not read, such as the gamma of a BatchNorm that is not scaled. */
  variable(parameter: BatchNorm['gamma']): Entry
}

/** Told by a field: the layer's module would import this one in a circle. */
const isBatchNorm = (block: AnyBlock): block is BatchNorm => Object.hasOwn(block, 'useGlobalStats')

type Exporter = (m: Making, inputs: readonly Entry[]) => Entry

const shapesOf = ({ node, other }: Both, output = 0): Shapes => [
  node.outputs[output].shape,
  other.outputs[output].shape,
]

/** A node with the shape of the call's output. */
function made(m: Making, op: string, inputs: readonly Entry[], attributes: NodeAttributes = {}): Entry {
  return m.builder.op(op, m.name, inputs, attributes, shapesOf(m.both))
}

function activated(m: Making, x: Entry, activation: ActivationName | undefined): Entry {
  if (!activation) return x
  const name = m.name.replace(/fwd$/, `${activation}_fwd`)
  return m.builder.op('Activation', name, [x], { act_type: activation }, x.shapes)
}

/** An array of one axis, of what a call has reshaped for broadcasting. */
function flat(m: Making, x: Entry): Entry {
  const count = sizeOf(x.shapes[0])
  if (x.shapes[0].length === 1) return x
  if (x.source?.shapes[0].length === 1) return x.source
  return m.builder.op('Reshape', m.name, [x], { shape: [count] }, [[count], [count]])
}

/** How composites are exported that MXNet has an operator for. */
export const composites: Readonly<Record<string, Exporter>> = {
  normaliseChannels(m, [x, gamma, beta, mean, variance]) {
    const { node } = m.both
    const { axis, epsilon } = node.attrs as { readonly axis: number; readonly epsilon: number }
    const block = isBatchNorm(node.block) ? node.block : undefined
    const fixed = block?.scale === false
    const options = { eps: epsilon, momentum: block?.momentum ?? 0.9, fix_gamma: fixed, axis }
    const factor = fixed ? m.variable(block.gamma) : gamma
    const global = block?.useGlobalStats ?? false
    return made(m, 'BatchNorm', [x, factor, beta, mean, variance], { ...options, use_global_stats: global })
  },
  layerNorm: (m, [x, gamma, beta]) => {
    const { axes, epsilon } = m.both.node.attrs as { readonly axes: readonly number[]; readonly epsilon: number }
    return made(m, 'LayerNorm', [x, flat(m, gamma), flat(m, beta)], { axis: axes[0], eps: epsilon })
  },
  // each group is a channel of the call
  groupNorm: (m, [x, gamma, beta]) => {
    const { epsilon } = m.both.node.attrs as { readonly epsilon: number }
    return made(m, 'GroupNorm', [x, flat(m, gamma), flat(m, beta)], { num_groups: x.shapes[0][1], eps: epsilon })
  },
  instanceNorm: (m, [x, gamma, beta]) => {
    const { epsilon } = m.both.node.attrs as { readonly epsilon: number }
    if (gamma.shapes[0][1] !== x.shapes[0][1]) throw new Fault("MXNet's InstanceNorm has channels along axis 1")
    return made(m, 'InstanceNorm', [x, flat(m, gamma), flat(m, beta)], { eps: epsilon })
  },
  dropout(m, [x]) {
    const { p, axes } = m.both.node.attrs as unknown as DropoutMark
    return made(m, 'Dropout', [x], { p, mode: 'training', axes })
  },
}

/** How each op is exported, by its name. */
export const exporters: Readonly<Record<string, (m: Making, inputs: readonly Entry[]) => readonly Entry[]>> = {
  formula: (m, inputs) => [exportFormula(m, inputs)],
  reduction: (m, inputs) => [exportReduction(m, inputs)],
  scan: (m, [x]) => [exportScan(m, x)],
  movement: (m, inputs) => exportMovement(movementNodes(m), m.both, inputs),
  conv: (m, inputs) => [exportConv(m, inputs)],
  convData: (m, inputs) => [exportDeconv(m, inputs)],
  matmul: (m, inputs) => [exportMatmul(m, inputs)],
  maxPool: (m, [x]) => [exportPool(m, x, 'max')],
  averagePool: (m, [x]) => [exportPool(m, x, 'avg')],
  take: (m, [x, indices]) => [
    made(m, 'take', [x, indices], { axis: (m.both.node.attrs as TakeAttributes).axis, mode: 'clip' }),
  ],
  pick: (m, [x, index]) => {
    const { axis, keepDims } = m.both.node.attrs as PickAttributes
    return [made(m, 'pick', [x, index], { axis, keepdims: keepDims, mode: 'clip' })]
  },
  reshape: (m, [x]) => [exportReshape(m, x)],
  copy: (m, [x]) => [made(m, '_copy', [x])],
}

function exportReshape(m: Making, x: Entry): Entry {
  const [shape, other] = shapesOf(m.both)
  const rows = shape.length === 2 && x.shapes.every((given, run) => given[0] === [shape, other][run][0])
  if (rows && x.shapes[0].length > 2) return made(m, 'Flatten', [x])
  return made(m, 'Reshape', [x], { shape: reshapeSizes(shape, other) })
}

function exportConv(m: Making, inputs: readonly Entry[]): Entry {
  const { kernel, strides, padding, dilation, groups, activation } = m.both.node.attrs as ConvAttributes
  const steps = { kernel, stride: strides, dilate: dilation, pad: padding }
  const filters = { num_filter: inputs[1].shapes[0][0], num_group: groups, no_bias: inputs.length < 3, layout: 'NCHW' }
  return activated(m, made(m, 'Convolution', inputs, { ...steps, ...filters }), activation)
}

function exportDeconv(m: Making, [x, weight]: readonly Entry[]): Entry {
  const { kernel, strides, padding, dilation, groups, size } = m.both.node.attrs as SizedWindow
  const adj = x.shapes[0].slice(2).map((n, i) => {
    return size[i] - ((n - 1) * strides[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + 1)
  })
  const steps = { kernel, stride: strides, dilate: dilation, pad: padding, adj }
  const filters = { num_filter: weight.shapes[0][1] * groups, num_group: groups, no_bias: true, layout: 'NCHW' }
  return made(m, 'Deconvolution', [x, weight], { ...steps, ...filters })
}

function exportMatmul(m: Making, [x, y, bias]: readonly Entry[]): Entry {
  const { transposeA, transposeB, activation } = m.both.node.attrs as MatmulAttributes
  const turned = { transpose_a: transposeA, transpose_b: transposeB }
  if (x.shapes[0].length === 2 && transposeB && !transposeA && (bias === undefined || bias.shapes[0].length === 1)) {
    const options = { num_hidden: y.shapes[0][0], no_bias: bias === undefined, flatten: true }
    return activated(m, made(m, 'FullyConnected', bias ? [x, y, bias] : [x, y], options), activation)
  }
  const product = made(m, x.shapes[0].length === 2 ? 'dot' : 'batch_dot', [x, y], turned)
  return activated(m, bias ? new Elements(m.builder, m.name).binary('add', product, bias) : product, activation)
}

function exportPool(m: Making, x: Entry, kind: 'max' | 'avg'): Entry {
  const attrs = m.both.node.attrs as AveragePoolAttributes
  const { kernel, strides, padding, ceilMode, countIncludePad } = attrs
  const [, , ...size] = x.shapes[0]
  const whole = kernel.every((n, k) => n === size[k] && strides[k] === n && padding[k] === 0)
  const steps = { kernel, stride: strides, pad: padding, pooling_convention: ceilMode ? 'full' : 'valid' }
  const options = kind === 'avg' ? { ...steps, count_include_pad: countIncludePad } : steps
  return made(m, 'Pooling', [x], { pool_type: kind, global_pool: whole, ...options })
}

/** Operators of one float that have our names, but for capitals. */
const unaries = new Set(
  (
    'abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh degrees erf erfinv exp expm1 fix floor gamma ' +
    'gammaln log log1p log2 log10 negative radians rcbrt reciprocal rint round rsqrt sign sin sinh sqrt square tan trunc'
  ).split(' '),
)

/** Our names of operators of two operands. */
const pairs: Readonly<Record<string, keyof typeof binaries>> = {
  ...{ add: 'add', subtract: 'sub', multiply: 'mul', divide: 'div', modulo: 'mod', power: 'power' },
  ...{ maximum: 'maximum', minimum: 'minimum', equal: 'equal', notEqual: 'not_equal', greater: 'greater' },
  ...{ greaterEqual: 'greater_equal', lesser: 'lesser', lesserEqual: 'lesser_equal' },
  ...{ logicalAnd: 'logical_and', logicalOr: 'logical_or', logicalXor: 'logical_xor' },
}

function exportFormula(m: Making, inputs: readonly Entry[]): Entry {
  const { node } = m.both
  const attrs = node.attrs as FormulaAttributes
  if (attrs.dtypes.length !== 1 || node.mutates.length > 0) throw new Fault(`MXNet has no ${node.calledAs}`)
  const e = new Elements(m.builder, m.name)
  const known = byOperator(m, e, inputs)
  if (known) return known
  if (attrs.iotas?.length) throw new Fault(`MXNet export does not have ${node.calledAs}, which reads indices`)
  const operands = operandsOf(m, inputs)
  const [result] = evaluate<Operand, Operand>(attrs.formula.graph, arithmetics(e), operands)
  return typeof result === 'number' ? filled(m, result) : typed(m, e, result)
}

/** Inputs, and the numbers among them. */
function operandsOf(m: Making, inputs: readonly Entry[]): readonly Operand[] {
  const { attrs, scalars } = m.both.node
  const { numbers } = attrs as FormulaAttributes
  return sourcesOfFormula(attrs as FormulaAttributes).map((source, k) => {
    return source === null ? scalars[numbers.indexOf(k)] : inputs[source]
  })
}

/** An array of one number. */
function filled(m: Making, value: number): Entry {
  const [shape, other] = shapesOf(m.both)
  const { dtype } = m.both.node.outputs[0]
  return made(m, '_full', [], { shape: fixedShape(shape, other, 'the shape of a constant'), value, dtype })
}

/** The result with its element type, where the operands' is another. */
function typed(m: Making, e: Elements, x: Entry): Entry {
  const { inputs, outputs } = m.both.node
  const { dtype } = outputs[0]
  return inputs.every((input) => input.dtype === dtype) ? x : e.unary('Cast', x, { dtype })
}

/** Formulas that MXNet has an operator for. */
function byOperator(m: Making, e: Elements, inputs: readonly Entry[]): Entry | undefined {
  const { node } = m.both
  const { calledAs, scalars } = node
  const [x, y] = inputs
  const operands = operandsOf(m, inputs)
  if (Object.hasOwn(pairs, calledAs) && operands.length === 2 && inputs.length > 0) {
    return typed(m, e, e.binary(pairs[calledAs], operands[0], operands[1]))
  }
  if (inputs.length === 1 && scalars.length === 0) {
    if (unaries.has(calledAs)) return e.unary(calledAs, x)
    if (activations.has(calledAs)) return e.unary('Activation', x, { act_type: calledAs })
  }
  switch (calledAs) {
    case 'fill':
      return inputs.length === 0 && scalars.length === 1 ? filled(m, scalars[0]) : undefined
    case 'cast':
      return e.unary('Cast', x, { dtype: node.outputs[0].dtype })
    case 'logicalNot':
      return e.unary('logical_not', x)
    case 'clip':
      return scalars.length === 2 ? e.unary('clip', x, { a_min: scalars[0], a_max: scalars[1] }) : undefined
    case 'hardSigmoid':
      return scalars.length === 2 ? e.unary('hard_sigmoid', x, { alpha: scalars[0], beta: scalars[1] }) : undefined
    case 'where':
      return inputs.length === 3 ? e.where(x, y, inputs[2]) : undefined
    case 'leakyReLU':
      return exportLeaky(m, e, inputs)
    case 'swish': {
      if (inputs.length !== 1 || scalars.length !== 1) return undefined
      const inner = scalars[0] === 1 ? x : e.unary('_mul_scalar', x, { scalar: scalars[0] })
      return e.binary('mul', x, e.unary('Activation', inner, { act_type: 'sigmoid' }))
    }
    default:
      return undefined
  }
}

const activations = new Set(['relu', 'sigmoid', 'tanh', 'softrelu', 'softsign'])

/** The kinds of leakyReLU, told apart by their operands. */
function exportLeaky(m: Making, e: Elements, [x, gamma]: readonly Entry[]): Entry | undefined {
  const { scalars } = m.both.node
  if (gamma) return made(m, 'LeakyReLU', [x, flat(m, gamma)], { act_type: 'prelu' })
  if (scalars.length === 0) return e.unary('LeakyReLU', x, { act_type: 'gelu' })
  if (scalars.length === 1) return e.unary('LeakyReLU', x, { act_type: 'leaky', slope: scalars[0] })
  if (scalars[1] === 1) return e.unary('LeakyReLU', x, { act_type: 'elu', slope: scalars[0] })
  return e.unary('LeakyReLU', x, { act_type: 'selu' })
}

const reductions = new Set(['sum', 'mean', 'max', 'min', 'prod', 'nansum', 'nanprod', 'argmax', 'argmin'])

function exportReduction(m: Making, [x, ...more]: readonly Entry[]): Entry {
  const { calledAs, attrs, scalars, outputs } = m.both.node
  const { axes, keepDims } = attrs as ReductionAttributes
  const softmax = calledAs === 'softmax' || calledAs === 'logSoftmax'
  if (more.length === 0 && scalars.length === 0 && softmax && axes.length === 1) {
    return made(m, calledAs === 'softmax' ? 'softmax' : 'log_softmax', [x], { axis: axes[0] })
  }
  const place = calledAs.startsWith('arg')
  if (more.length > 0 || scalars.length > 0 || !reductions.has(calledAs) || (place && axes.length !== 1)) {
    throw new Fault(`MXNet export does not have the reduction ${calledAs}`)
  }
  const reduced = made(m, calledAs, [x], { axis: place ? axes[0] : axes, keepdims: keepDims })
  const { dtype } = outputs[0]
  return place && dtype !== 'float32' ? made(m, 'Cast', [reduced], { dtype }) : reduced
}

function exportScan(m: Making, x: Entry): Entry {
  const { scan, axis, reverse, exclusive } = m.both.node.attrs as ScanAttributes
  if (scan.join !== 'sum' || reverse || exclusive) throw new Fault(`MXNet has no ${m.both.node.calledAs} of this kind`)
  return made(m, 'cumsum', [x], { axis })
}

/** What MXNet moves elements by. */
function movementNodes(m: Making): MovementNodes<Entry> {
  const node = (
    op: string,
    inputs: readonly Entry[],
    attributes: NodeAttributes,
    of: (shape: readonly number[]) => number[],
  ) => {
    const shapes = [0, 1].map((run) => of(inputs[0].shapes[run])) as unknown as Shapes
    return m.builder.op(op, m.name, inputs, attributes, shapes)
  }
  return {
    reshape: (x, sizes) =>
      node('Reshape', [x], { shape: sizes }, (shape) => {
        const known = sizes.reduce((product, n) => (n < 0 ? product : product * n), 1)
        return sizes.map((n) => (n < 0 ? sizeOf(shape) / known : n))
      }),
    transpose: (x, perm) => node('transpose', [x], { axes: perm }, (shape) => perm.map((k) => shape[k])),
    slice(x, axes, ndim) {
      const list = (of: (one: (typeof axes)[number]) => number | null) =>
        Array.from({ length: ndim }, (_, k) => {
          const one = axes.find(({ axis }) => axis === k)
          return one ? of(one) : null
        })
      const attributes = { begin: list((one) => one.start), end: list((one) => (one.end < 0 ? null : one.end)) }
      return node('slice', [x], { ...attributes, step: list((one) => one.step) }, (shape) =>
        shape.map((n, k) => {
          const one = axes.find(({ axis }) => axis === k)
          return one ? (one.end - one.start) / one.step : n
        }),
      )
    },
    expand(x, sizes) {
      const axis = sizes.flatMap((n, k) => (n > 1 ? [k] : []))
      const size = axis.map((k) => sizes[k])
      if (axis.length === 0) return x
      return node('broadcast_axis', [x], { axis, size }, (shape) => shape.map((n, k) => n * sizes[k]))
    },
    concat: (parts, axis) => node('Concat', parts, { dim: axis, num_args: parts.length }, (shape) => [...shape]),
    pad(x, before, behind, fill) {
      const outside = [0, 1].some((k) => before[k] > 0 || behind[k] > 0)
      if (before.length !== 4 || outside) throw new Fault("MXNet's Pad takes images, and pads their height and width")
      const width = before.flatMap((n, k) => [n, behind[k]])
      return node('Pad', [x], { mode: 'constant', pad_width: width, constant_value: fill }, (shape) =>
        shape.map((n, k) => n + before[k] + behind[k]),
      )
    },
  }
}
