// MXNet's operators that change shapes, move elements and join them, and those that make arrays.
import { isDType } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import * as nd from '../../nd/index.ts'
import { checkedShape, Fault } from '../fault.ts'
import type { SymbolOperator, SymbolOperators, SymbolStep } from './step.ts'

function needed<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new Fault(`needs ${name}`)
}

const sizes = (step: SymbolStep, name: string) => needed(name, step.attributes.sizes(name))
const integer = (step: SymbolStep, name: string) => needed(name, step.attributes.int(name, undefined))

const reshape: SymbolOperator = (step) => {
  const { attributes, x } = step
  const shape = attributes.sizes('shape') ?? sizes(step, 'target_shape')
  if (attributes.flag('reverse')) throw new Fault('reverse is not had')
  return nd.reshape(x, shape)
}

const slice: SymbolOperator = (step) => {
  const { attributes, x } = step
  const [begin, end] = ['begin', 'end'].map((name) => needed(name, attributes.tuple(name)))
  const by = attributes.tuple('step')
  return nd.slice(x, begin, end, by && by.length > 0 ? { step: by } : {})
}

const sliceAxis: SymbolOperator = (step) =>
  nd.sliceAxis(step.x, integer(step, 'axis'), integer(step, 'begin'), step.attributes.int('end', undefined) ?? null)

const split: SymbolOperator = (step) => {
  const { attributes, x } = step
  const axis = attributes.int('axis', 1)
  const parts = nd.split(x, integer(step, 'num_outputs'), { axis })
  return attributes.flag('squeeze_axis') ? parts.map((part) => nd.squeeze(part, axis)) : parts
}

const concat: SymbolOperator = ({ arrays, attributes }) =>
  arrays.length === 1 ? arrays[0] : nd.concat(...arrays, { dim: attributes.int('dim', 1) })

const pad: SymbolOperator = (step) => {
  const { attributes, x } = step
  const width = sizes(step, 'pad_width')
  checkedShape(x.shape.map((n, k) => n + (width[2 * k] ?? 0) + (width[2 * k + 1] ?? 0)))
  const mode = attributes.oneOf('mode', ['constant', 'edge', 'reflect'], 'constant')
  return nd.pad(x, mode, width, mode === 'constant' ? { constantValue: attributes.float('constant_value', 0) } : {})
}

const tile: SymbolOperator = (step) => {
  const reps = sizes(step, 'reps')
  checkedShape([step.x.size, ...reps])
  return nd.tile(step.x, reps)
}

const repeat: SymbolOperator = (step) => {
  const [times, axis] = [integer(step, 'repeats'), step.attributes.int('axis', undefined)]
  checkedShape([step.x.size, times])
  return nd.repeat(step.x, times, axis === undefined ? {} : { axis })
}

const broadcastTo: SymbolOperator = (step) => {
  const shape = sizes(step, 'shape')
  return nd.broadcastTo(step.x, checkedShape(shape.map((n, k) => (n === 0 ? (step.x.shape[k] ?? 0) : n))))
}

const broadcastAxis: SymbolOperator = (step) => {
  const [axis, size] = [sizes(step, 'axis'), sizes(step, 'size')]
  checkedShape([step.x.size, ...size])
  return nd.broadcastAxis(step.x, { axis, size })
}

/** An array of one number. */
const filled =
  (usual?: number): SymbolOperator =>
  (step) => {
    const { attributes } = step
    const dtype = attributes.text('dtype', 'float32')
    if (!isDType(dtype)) throw new Fault(`dtype ${dtype} is not had`)
    const value = usual ?? needed('value', attributes.float('value', undefined))
    return nd.full(checkedShape(attributes.sizes('shape') ?? []), value, { dtype, ctx: step.context })
  }

/** A reduction over the axes given, or over all. */
function reduction(compute: (x: NDArray, options: nd.ReduceOptions) => NDArray): SymbolOperator {
  return ({ x, attributes }) => {
    const axis = attributes.sizes('axis')
    if (attributes.flag('exclude')) throw new Fault('exclude is not had')
    return compute(x, { keepdims: attributes.flag('keepdims'), ...(axis && { axis }) })
  }
}

function place(compute: typeof nd.argmax): SymbolOperator {
  return ({ x, attributes }) => {
    const axis = attributes.int('axis', undefined)
    return compute(x, { keepdims: attributes.flag('keepdims'), ...(axis !== undefined && { axis }) })
  }
}

const transposes = ({ attributes }: SymbolStep) => ({
  transposeA: attributes.flag('transpose_a'),
  transposeB: attributes.flag('transpose_b'),
})

/** How each operator is computed. */
export const movementOperators: SymbolOperators = {
  Concat: concat,
  concat,
  Flatten: ({ x }) => nd.flatten(x),
  flatten: ({ x }) => nd.flatten(x),
  Pad: pad,
  pad,
  Reshape: reshape,
  reshape,
  SliceChannel: split,
  split,
  SwapAxis: ({ x, attributes }) => nd.swapaxes(x, attributes.int('dim1', 0), attributes.int('dim2', 0)),
  swapaxes: ({ x, attributes }) => nd.swapaxes(x, attributes.int('dim1', 0), attributes.int('dim2', 0)),
  _full: filled(),
  _ones: filled(1),
  _zeros: filled(0),
  argmax: place(nd.argmax),
  argmin: place(nd.argmin),
  batch_dot: (step) => nd.batchDot(step.x, step.array(1), transposes(step)),
  broadcast_axes: broadcastAxis,
  broadcast_axis: broadcastAxis,
  broadcast_like: (step) => nd.broadcastLike(step.x, step.array(1)),
  broadcast_to: broadcastTo,
  cumsum: ({ x, attributes }) => nd.cumsum(x, { axis: attributes.int('axis', 0) }),
  depth_to_space: (step) => nd.depthToSpace(step.x, integer(step, 'block_size')),
  dot: (step) => nd.dot(step.x, step.array(1), transposes(step)),
  expand_dims: (step) => nd.expandDims(step.x, integer(step, 'axis')),
  flip: (step) => nd.flip(step.x, sizes(step, 'axis')),
  max: reduction(nd.max),
  max_axis: reduction(nd.max),
  mean: reduction(nd.mean),
  min: reduction(nd.min),
  min_axis: reduction(nd.min),
  nanprod: reduction(nd.nanprod),
  nansum: reduction(nd.nansum),
  pick: (step) => {
    const { attributes } = step
    const options = { axis: attributes.int('axis', -1), keepdims: attributes.flag('keepdims') }
    return nd.pick(step.x, step.array(1), options)
  },
  prod: reduction(nd.prod),
  repeat,
  reverse: (step) => nd.flip(step.x, sizes(step, 'axis')),
  slice,
  slice_axis: sliceAxis,
  slice_like: (step) => {
    const axes = step.attributes.sizes('axes')
    return nd.sliceLike(step.x, step.array(1), axes ? { axes } : {})
  },
  space_to_depth: (step) => nd.spaceToDepth(step.x, integer(step, 'block_size')),
  squeeze: ({ x, attributes }) => nd.squeeze(x, attributes.sizes('axis')),
  stack: ({ arrays, attributes }) => nd.stack(...arrays, { axis: attributes.int('axis', 0) }),
  sum: reduction(nd.sum),
  sum_axis: reduction(nd.sum),
  take: (step) => nd.take(step.x, step.array(1), { axis: step.attributes.int('axis', 0) }),
  tile,
  transpose: ({ x, attributes }) => nd.transpose(x, attributes.sizes('axes')),
}
