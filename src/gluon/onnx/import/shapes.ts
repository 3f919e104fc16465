// ONNX's operators that read, change and cut shapes: of arrays, and of lists that the host holds.
import { positionsBy } from '../../../core/indices.ts'
import { broadcastShapes, formatShape, type Shape, shapeOf, sizeOf, stridesOf } from '../../../core/shape.ts'
import * as nd from '../../../nd/index.ts'
import { withShape } from '../../../ops/view/reshape.ts'
import { slice } from '../../../ops/view/slice.ts'
import { checkedShape, Fault } from '../../fault.ts'
import { type Host, integerList, isHost, mapped, type Value } from './host.ts'
import { type Attributes, axisOf, type Importer, type Importers, type Step } from './step.ts'

/** The most elements that the host computes. */
const mostOnHost = 65_536

/** A value under another shape. */
function shaped(value: Value, sizes: readonly number[]): Value {
  const shape = checkedShape(sizes)
  if (sizeOf(shape) !== sizeOf(value.shape)) {
    throw new Fault(`${formatShape(value.shape)} has not the elements of ${formatShape(shape)}`)
  }
  return isHost(value) ? { ...value, shape } : withShape(value, shape)
}

/** 0 keeps a size, unless zeros are allowed; −1 is what the others leave. */
const reshape: Importer = (step) => {
  const x = step.value(0)
  const codes = step.integersOr(1, 'shape') ?? []
  const literal = step.attributes.int('allowzero', 0) === 1
  const sizes = codes.map((code, k) => (code === 0 && !literal ? (x.shape[k] ?? 0) : code))
  const rest = sizes.reduce((product, size) => (size < 0 ? product : product * size), 1)
  if (sizes.filter((size) => size < 0).length > 1) throw new Fault(`two sizes of ${formatShape(codes)} are −1`)
  return shaped(
    x,
    sizes.map((size) => (size === -1 ? (rest === 0 ? 0 : sizeOf(x.shape) / rest) : size)),
  )
}

const flatten: Importer = (step) => {
  const x = step.value(0)
  const given = step.attributes.int('axis', 1)
  const axis = given === x.shape.length ? given : axisOf(given, x.shape.length)
  return shaped(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])
}

const squeeze: Importer = (step) => {
  const x = step.value(0)
  const axes = step.integersOr(1, 'axes')?.map((axis) => axisOf(axis, x.shape.length))
  const dropped = (size: number, k: number) => (axes ? axes.includes(k) : size === 1)
  if (axes?.some((k) => x.shape[k] !== 1)) throw new Fault(`axes ${axes} of ${formatShape(x.shape)} are not of size 1`)
  return shaped(
    x,
    x.shape.filter((size, k) => !dropped(size, k)),
  )
}

const unsqueeze: Importer = (step) => {
  const x = step.value(0)
  const given = step.integersOr(1, 'axes') ?? []
  const axes = given.map((axis) => axisOf(axis, x.shape.length + given.length))
  const rest = [...x.shape]
  const sizes = Array.from({ length: rest.length + axes.length }, (_, k) =>
    axes.includes(k) ? 1 : (rest.shift() ?? 1),
  )
  return shaped(x, sizes)
}

const transpose: Importer = (step) => {
  const x = step.value(0)
  const perm = step.attributes.ints('perm') ?? Array.from(x.shape.keys()).reverse()
  if (perm.length !== x.shape.length || new Set(perm.map((axis) => axisOf(axis, perm.length))).size !== perm.length) {
    throw new Fault(`perm ${formatShape(perm)} does not name the axes of ${formatShape(x.shape)}`)
  }
  if (!isHost(x)) return nd.transpose(x, perm)
  return gathered(
    x,
    perm.map((axis) => ({ size: x.shape[axis], start: 0, step: stridesOf(x.shape)[axis] })),
  )
}

/** An axis of what is taken from a host's value: its size, and where it starts and steps in the flat values. */
interface Along {
  readonly size: number
  readonly start: number
  readonly step: number
}

function gathered(x: Host, axes: readonly Along[]): Host {
  const shape = checkedShape(axes.map(({ size }) => size))
  const next = positionsBy(
    shape,
    axes.map(({ step }) => step),
  )
  const first = axes.reduce((sum, { start }) => sum + start, 0)
  const values = Array.from({ length: sizeOf(shape) }, () => x.values[first + next()])
  return { type: x.type, shape, values }
}

/** Starts, ends and steps of each axis, cut to its size. */
function boundsOf(step: Step, shape: Shape) {
  const old = step.opset < 10
  const list = (i: number, name: string) => (old ? step.attributes.ints(name) : step.integers(i))
  const [starts, ends] = [list(1, 'starts') ?? [], list(2, 'ends') ?? []]
  const axes = (list(3, 'axes') ?? starts.map((_, k) => k)).map((axis) => axisOf(axis, shape.length))
  const steps = (old ? undefined : step.integers(4)) ?? starts.map(() => 1)
  if ([ends, axes, steps].some(({ length }) => length !== starts.length)) {
    throw new Fault('starts, ends, axes and steps must be of one length')
  }
  const bounds = shape.map((size) => ({ begin: 0, end: size as number | null, by: 1, count: size }))
  axes.forEach((axis, i) => {
    const [size, by] = [shape[axis], steps[i]]
    if (by === 0) throw new Fault('a step must not be 0')
    const at = (bound: number) => (bound < 0 ? bound + size : bound)
    const [low, high] = by > 0 ? [0, size] : [-1, size - 1]
    const begin = Math.min(high, Math.max(Math.max(low, 0), at(starts[i])))
    const end = Math.min(high, Math.max(low, at(ends[i])))
    bounds[axis] = { begin, end: end < 0 ? null : end, by, count: Math.max(0, Math.ceil((end - begin) / by)) }
  })
  return bounds
}

const sliced: Importer = (step) => {
  const x = step.value(0)
  const bounds = boundsOf(step, x.shape)
  if (isHost(x)) {
    const strides = stridesOf(x.shape)
    return gathered(
      x,
      bounds.map(({ begin, by, count }, k) => ({ size: count, start: begin * strides[k], step: by * strides[k] })),
    )
  }
  if (bounds.some(({ count }) => count === 0)) {
    return nd.zeros(
      bounds.map(({ count }) => count),
      { ctx: step.context, dtype: x.dtype },
    )
  }
  return slice(
    x,
    bounds.map(({ begin }) => begin),
    bounds.map(({ end }) => end),
    bounds.map(({ by }) => by),
  )
}

const concat: Importer = (step) => {
  const first = step.value(0)
  const axis = axisOf(step.attributes.int('axis', step.opset < 4 ? 1 : 0), first.shape.length)
  const { hosts } = step
  if (step.onHost && hosts.every(({ shape }) => shape.length === 1)) {
    const values = hosts.flatMap((host) => Array.from(host.values))
    return { type: hosts[0].type, shape: shapeOf([values.length]), values }
  }
  return step.count === 1 ? first : nd.concat(...step.arrays(), { dim: axis })
}

const split: Importer = (step) => {
  const x = step.array(0)
  const axis = axisOf(step.attributes.int('axis', 0), x.ndim)
  const size = x.shape[axis]
  const parts = step.node.outputs.length
  const given = step.integersOr(1, 'split')
  const sizes =
    given ??
    Array.from({ length: parts }, (_, i) => Math.min(Math.ceil(size / parts), size - i * Math.ceil(size / parts)))
  if (sizes.reduce((sum, n) => sum + n, 0) !== size || sizes.some((n) => n < 0) || sizes.length !== parts) {
    throw new Fault(`${formatShape(x.shape)} can't be split along axis ${axis} into ${formatShape(sizes)}`)
  }
  let at = 0
  return sizes.map((n) => {
    at += n
    return nd.sliceAxis(x, axis, at - n, at)
  })
}

const expand: Importer = (step) => {
  const x = step.value(0)
  const shape = checkedShape(broadcastShapes('Expand', [x.shape, checkedShape(step.integers(1) ?? [])]))
  if (isHost(x) && sizeOf(shape) <= mostOnHost) {
    return mapped(x.type, [x, { type: 'int64', shape, values: new Uint8Array(sizeOf(shape)) }], (value) => value)
  }
  const array = step.array(0)
  const ranked = withShape(array, [...shape.slice(array.ndim).map(() => 1), ...array.shape])
  return nd.broadcastTo(ranked, shape)
}

const shapeOfValue: Importer = (step) => {
  const { shape } = step.value(0)
  const [start, end] = [step.attributes.int('start', 0), step.attributes.int('end', undefined)]
  return integerList(shape.slice(start, end))
}

/** The value of a Constant node. */
export function constantOf(attributes: Attributes): Host {
  const tensor = attributes.tensor('value')
  if (tensor) return tensor
  const [ints, floats] = [attributes.ints('value_ints'), attributes.floats('value_floats')]
  if (attributes.has('value_int')) return { type: 'int64', shape: [], values: [attributes.int('value_int', 0)] }
  if (attributes.has('value_float')) return { type: 'float32', shape: [], values: [attributes.float('value_float', 0)] }
  if (attributes.has('value_ints') && ints) return integerList(ints)
  if (attributes.has('value_floats') && floats) return { type: 'float32', shape: [floats.length], values: floats }
  throw new Fault('the constant must be a tensor, numbers or a list of numbers')
}

const constantOfShape: Importer = (step) => {
  const shape = checkedShape(step.integers(0) ?? [])
  const { type, values } = step.attributes.tensor('value') ?? ({ type: 'float32', values: [0] } as const)
  const value = values[0] ?? 0
  if (sizeOf(shape) <= mostOnHost) return { type, shape, values: Array(sizeOf(shape)).fill(value) }
  const dtype = type === 'int64' ? 'int32' : type === 'bool' ? 'float32' : type
  return nd.full(shape, value, { ctx: step.context, dtype })
}

const range: Importer = (step) => {
  const [start = 0, limit = 0, delta = 1] = [step.number(0), step.number(1), step.number(2)]
  const count = delta === 0 ? 0 : Math.max(0, Math.ceil((limit - start) / delta))
  if (count > mostOnHost) throw new Fault(`a range of ${count} numbers, expected at most ${mostOnHost}`)
  const { type } = step.hosts[0]
  return { type, shape: shapeOf([count]), values: Array.from({ length: count }, (_, i) => start + i * delta) }
}

/** How each operator is computed. */
export const shapeImporters: Importers = {
  Concat: concat,
  Constant: ({ attributes }) => constantOf(attributes),
  ConstantOfShape: constantOfShape,
  Expand: expand,
  Flatten: flatten,
  Range: range,
  Reshape: reshape,
  Shape: shapeOfValue,
  Size: (step) => ({ type: 'int64', shape: [], values: [sizeOf(step.value(0).shape)] }),
  Slice: sliced,
  Split: split,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
}
