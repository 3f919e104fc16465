// Routines and composites as ONNX nodes: products, convolutions, pools, indexing, and normalisation of channels.
import type { Pair } from '../../../core/shape.ts'
import type { ConvAttributes } from '../../../ops/conv/conv.ts'
import type { SizedWindow } from '../../../ops/conv/geometry.ts'
import type { DropoutMark } from '../../../ops/dropout/inTraining.ts'
import type { MatmulAttributes } from '../../../ops/matmul/matmul.ts'
import type { AveragePoolAttributes } from '../../../ops/pool/averagePool.ts'
import type { PoolWindow } from '../../../ops/pool/window.ts'
import type { PickAttributes } from '../../../ops/take/pick.ts'
import type { TakeAttributes } from '../../../ops/take/take.ts'
import { Fault } from '../../fault.ts'
import { exportMovement, type MovementNodes } from '../../graph/export/movements.ts'
import { type Both, reshapeSizes } from '../../graph/export/samples.ts'
import type { GraphNode } from '../../graph/graph.ts'
import { elementTypes } from '../schema.ts'
import type { Builder, Name, NodeAttributes } from './builder.ts'
import { exportActivation, exportFormula, exportReduction, exportScan } from './kinds.ts'

/** Makes the nodes of a call; gives the names of its outputs. */
type Exporter = (b: Builder, both: Both, inputs: readonly Name[]) => readonly Name[]

/** How each op is exported, by its name. */
export const exporters: Readonly<Record<string, Exporter>> = {
  formula: exportFormula,
  reduction: exportReduction,
  scan: exportScan,
  movement: (b, both, inputs) => exportMovement(movementNodes(b), both, inputs),
  conv: exportConv,
  convData: exportConvTranspose,
  matmul: exportMatmul,
  maxPool: exportMaxPool,
  averagePool: exportAveragePool,
  take: exportTake,
  pick: exportPick,
  reshape: (b, { node, other }, [x]) => {
    const sizes = reshapeSizes(node.outputs[0].shape, other.outputs[0].shape)
    return [b.node('Reshape', [x, b.integers(sizes)])]
  },
  copy: (b, _both, [x]) => [b.node('Identity', [x])],
}

/** What ONNX moves elements by. */
function movementNodes(b: Builder): MovementNodes<Name> {
  return {
    reshape: (x, sizes) => b.node('Reshape', [x, b.integers(sizes)]),
    transpose: (x, perm) => b.node('Transpose', [x], { perm }),
    slice(x, axes) {
      const list = (of: (one: (typeof axes)[number]) => number) => b.integers(axes.map(of))
      // an end before the first element is as far out as any
      const end = list((one) => (one.end < 0 ? Number.MIN_SAFE_INTEGER : one.end))
      return b.node('Slice', [x, list(({ start }) => start), end, list(({ axis }) => axis), list(({ step }) => step)])
    },
    expand: (x, sizes) => b.node('Expand', [x, b.integers(sizes)]),
    concat: (parts, axis) => b.node('Concat', parts, { axis }),
    pad: (x, before, behind, fill) =>
      b.node('Pad', [x, b.integers([...before, ...behind]), b.constant('float32', [], [fill])]),
  }
}

/** How composites are exported that ONNX has an operator for; undefined where it does not fit. */
export const compositeExporters: Readonly<
  Record<string, (b: Builder, node: GraphNode, inputs: readonly Name[]) => readonly Name[] | undefined>
> = {
  normaliseChannels(b, { attrs }, inputs) {
    const { axis, epsilon } = attrs as { readonly axis: number; readonly epsilon: number }
    return axis === 1 ? [b.node('BatchNormalization', inputs, { epsilon: { float: epsilon } })] : undefined
  },
  dropout(b, { attrs }, [x]) {
    const { p } = attrs as unknown as DropoutMark
    return [b.node('Dropout', [x, b.constant('float32', [], [p])])]
  },
}

const both = ([height, width]: Pair) => [height, width, height, width]

/** A convolution; its weights may be others than the call's. */
export function exportConv(b: Builder, { node }: Both, inputs: readonly Name[]): readonly Name[] {
  const { kernel, strides, padding, dilation, groups, activation } = node.attrs as ConvAttributes
  const attributes = { kernel_shape: kernel, strides, pads: both(padding), dilations: dilation, group: groups }
  return [exportActivation(b, activation, b.node('Conv', inputs, attributes))]
}

/** Transposed convolution: `output_padding` is what the stride leaves of the wanted size. */
function exportConvTranspose(b: Builder, { node }: Both, inputs: readonly Name[]): readonly Name[] {
  const { kernel, strides, padding, dilation, groups, size } = node.attrs as SizedWindow
  const [, , ...sizes] = node.inputs[0].shape
  const rest = sizes.map((n, i) => {
    return size[i] - ((n - 1) * strides[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + 1)
  })
  const attributes = { kernel_shape: kernel, strides, pads: both(padding), dilations: dilation, group: groups }
  return [b.node('ConvTranspose', inputs, { ...attributes, output_padding: rest })]
}

function exportMatmul(b: Builder, { node }: Both, [x, y, bias]: readonly Name[]): readonly Name[] {
  const { transposeA, transposeB, activation } = node.attrs as MatmulAttributes
  const product = () => {
    if (node.inputs[0].shape.length === 2) {
      const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }
      return b.node('Gemm', bias === undefined ? [x, y] : [x, y, bias], attributes)
    }
    const turned = (of: Name, turn: boolean) => (turn ? b.node('Transpose', [of], { perm: [0, 2, 1] }) : of)
    const made = b.node('MatMul', [turned(x, transposeA), turned(y, transposeB)])
    return bias === undefined ? made : b.node('Add', [made, bias])
  }
  return [exportActivation(b, activation, product())]
}

/** A window with what it needs behind the image so that windows of ceil mode fit. */
function windowOf({ inputs, outputs }: GraphNode, { kernel, strides, padding }: PoolWindow) {
  const behind = ([0, 1] as const).map((axis) => {
    const [size, count] = [inputs[0].shape[2 + axis], outputs[0].shape[2 + axis]]
    return Math.max(padding[axis], (count - 1) * strides[axis] + kernel[axis] - size - padding[axis])
  })
  const pads = [...padding, ...behind]
  const whole = pads.every((n) => n === 0) && outputs[0].shape.slice(2).every((n) => n === 1)
  const global = whole && kernel[0] === inputs[0].shape[2] && kernel[1] === inputs[0].shape[3]
  const ceil = behind.some((n, axis) => n !== padding[axis])
  return { global, ceil, pads, attributes: { kernel_shape: kernel, strides } satisfies NodeAttributes }
}

function exportMaxPool(b: Builder, { node }: Both, inputs: readonly Name[]): readonly Name[] {
  const { global, pads, attributes } = windowOf(node, node.attrs as PoolWindow)
  return [global ? b.node('GlobalMaxPool', inputs) : b.node('MaxPool', inputs, { ...attributes, pads })]
}

function exportAveragePool(b: Builder, { node }: Both, [x]: readonly Name[]): readonly Name[] {
  const attrs = node.attrs as AveragePoolAttributes
  const { padding, countIncludePad } = attrs
  const { global, ceil, pads, attributes } = windowOf(node, attrs)
  if (global) return [b.node('GlobalAveragePool', [x])]
  const counted = countIncludePad && padding.some((n) => n > 0)
  if (!counted || !ceil) {
    return [b.node('AveragePool', [x], { ...attributes, pads, count_include_pad: counted ? 1 : 0 })]
  }
  // padding counts, and what ceil mode adds behind it does not
  const around = b.integers([0, 0, ...padding, 0, 0, ...padding])
  const image = b.node('Pad', [x, around, b.constant('float32', [], [0])])
  const behind = [0, 0, pads[2] - padding[0], pads[3] - padding[1]]
  return [b.node('AveragePool', [image], { ...attributes, pads: behind })]
}

/** Indices along an axis of an array as int64, cut to integers and clipped into range. */
function clippedIndices(b: Builder, { inputs: [{ shape }] }: GraphNode, axis: number, indices: Name): Name {
  const whole = b.node('Cast', [indices], { to: elementTypes.int64 })
  const [first, last] = [0, shape[axis] - 1].map((n) => b.constant('int64', [], [n]))
  return b.node('Clip', [whole, first, last])
}

function exportTake(b: Builder, { node }: Both, [x, indices]: readonly Name[]): readonly Name[] {
  const { axis } = node.attrs as TakeAttributes
  return [b.node('Gather', [x, clippedIndices(b, node, axis, indices)], { axis })]
}

function exportPick(b: Builder, { node, other }: Both, [x, index]: readonly Name[]): readonly Name[] {
  const { axis, keepDims } = node.attrs as PickAttributes
  const [kept, twin] = [node, other].map(({ inputs }) => inputs[0].shape.map((n, k) => (k === axis ? 1 : n)))
  const places = b.node('Reshape', [clippedIndices(b, node, axis, index), b.integers(reshapeSizes(kept, twin))])
  const picked = b.node('GatherElements', [x, places], { axis })
  return [keepDims ? picked : b.node('Squeeze', [picked, b.integers([axis])])]
}

/** What ops that have no exporter are refused with. */
export function refusal({ op, calledAs }: GraphNode): Fault {
  return new Fault(`ONNX export does not have ${calledAs === op ? op : `${calledAs} (${op})`}`)
}
