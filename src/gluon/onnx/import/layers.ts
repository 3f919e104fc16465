// ONNX's layers: convolutions, products, pools and normalisations.
import type { NDArray } from '../../../core/ndarray.ts'
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from '../../../core/shape.ts'
import * as nd from '../../../nd/index.ts'
import { matmul } from '../../../ops/matmul/matmul.ts'
import { withShape } from '../../../ops/view/reshape.ts'
import { slice } from '../../../ops/view/slice.ts'
import { checkedShape, Fault } from '../../fault.ts'
import { normaliseBatch } from '../../normaliseBatch.ts'
import { axisOf, type Importer, type Importers, type Step } from './step.ts'

/** A window over the spatial axes of an image, in elements. */
interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Padding before each axis, and behind it. */
  readonly begin: readonly number[]
  readonly end: readonly number[]
}

function windowOf({ attributes }: Step, x: NDArray, kernel: readonly number[]): Window {
  const sizes = x.shape.slice(2)
  const list = (name: string, usual: number) => {
    const given = attributes.ints(name)
    if (given === undefined || given.length === 0) return sizes.map(() => usual)
    if (given.length === sizes.length && given.every((n) => n >= 1)) return given
    throw new Fault(`${name} must be ${sizes.length} positive integers, got ${formatShape(given)}`)
  }
  if (kernel.length !== sizes.length || !kernel.every((n) => n >= 1)) {
    throw new Fault(`the window ${formatShape(kernel)} does not fit ${formatShape(x.shape)}`)
  }
  const [strides, dilations] = [list('strides', 1), list('dilations', 1)]
  const auto = attributes.text('auto_pad', 'NOTSET')
  if (auto === 'NOTSET' || auto === '') {
    const pads = attributes.ints('pads') ?? []
    const all = pads.length === 0 ? [...sizes, ...sizes].map(() => 0) : pads
    if (all.length !== 2 * sizes.length || !all.every((n) => n >= 0)) {
      throw new Fault(`pads must be ${2 * sizes.length} non-negative integers, got ${formatShape(pads)}`)
    }
    return { kernel, strides, dilations, begin: all.slice(0, sizes.length), end: all.slice(sizes.length) }
  }
  const totals = sizes.map((size, k) => {
    if (auto === 'VALID') return 0
    if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') throw new Fault(`auto_pad ${auto} is not known`)
    return Math.max(0, (Math.ceil(size / strides[k]) - 1) * strides[k] + dilations[k] * (kernel[k] - 1) + 1 - size)
  })
  const [less, more] = halves(totals)
  return {
    kernel,
    strides,
    dilations,
    ...(auto === 'SAME_LOWER' ? { begin: more, end: less } : { begin: less, end: more }),
  }
}

/** Halves of numbers, rounded down and up. */
const halves = (totals: readonly number[]) => [Math.floor, Math.ceil].map((round) => totals.map((n) => round(n / 2)))

/** An image with a border of one value. */
function bordered(x: NDArray, begin: readonly number[], end: readonly number[], constantValue: number): NDArray {
  checkedShape(x.shape.map((n, k) => (k < 2 ? n : n + begin[k - 2] + end[k - 2])))
  return nd.pad(x, 'constant', [0, 0, 0, 0, ...begin.flatMap((n, k) => [n, end[k]])], { constantValue })
}

const conv: Importer = (step) => {
  const [x, weight] = [step.array(0), step.array(1)]
  const { strides, dilations, begin, end } = windowOf(step, x, weight.shape.slice(2))
  const even = sameShape(begin, end)
  const image = even ? x : bordered(x, begin, end, 0)
  const options = { stride: strides, dilate: dilations, numGroup: step.attributes.int('group', 1) }
  return nd.convolution(image, weight, step.arrayOrNull(2), { ...options, pad: even ? begin : begin.map(() => 0) })
}

/** The transposed convolution; uneven padding is cut off behind it. */
const convTranspose: Importer = (step) => {
  const { attributes } = step
  const [x, weight] = [step.array(0), step.array(1)]
  const window = windowOf(step, x, weight.shape.slice(2))
  const { strides, dilations, kernel } = window
  const sizes = x.shape.slice(2)
  const adj = attributes.ints('output_padding') ?? sizes.map(() => 0)
  const full = sizes.map((n, k) => strides[k] * (n - 1) + adj[k] + dilations[k] * (kernel[k] - 1) + 1)
  const auto = attributes.text('auto_pad', 'NOTSET')
  const same = auto === 'SAME_UPPER' || auto === 'SAME_LOWER'
  const target = attributes.ints('output_shape')?.slice(-sizes.length) ?? (same && sizes.map((n, k) => n * strides[k]))
  let { begin, end } = window
  if (target) {
    const totals = full.map((n, k) => Math.max(0, n - target[k]))
    const [less, more] = halves(totals)
    ;[begin, end] = auto === 'SAME_UPPER' ? [less, more] : [more, less]
  }
  checkedShape([x.shape[0], weight.shape[1], ...full])
  const even = sameShape(begin, end)
  const options = { stride: strides, dilate: dilations, numGroup: attributes.int('group', 1), adj }
  const pad = even ? begin : begin.map(() => 0)
  const y = nd.deconvolution(x, weight, step.arrayOrNull(2), { ...options, pad })
  if (even) return y
  return slice(y, [0, 0, ...begin], [...y.shape.slice(0, 2), ...full.map((n, k) => n - end[k])])
}

const gemm: Importer = (step) => {
  const { attributes } = step
  const [alpha, beta] = [attributes.float('alpha', 1), attributes.float('beta', 1)]
  const options = { transposeA: attributes.int('transA', 0) === 1, transposeB: attributes.int('transB', 0) === 1 }
  const [a, b, c] = [step.array(0), step.array(1), step.arrayOrNull(2)]
  const columns = b.shape[options.transposeB ? 0 : 1]
  if (alpha === 1 && beta === 1 && c?.ndim === 1 && c.size === columns) return matmul(a, b, c, options)
  const product = matmul(a, b, null, options)
  const scaled = alpha === 1 ? product : nd.multiply(product, alpha)
  return c ? nd.add(scaled, beta === 1 ? c : nd.multiply(c, beta)) : scaled
}

/** Products of matrices along the last two axes; other axes broadcast. */
const product: Importer = (step) => {
  const [x, y] = [step.array(0), step.array(1)]
  if (x.ndim === 0 || y.ndim === 0) throw new Fault('the operands must have axes')
  const [a, b] = [x.ndim === 1 ? withShape(x, [1, x.size]) : x, y.ndim === 1 ? withShape(y, [y.size, 1]) : y]
  const [rows, inner] = a.shape.slice(-2)
  const columns = b.shape[b.ndim - 1]
  if (b.shape[b.ndim - 2] !== inner) {
    throw new Fault(`the shapes ${formatShape(x.shape)} and ${formatShape(y.shape)} don't fit`)
  }
  const lead = broadcastShapes('MatMul', [a.shape.slice(0, -2), b.shape.slice(0, -2)])
  const shape = [...lead, ...(x.ndim === 1 ? [] : [rows]), ...(y.ndim === 1 ? [] : [columns])]
  if (b.ndim === 2) return withShape(matmul(withShape(a, [sizeOf(a.shape.slice(0, -1)), inner]), b), shape)
  const batch = (of: NDArray): NDArray => {
    const sizes: Shape = [...lead, ...of.shape.slice(-2)]
    const ranked = withShape(of, [...lead.slice(of.ndim - 2).map(() => 1), ...of.shape].slice(-sizes.length))
    const full = sameShape(ranked.shape, sizes) ? ranked : nd.broadcastTo(ranked, sizes)
    return withShape(full, [sizeOf(lead), ...of.shape.slice(-2)])
  }
  return withShape(matmul(batch(a), batch(b)), shape)
}

/** The window of a pool, with its padding in the operator where it is even and at most half the window. */
function poolOf(step: Step, x: NDArray) {
  const window = windowOf(step, x, step.attributes.ints('kernel_shape') ?? [])
  if (window.dilations.some((n) => n !== 1)) throw new Fault('dilations of pools must be 1')
  const { kernel, strides, begin, end } = window
  const inside = sameShape(begin, end) && begin.every((n, k) => 2 * n <= kernel[k])
  const poolingConvention = step.attributes.int('ceil_mode', 0) === 1 ? 'full' : 'valid'
  return { ...window, inside, options: { kernel, stride: strides, poolingConvention } as const }
}

const maxPool: Importer = (step) => {
  const x = step.array(0)
  const { begin, end, inside, options } = poolOf(step, x)
  return inside ? nd.pooling(x, { ...options, pad: begin }) : nd.pooling(bordered(x, begin, end, -3.4e38), options)
}

/** The mean of each window: where padding is uneven and does not count, the sum by the number of elements. */
const averagePool: Importer = (step) => {
  const x = step.array(0)
  const { begin, end, inside, options } = poolOf(step, x)
  const countIncludePad = step.attributes.int('count_include_pad', 0) === 1
  const mean = { ...options, poolType: 'avg' } as const
  if (inside) return nd.pooling(x, { ...mean, pad: begin, countIncludePad })
  const sums = nd.pooling(bordered(x, begin, end, 0), mean)
  if (countIncludePad) return sums
  const ones = nd.ones([1, 1, ...x.shape.slice(2)], { ctx: step.context, dtype: x.dtype })
  return nd.divide(sums, nd.pooling(bordered(ones, begin, end, 0), mean))
}

const overPixels = (x: NDArray) => Array.from(x.shape.keys()).slice(2)

/** Normalises channels; training takes the statistics of the batch, and moves those of the file. */
const batchNormalization: Importer = (step) => {
  const [x, gamma, beta, mean, variance] = [0, 1, 2, 3, 4].map((i) => step.array(i))
  const { attributes } = step
  return normaliseBatch(x, gamma, beta, [mean, variance], {
    axis: 1,
    eps: attributes.float('epsilon', 1e-5),
    momentum: attributes.float('momentum', 0.9),
    useGlobalStats: false,
  })
}

/** Normalises rows along all axes from one on. */
const layerNormalization: Importer = (step) => {
  const [x, scale] = [step.array(0), step.array(1)]
  const axis = axisOf(step.attributes.int('axis', -1), x.ndim)
  const size = sizeOf(x.shape.slice(axis))
  const rows = withShape(x, [...x.shape.slice(0, axis), size])
  const beta = step.arrayOrNull(2) ?? nd.zerosLike(scale)
  const options = { axis, eps: step.attributes.float('epsilon', 1e-5) }
  return withShape(nd.layerNorm(rows, withShape(scale, [size]), withShape(beta, [size]), options), x.shape)
}

/** Factors are of groups before version 21, of channels from it on. */
const groupNormalization: Importer = (step) => {
  const [x, scale, bias] = [step.array(0), step.array(1), step.array(2)]
  const numGroups = step.attributes.int('num_groups', 1)
  const options = { numGroups, eps: step.attributes.float('epsilon', 1e-5) }
  if (step.opset < 21) return nd.groupNorm(x, scale, bias, options)
  const made = { ctx: step.context, dtype: x.dtype }
  const y = nd.groupNorm(x, nd.ones([numGroups], made), nd.zeros([numGroups], made), options)
  const each = (of: NDArray) =>
    withShape(
      of,
      x.shape.map((_, k) => (k === 1 ? of.size : 1)),
    )
  return nd.add(nd.multiply(y, each(scale)), each(bias))
}

/** How each operator is computed. */
export const layerImporters: Importers = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Gemm: gemm,
  MatMul: product,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: (step) => nd.mean(step.array(0), { axis: overPixels(step.array(0)), keepdims: true }),
  GlobalMaxPool: (step) => nd.max(step.array(0), { axis: overPixels(step.array(0)), keepdims: true }),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: (step) => {
    return nd.instanceNorm(step.array(0), step.array(1), step.array(2), { eps: step.attributes.float('epsilon', 1e-5) })
  },
}
