// Convolutions of images and sequences, and transposed ones: the ops of a convolution over one spatial axis or two.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import type { ActivationName } from '../activations.ts'
import { activate, add } from '../elementwise/elementwise.ts'
import { asImages, checkFilled, checkSpatial, fromImages, pairOf } from '../spatial.ts'
import { withShape } from '../view/reshape.ts'
import { conv, convData } from './conv.ts'
import type { ConvWindow } from './geometry.ts'

/** How filters move over images or sequences: one number for each spatial axis. */
export interface ConvSteps {
  readonly strides: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
}

/** What a convolution does besides. */
export interface ConvolveOptions extends ConvSteps {
  /** Applied to the result. */
  readonly activation?: ActivationName
}

/** What a transposed convolution does besides. */
export interface DeconvolveOptions extends ConvolveOptions {
  /** Elements added at the end of each spatial axis of the result; fewer than the strides. */
  readonly adj: readonly number[]
}

/** The window of the ops: a sequence has one row. */
function windowOf(weight: NDArray, { strides, padding, dilation, groups }: ConvSteps): ConvWindow {
  return {
    kernel: weight.ndim === 3 ? [1, weight.shape[2]] : [weight.shape[2], weight.shape[3]],
    strides: pairOf(strides, 1),
    padding: pairOf(padding, 0),
    dilation: pairOf(dilation, 1),
    groups,
  }
}

/** Checks that x and weight are of one number of axes, and the weight not empty; returns the spatial axes. */
function checkAxes(op: string, x: NDArray, weight: NDArray): 1 | 2 {
  const axes = checkSpatial(op, 'the input', x)
  checkSpatial(op, 'weight', weight)
  if (weight.ndim !== x.ndim) {
    const [given, filters] = [x, weight].map(({ shape }) => formatShape(shape))
    throw new OpError(op, `input ${given} and weight ${filters} must have the same number of axes`)
  }
  checkFilled(op, 'the input', x)
  if (weight.size > 0) return axes
  throw new OpError(op, `wrong shape of weight: got ${formatShape(weight.shape)}, expected no axis empty`)
}

/**
 * Cross-correlates (N, C, W) or (N, C, H, W) with a weight (O, C ÷ groups, …kernel), and adds a bias (O,). Sizes of the
 * result: ⌊(size + 2 padding − dilation · (kernel − 1) − 1) ÷ strides⌋ + 1.
 */
export function convolve(
  op: string,
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  { activation, ...steps }: ConvolveOptions,
): NDArray {
  const axes = checkAxes(op, x, weight)
  const expected = weight.shape[1] * steps.groups
  if (x.shape[1] !== expected) {
    const groups = steps.groups > 1 ? ` in ${steps.groups} groups` : ''
    const of = `weight ${formatShape(weight.shape)}${groups}`
    throw new OpError(op, `the input ${formatShape(x.shape)} has ${x.shape[1]} channels, ${of} takes ${expected}`)
  }
  const window = { ...windowOf(weight, steps), ...(activation && { activation }) }
  return fromImages(conv(asImages(x), asImages(weight), bias, window), axes)
}

/**
 * The transpose of a convolution: spreads each element of (N, C, W) or (N, C, H, W) by a weight (C, O ÷ groups, …kernel),
 * adds up what meets, and then a bias (O,). Sizes of the result: strides · (size − 1) + dilation · (kernel − 1) + 1 −
 * 2 padding + adj.
 */
export function deconvolve(
  op: string,
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  { activation, adj, ...steps }: DeconvolveOptions,
): NDArray {
  const axes = checkAxes(op, x, weight)
  const window = windowOf(weight, steps)
  const filters = weight.shape[1] * steps.groups
  checkTransposed(op, x, weight, bias, steps.groups)
  const size = transposedSizes(op, x, window, pairOf(adj, 0))
  const y = convData(asImages(x), asImages(weight), { ...window, size })
  const biased = bias ? add(y, withShape(bias, [1, filters, 1, 1])) : y
  return fromImages(activation ? activate(activation, biased) : biased, axes)
}

function checkTransposed(op: string, x: NDArray, weight: NDArray, bias: NDArray | null, groups: number): void {
  const [channels, perGroup] = weight.shape
  if (x.shape[1] !== channels) {
    const takes = `weight ${formatShape(weight.shape)} takes ${channels}`
    throw new OpError(op, `the input ${formatShape(x.shape)} has ${x.shape[1]} channels, ${takes}`)
  }
  if (channels % groups) {
    throw new OpError(op, `groups must divide the channels of the input: got ${channels} channels in ${groups} groups`)
  }
  if (bias && (bias.ndim !== 1 || bias.size !== perGroup * groups)) {
    const expected = formatShape([perGroup * groups])
    throw new OpError(op, `wrong shape of bias: got ${formatShape(bias.shape)}, expected ${expected}`)
  }
}

/** Height and width of a transposed convolution's result. */
function transposedSizes(
  op: string,
  x: NDArray,
  window: ConvWindow,
  adj: readonly number[],
): readonly [number, number] {
  const { kernel, strides, padding, dilation } = window
  const along = (axis: 0 | 1, size: number): number =>
    strides[axis] * (size - 1) + dilation[axis] * (kernel[axis] - 1) + 1 - 2 * padding[axis] + adj[axis]
  const sizes = [x.ndim === 3 ? along(0, 1) : along(0, x.shape[2]), along(1, x.shape[x.ndim - 1])] as const
  if (sizes.every((size) => size > 0)) return sizes
  const shown = x.ndim === 3 ? sizes.slice(1) : sizes
  const got = `size ${formatShape(shown)} from input ${formatShape(x.shape)}`
  throw new OpError(op, `padding leaves nothing of the result: got ${got}, expected positive sizes`)
}

/** Checks that the sizes added at the end are smaller than the strides, by the names they have for the caller. */
export function checkAdjustment(
  op: string,
  [name, adj]: readonly [string, readonly number[]],
  [stridesName, strides]: readonly [string, readonly number[]],
): void {
  if (adj.every((size, axis) => size < strides[axis])) return
  throw new OpError(
    op,
    `${name} must be smaller than ${stridesName}: got ${formatShape(adj)}, expected at most ${formatShape(strides.map((n) => n - 1))}`,
  )
}
