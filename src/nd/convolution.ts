// convolution and deconvolution: MXNet's functional layers on images (N, C, H, W) and sequences (N, C, W).
import { checkOptions, named, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape } from '../core/shape.ts'
import { type ConvSteps, checkAdjustment, convolve, deconvolve } from '../ops/conv/convolve.ts'
import { made, type OutOption, outOption } from '../ops/out.ts'
import { checkSpatial, type Sizes, sizesOf } from '../ops/spatial.ts'
import { checkBias, checkCount } from './arguments.ts'

/** Options of convolution; sizes are one number for all spatial axes, or one for each. */
export interface ConvolutionOptions extends OutOption {
  /** Size of the filters. Default the weight's; another is refused. */
  readonly kernel?: Sizes
  /** Elements from one window to the next. Default 1. */
  readonly stride?: Sizes
  /** Elements between those that neighbouring weights see. Default 1. */
  readonly dilate?: Sizes
  /** Zeros around the input. Default 0. */
  readonly pad?: Sizes
  /** Channels of the result. Default the weight's; another number is refused. */
  readonly numFilter?: number
  /** Channels are cut into this many groups that don't see each other. Default 1. */
  readonly numGroup?: number
  /** Whether there is no bias. Default true where bias is null. */
  readonly noBias?: boolean
  readonly layout?: 'NCW' | 'NCHW'
}

/** Options of deconvolution. */
export interface DeconvolutionOptions extends ConvolutionOptions {
  /** Elements added at the end of each spatial axis of the result; fewer than the stride. Default 0. */
  readonly adj?: Sizes
  /** Size of the result. `pad` and `adj` then follow from it. */
  readonly targetShape?: Sizes
}

const convolutionOptions: OptionNames<ConvolutionOptions> = {
  ...outOption,
  kernel: true,
  stride: true,
  dilate: true,
  pad: true,
  numFilter: 'number',
  numGroup: 'number',
  noBias: 'boolean',
  layout: true,
}

const deconvolutionOptions: OptionNames<DeconvolutionOptions> = { ...convolutionOptions, adj: true, targetShape: true }

const example = '{ kernel: [3, 3], pad: [1, 1], numFilter: 8 }'

/**
 * Cross-correlates `data` (N, C, H, W) or (N, C, W) with `weight` (numFilter, C ÷ numGroup, …kernel), zeros around it,
 * and adds `bias` (numFilter,). Sizes of the result: ⌊(size + 2 pad − dilate · (kernel − 1) − 1) ÷ stride⌋ + 1.
 */
export function convolution(
  data: NDArray,
  weight: NDArray,
  bias: NDArray | null = null,
  options: ConvolutionOptions = {},
  ...more: []
): NDArray {
  checkOptions('convolution', options, example, convolutionOptions, more)
  const steps = stepsOf('convolution', data, weight, options)
  checkFilters('convolution', weight, weight.shape[0], options)
  checkBias('convolution', bias, options.noBias)
  return made('convolution', options.out, () =>
    named('convolution', () => convolve('convolution', data, weight, bias, steps)),
  )
}

/**
 * The transpose of a convolution: spreads each element of `data` (N, C, H, W) or (N, C, W) by `weight` (C, numFilter ÷
 * numGroup, …kernel), adds up what meets, and then `bias` (numFilter,). Sizes of the result: stride · (size − 1) +
 * dilate · (kernel − 1) + 1 − 2 pad + adj.
 */
export function deconvolution(
  data: NDArray,
  weight: NDArray,
  bias: NDArray | null = null,
  options: DeconvolutionOptions = {},
  ...more: []
): NDArray {
  checkOptions('deconvolution', options, example, deconvolutionOptions, more)
  const steps = stepsOf('deconvolution', data, weight, options)
  checkFilters('deconvolution', weight, weight.shape[1] * steps.groups, options)
  checkBias('deconvolution', bias, options.noBias)
  const ends = endsOf(data, weight, steps, options)
  return made('deconvolution', options.out, () =>
    named('deconvolution', () => deconvolve('deconvolution', data, weight, bias, { ...steps, ...ends })),
  )
}

function stepsOf(op: string, data: NDArray, weight: NDArray, options: ConvolutionOptions): ConvSteps {
  const axes = checkSpatial(op, 'data', data)
  checkSpatial(op, 'weight', weight)
  const { stride = 1, pad = 0, dilate = 1, numGroup = 1, layout } = options
  const usual = axes === 1 ? 'NCW' : 'NCHW'
  if (layout !== undefined && layout !== usual) {
    throw new OpError(op, `layout must be '${usual}' for ${formatShape(data.shape)}, got ${nameOfKind(layout)}`)
  }
  checkCount(op, 'numGroup', numGroup)
  return {
    strides: sizesOf(op, 'stride', stride, axes, 1),
    padding: sizesOf(op, 'pad', pad, axes, 0),
    dilation: sizesOf(op, 'dilate', dilate, axes, 1),
    groups: numGroup,
  }
}

/** Checks that what the options say of the filters is what the weight has. */
function checkFilters(op: string, weight: NDArray, filters: number, { kernel, numFilter }: ConvolutionOptions): void {
  const has = formatShape(weight.shape)
  if (numFilter !== undefined && numFilter !== filters) {
    throw new OpError(op, `numFilter is ${nameOfKind(numFilter)}, and weight ${has} makes ${filters} channels`)
  }
  if (kernel === undefined) return
  const sizes = sizesOf(op, 'kernel', kernel, weight.ndim - 2, 1)
  if (sizes.every((size, axis) => size === weight.shape[2 + axis])) return
  throw new OpError(
    op,
    `kernel is ${formatShape(sizes)}, and that of weight ${has} ${formatShape(weight.shape.slice(2))}`,
  )
}

/** The padding and adjustment of a transposed convolution, as given or as `targetShape` implies. */
function endsOf(
  data: NDArray,
  weight: NDArray,
  { strides, dilation, padding }: ConvSteps,
  { pad, adj, targetShape }: DeconvolutionOptions,
): { readonly padding: readonly number[]; readonly adj: readonly number[] } {
  const axes = data.ndim - 2
  if (targetShape === undefined) {
    const added = sizesOf('deconvolution', 'adj', adj ?? 0, axes, 0)
    checkAdjustment('deconvolution', ['adj', added], ['stride', strides])
    return { padding, adj: added }
  }
  if (pad !== undefined || adj !== undefined) {
    throw new OpError('deconvolution', 'takes targetShape, or pad and adj, got both')
  }
  const target = sizesOf('deconvolution', 'targetShape', targetShape, axes, 1)
  const surplus = strides.map((stride, axis) => {
    const whole = stride * (data.shape[2 + axis] - 1) + dilation[axis] * (weight.shape[2 + axis] - 1) + 1
    return whole - target[axis]
  })
  if (surplus.every((n) => n >= 0)) {
    const ends = { padding: surplus.map((n) => Math.ceil(n / 2)), adj: surplus.map((n) => n % 2) }
    checkAdjustment('deconvolution', ['the rest of targetShape', ends.adj], ['stride', strides])
    return ends
  }
  const most = formatShape(surplus.map((n, axis) => n + target[axis]))
  throw new OpError('deconvolution', `targetShape must be at most ${most}, got ${formatShape(target)}`)
}
