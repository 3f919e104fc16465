// Convolutions and transposed ones of images and sequences as layers (MXNet 1.9.1, gluon/nn/conv_layers.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import type { ActivationName } from '../../ops/activations.ts'
import { checkAdjustment, convolve, deconvolve } from '../../ops/conv/convolve.ts'
import { checkFilled, type Sizes, sizesOf } from '../../ops/spatial.ts'
import { Affine, type AffineOptions, affineOptions, type BiasOf } from './affine.ts'
import { checkCount, checkInput, checkLayout, checkPositions, type Pair, type Single } from './arguments.ts'

/** Options of convolutions, with sizes for each spatial axis. */
export interface ConvOptions<Size, Layout> extends AffineOptions {
  /** Elements from one window to the next. Default 1. */
  readonly strides?: Size
  /** Zeros around the input. Default 0. */
  readonly padding?: Size
  /** Elements between those that neighbouring weights see. Default 1. */
  readonly dilation?: Size
  /** Channels are cut into this many groups that don't see each other. Default 1. */
  readonly groups?: number
  readonly layout?: Layout
  /** Channels of the input. By default the first batch shows them. */
  readonly inChannels?: number
}

/** Options of transposed convolutions. */
export interface ConvTransposeOptions<Size, Layout> extends ConvOptions<Size, Layout> {
  /** Elements added at the end of each spatial axis of the result; fewer than the strides. Default 0. */
  readonly outputPadding?: Size
}

/** Whether there is a bias, as a type. */
interface WithBias<Bias extends boolean> {
  readonly useBias?: Bias
}

/** Options of Conv1D. */
export type Conv1DOptions<Bias extends boolean = boolean> = ConvOptions<Single, 'NCW'> & WithBias<Bias>
/** Options of Conv2D. */
export type Conv2DOptions<Bias extends boolean = boolean> = ConvOptions<Pair, 'NCHW'> & WithBias<Bias>
/** Options of Conv1DTranspose. */
export type Conv1DTransposeOptions<Bias extends boolean = boolean> = ConvTransposeOptions<Single, 'NCW'> &
  WithBias<Bias>
/** Options of Conv2DTranspose. */
export type Conv2DTransposeOptions<Bias extends boolean = boolean> = ConvTransposeOptions<Pair, 'NCHW'> & WithBias<Bias>

const convOptions: OptionNames<ConvOptions<Sizes, string>> = {
  ...affineOptions,
  strides: true,
  padding: true,
  dilation: true,
  groups: 'number',
  layout: 'string',
  inChannels: 'number',
}

const transposeOptions: OptionNames<ConvTransposeOptions<Sizes, string>> = { ...convOptions, outputPadding: true }

/** Of a weight's first two sizes, those that the channels of input and result are; unknown channels are 0. */
type WeightSizes = (channels: number, inChannels: number, groups: number) => readonly [number, number]

/** What the four layers have in common; the lists have a number for each spatial axis. */
abstract class ConvLayer<List extends readonly number[]> extends Affine {
  static override readonly hint: string | undefined = 'conv'
  readonly channels: number
  readonly kernelSize: List
  readonly strides: List
  readonly padding: List
  readonly dilation: List
  readonly groups: number

  constructor(
    channels: number,
    kernelSize: Sizes,
    options: ConvOptions<Sizes, string>,
    form: { readonly axes: List['length']; readonly names: object; readonly weight: WeightSizes },
  ) {
    const { axes, names } = form
    const name = new.target.className
    checkPositions(name, ['channels', 'kernelSize'], channels, names)
    checkOptions(name, options, '{ strides: 2, padding: 1 }', names as OptionNames<typeof options>)
    const { groups = 1, inChannels = 0, layout, strides = 1, padding = 0, dilation = 1 } = options
    checkCount(name, 'channels', channels)
    checkCount(name, 'groups', groups)
    if (inChannels !== 0) checkCount(name, 'inChannels', inChannels)
    checkLayout(name, layout, axes === 1 ? 'NCW' : 'NCHW')
    if (![channels, inChannels].every((count) => Number.isInteger(count / groups))) {
      const got = `${channels} channels of ${inChannels || 'unknown'} into ${groups} groups`
      throw new OpError(name, `channels and inChannels must be multiples of groups, got ${got}`)
    }
    const list = (of: string, value: Sizes, least: number) => sizesOf(name, of, value, axes, least) as List
    const kernel = list('kernelSize', kernelSize, 1)
    super(options, [...form.weight(channels, inChannels, groups), ...kernel], channels)
    this.channels = channels
    this.kernelSize = kernel
    this.strides = list('strides', strides, 1)
    this.padding = list('padding', padding, 0)
    this.dilation = list('dilation', dilation, 1)
    this.groups = groups
  }

  /** Channels of the input, 0 while no batch has shown them. */
  protected abstract get inChannels(): number

  /** Checks the input's axes and channels before the weight is drawn for them. */
  protected checkData(x: NDArray): void {
    const name = this.className
    checkInput(name, x)
    const axes = this.kernelSize.length
    if (x.ndim !== 2 + axes) {
      const form = axes === 1 ? '(N, C, W)' : '(N, C, H, W)'
      throw new OpError(name, `the input must be ${form}, got ${formatShape(x.shape)}`)
    }
    const channels = x.shape[1]
    if (this.inChannels > 0 && this.inChannels !== channels) {
      const got = `${channels} channels (shape ${formatShape(x.shape)})`
      throw new OpError(name, `the input has ${got}, the weight takes ${this.inChannels}`)
    }
    if (channels % this.groups) throw new OpError(name, `${channels} channels can't be cut into ${this.groups} groups`)
    checkFilled(name, 'the input', x)
  }

  /** What the layer adds to its description behind the dilation. */
  protected get details(): readonly string[] {
    return []
  }

  override describe(): string {
    const parts = [`${this.inChannels || 'None'} -> ${this.channels}`, `kernel_size=${formatShape(this.kernelSize)}`]
    parts.push(`stride=${formatShape(this.strides)}`)
    if (this.padding.some((n) => n > 0)) parts.push(`padding=${formatShape(this.padding)}`)
    if (this.dilation.some((n) => n > 1)) parts.push(`dilation=${formatShape(this.dilation)}`)
    parts.push(...this.details)
    if (this.groups > 1) parts.push(`groups=${this.groups}`)
    if (!this.bias) parts.push('bias=False')
    if (this.act) parts.push(this.act.describe())
    return `${this.className}(${parts.join(', ')})`
  }
}

const filterSizes: WeightSizes = (channels, inChannels, groups) => [channels, inChannels / groups]

/** Weight and bias of a convolution and what follows it, as one. */
export interface Folded {
  readonly weight: NDArray
  readonly bias: NDArray
  readonly activation: ActivationName | undefined
}

/** Convolutions: the weight is (channels, C ÷ groups, …kernelSize). */
export abstract class Convolution<List extends readonly number[]> extends ConvLayer<List> {
  constructor(channels: number, kernelSize: Sizes, options: ConvOptions<Sizes, string>, axes: List['length']) {
    super(channels, kernelSize, options, { axes, names: convOptions, weight: filterSizes })
  }

  protected get inChannels(): number {
    return this.weight.shape[1] * this.groups
  }

  /** @internal Gives what the next call takes in place of the parameters, whose shapes are then known. */
  fold: (() => Folded) | undefined

  /** @internal Whether a layer behind may be taken into the parameters: nothing watches this one or follows its sums. */
  get foldable(): boolean {
    return !this.act && !this.hooked && this.forward === Convolution.prototype.forward
  }

  forward(x: NDArray): NDArray {
    const { channels, kernelSize, strides, padding, dilation, groups, fold } = this
    this.fold = undefined
    this.checkData(x)
    this.weight.inferShape([...filterSizes(channels, x.shape[1], groups), ...kernelSize])
    const window = { strides, padding, dilation, groups }
    if (fold) {
      const { weight, bias, activation } = fold()
      return convolve(this.className, x, weight, bias, { ...window, ...(activation && { activation }) })
    }
    const steps = { ...window, ...this.fused }
    return this.activated(convolve(this.className, x, this.weight.data(), this.bias?.data() ?? null, steps))
  }
}

/** Cross-correlation of (N, C, W) with weights (channels, C ÷ groups, width), plus a bias. */
export class Conv1D<Bias extends boolean = true> extends Convolution<readonly [number]> {
  declare readonly bias: BiasOf<Bias>
  static override readonly className: string = 'Conv1D'

  constructor(channels: number, kernelSize: Single, options: Conv1DOptions<Bias> = {}) {
    super(channels, kernelSize, options, 1)
  }
}

/** Cross-correlation of (N, C, H, W) with weights (channels, C ÷ groups, height, width), plus a bias. */
export class Conv2D<Bias extends boolean = true> extends Convolution<readonly [number, number]> {
  declare readonly bias: BiasOf<Bias>
  static override readonly className: string = 'Conv2D'

  constructor(channels: number, kernelSize: Pair, options: Conv2DOptions<Bias> = {}) {
    super(channels, kernelSize, options, 2)
  }
}

const spreadSizes: WeightSizes = (channels, inChannels, groups) => [inChannels, channels / groups]

/** Transposed convolutions: the weight is (C, channels ÷ groups, …kernelSize). */
abstract class Transpose<List extends readonly number[]> extends ConvLayer<List> {
  readonly outputPadding: List

  constructor(channels: number, kernelSize: Sizes, options: ConvTransposeOptions<Sizes, string>, axes: List['length']) {
    super(channels, kernelSize, options, { axes, names: transposeOptions, weight: spreadSizes })
    const { className, strides } = this
    this.outputPadding = sizesOf(className, 'outputPadding', options.outputPadding ?? 0, axes, 0) as List
    checkAdjustment(className, ['outputPadding', this.outputPadding], ['strides', strides])
  }

  protected get inChannels(): number {
    return this.weight.shape[0]
  }

  protected override get details(): readonly string[] {
    return this.outputPadding.some((n) => n > 0) ? [`output_padding=${formatShape(this.outputPadding)}`] : []
  }

  forward(x: NDArray): NDArray {
    this.checkData(x)
    const { channels, kernelSize, strides, padding, dilation, groups, outputPadding: adj } = this
    this.weight.inferShape([...spreadSizes(channels, x.shape[1], groups), ...kernelSize])
    const steps = { strides, padding, dilation, groups, adj, ...this.fused }
    return this.activated(deconvolve(this.className, x, this.weight.data(), this.bias?.data() ?? null, steps))
  }
}

/** The transpose of a convolution of (N, C, W), with weights (C, channels ÷ groups, width), plus a bias. */
export class Conv1DTranspose<Bias extends boolean = true> extends Transpose<readonly [number]> {
  declare readonly bias: BiasOf<Bias>
  static override readonly className: string = 'Conv1DTranspose'

  constructor(channels: number, kernelSize: Single, options: Conv1DTransposeOptions<Bias> = {}) {
    super(channels, kernelSize, options, 1)
  }
}

/** The transpose of a convolution of (N, C, H, W), with weights (C, channels ÷ groups, height, width), plus a bias. */
export class Conv2DTranspose<Bias extends boolean = true> extends Transpose<readonly [number, number]> {
  declare readonly bias: BiasOf<Bias>
  static override readonly className: string = 'Conv2DTranspose'

  constructor(channels: number, kernelSize: Pair, options: Conv2DTransposeOptions<Bias> = {}) {
    super(channels, kernelSize, options, 2)
  }
}
