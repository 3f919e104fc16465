// ONNX's operators that move elements: gathering, padding, repeating and blocks of pixels.
import type { NDArray } from '../../../core/ndarray.ts'
import { formatShape } from '../../../core/shape.ts'
import * as nd from '../../../nd/index.ts'
import { pick } from '../../../ops/take/pick.ts'
import { take } from '../../../ops/take/take.ts'
import { withShape } from '../../../ops/view/reshape.ts'
import { slice } from '../../../ops/view/slice.ts'
import { checkedShape, Fault } from '../../fault.ts'
import { isHost, mapped } from './host.ts'
import { axisOf, type Importer, type Importers, type Step } from './step.ts'

const tile: Importer = (step) => {
  const x = step.array(0)
  const repeats = step.integers(1) ?? []
  if (repeats.length !== x.ndim) throw new Fault(`repeats ${formatShape(repeats)} do not fit ${formatShape(x.shape)}`)
  checkedShape(x.shape.map((n, k) => n * repeats[k]))
  return nd.tile(x, repeats)
}

/** Negative padding cuts. */
const padded: Importer = (step) => {
  const x = step.array(0)
  const kind = step.attributes.text('mode', 'constant')
  const mode = (['constant', 'reflect', 'edge'] as const).find((one) => one === kind)
  if (!mode) throw new Fault(`mode must be constant, reflect or edge, got ${kind}`)
  const list = step.integersOr(1, 'pads') ?? step.attributes.ints('paddings') ?? []
  const axes = (step.integers(3) ?? Array.from(x.shape.keys())).map((axis) => axisOf(axis, x.ndim))
  if (list.length !== 2 * axes.length) throw new Fault(`pads must be ${2 * axes.length} numbers, got ${list.length}`)
  const widths = x.shape.map((_, k) => {
    const at = axes.indexOf(k)
    return at < 0 ? [0, 0] : [list[at], list[at + axes.length]]
  })
  checkedShape(x.shape.map((n, k) => n + Math.max(0, widths[k][0]) + Math.max(0, widths[k][1])))
  const cut = widths.some((pair) => pair.some((n) => n < 0))
  const inner = cut
    ? slice(
        x,
        widths.map(([before]) => Math.max(0, -before)),
        widths.map(([, behind], k) => x.shape[k] + Math.min(0, behind)),
      )
    : x
  const constantValue = step.number(2) ?? step.attributes.float('value', 0)
  const positive = widths.flat().map((n) => Math.max(0, n))
  return nd.pad(inner, mode, positive, mode === 'constant' ? { constantValue } : {})
}

/** Indices may be negative; those out of range are refused on the host, and clipped in arrays. */
const gather: Importer = (step) => {
  const [x, indices] = [step.value(0), step.value(1)]
  const axis = axisOf(step.attributes.int('axis', 0), x.shape.length)
  const size = x.shape[axis]
  const given = isHost(indices) ? mapped('int64', [indices], (i) => axisOf(i, size)) : indices
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  if (isHost(x) && isHost(given) && x.shape.length === 1) {
    return { type: x.type, shape: checkedShape(shape), values: Array.from(given.values, (i) => x.values[i]) }
  }
  const array = step.asArray(x)
  // one index is a slice, of which a batch that is free stays free
  if (isHost(given) && given.values.length === 1) {
    const [at] = Array.from(given.values)
    return withShape(nd.sliceAxis(array, axis, at, at + 1), checkedShape(shape))
  }
  return take(array, isHost(given) ? step.asArray(given) : fromEnd(given, size), { axis })
}

/** Indices with negative ones counted from the end. */
const fromEnd = (indices: NDArray, size: number) => nd.where(nd.lesser(indices, 0), nd.add(indices, size), indices)

/** One element for each place of the other axes. */
const gatherElements: Importer = (step) => {
  const [x, indices] = [step.array(0), step.array(1)]
  const axis = axisOf(step.attributes.int('axis', 0), x.ndim)
  if (indices.ndim !== x.ndim || !indices.shape.every((n, k) => n === (k === axis ? 1 : x.shape[k]))) {
    const expected = formatShape(x.shape.map((n, k) => (k === axis ? 1 : n)))
    throw new Fault(`indices must be ${expected}, got ${formatShape(indices.shape)}`)
  }
  const places = fromEnd(indices, x.shape[axis])
  const flat = indices.shape.filter((_, k) => k !== axis)
  return pick(x, withShape(places, flat), { axis, keepdims: true })
}

/** How much longer each axis becomes. */
function scalesOf(step: Step, x: NDArray): readonly number[] {
  const inputs = step.node.opType === 'Upsample' || step.opset < 11 ? 1 : 2
  const sizes = inputs === 2 ? step.integers(3) : undefined
  if (sizes && sizes.length > 0) return sizes.map((n, k) => n / x.shape[k])
  const scales = step.host(inputs)
  return (scales && Array.from(scales.values)) ?? step.attributes.floats('scales') ?? []
}

/** Repeats elements. */
const resize: Importer = (step) => {
  const x = step.array(0)
  const scales = scalesOf(step, x)
  if (scales.length !== x.ndim) throw new Fault(`needs a scale for each axis of ${formatShape(x.shape)}`)
  if (scales.every((scale) => scale === 1)) return x
  const kind = step.attributes.text('mode', 'nearest')
  if (kind !== 'nearest') throw new Fault(`mode must be nearest, got ${kind}`)
  if (!scales.every((scale) => Number.isInteger(scale) && scale >= 1)) {
    throw new Fault(`scales must be positive integers, got ${scales.join(', ')}`)
  }
  if (step.opset >= 11 && step.node.opType === 'Resize') checkNearest(step, scales)
  checkedShape(x.shape.map((n, k) => n * scales[k]))
  let y = x
  scales.forEach((scale, axis) => {
    if (scale > 1) y = nd.repeat(y, scale, { axis })
  })
  return y
}

/** Whether the nearest element is the one that is repeated. */
function checkNearest({ attributes }: Step, scales: readonly number[]): void {
  const place = attributes.text('coordinate_transformation_mode', 'half_pixel')
  const rounding = attributes.text('nearest_mode', 'round_prefer_floor')
  const repeats =
    (place === 'asymmetric' &&
      (rounding === 'floor' || (rounding === 'round_prefer_floor' && Math.max(...scales) <= 2))) ||
    (place.endsWith('half_pixel') && rounding.startsWith('round_prefer'))
  if (!repeats) throw new Fault(`nearest elements by ${place} and ${rounding} are not repeated ones`)
}

/** Depth by rows, columns and channels (DCR), or by channels first (CRD). */
const depthToSpace: Importer = (step) => {
  const x = step.array(0)
  const block = step.attributes.int('blocksize', 1)
  if (step.attributes.text('mode', 'DCR') === 'DCR') return nd.depthToSpace(x, block)
  const [n, depth, height, width] = x.shape
  const channels = depth / (block * block)
  if (x.ndim !== 4 || !Number.isInteger(channels)) {
    throw new Fault(`blocks of ${block} do not fit ${formatShape(x.shape)}`)
  }
  const apart = withShape(x, [n, channels, block, block, height, width])
  return withShape(nd.transpose(apart, [0, 1, 4, 2, 5, 3]), [n, channels, height * block, width * block])
}

/** How each operator is computed. */
export const movementImporters: Importers = {
  DepthToSpace: depthToSpace,
  Gather: gather,
  GatherElements: gatherElements,
  Pad: padded,
  Resize: resize,
  SpaceToDepth: (step) => nd.spaceToDepth(step.array(0), step.attributes.int('blocksize', 1)),
  Tile: tile,
  Upsample: resize,
}
