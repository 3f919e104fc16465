// Conv2D: a two-dimensional convolution as a layer (MXNet 1.9.1, gluon/nn/conv_layers.py).
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { conv } from '../../ops/conv/conv.ts'
import { checkImages } from '../../ops/conv/geometry.ts'
import { Affine, type AffineOptions, affineOptions } from './affine.ts'
import { checkCount, checkInput, checkLayout, checkPositions, type Pair, pairOf } from './arguments.ts'

/** Options of Conv2D. */
export interface Conv2DOptions extends AffineOptions {
  readonly strides?: Pair
  /** Zeros around the image. */
  readonly padding?: Pair
  /** Steps between the pixels that neighbouring weights see. */
  readonly dilation?: Pair
  /** Channels are cut into this many groups that don't see each other. */
  readonly groups?: number
  readonly layout?: 'NCHW'
  /** Channels of the input. By default the first batch shows them. */
  readonly inChannels?: number
}

const conv2DOptions: OptionNames<Conv2DOptions> = {
  ...affineOptions,
  strides: true,
  padding: true,
  dilation: true,
  groups: true,
  layout: true,
  inChannels: true,
}

/** Cross-correlation of (N, C, H, W) with weights (channels, C ÷ groups, height, width), plus a bias. */
export class Conv2D extends Affine {
  static override readonly className: string = 'Conv2D'
  static override readonly hint: string | undefined = 'conv'
  readonly channels: number
  readonly kernelSize: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number

  constructor(channels: number, kernelSize: Pair, options: Conv2DOptions = {}) {
    checkPositions('Conv2D', ['channels', 'kernelSize'], channels, conv2DOptions)
    checkOptions('Conv2D', options, '{ strides: 2, padding: 1 }', conv2DOptions)
    const { groups = 1, inChannels = 0, layout, strides = 1, padding = 0, dilation = 1 } = options
    checkCount('Conv2D', 'channels', channels)
    checkLayout('Conv2D', layout)
    if (![channels, inChannels].every((count) => Number.isInteger(count / groups))) {
      const got = `${channels} channels of ${inChannels || 'unknown'} into ${groups} groups`
      throw new OpError('Conv2D', `channels and inChannels must be multiples of groups, got ${got}`)
    }
    const kernel = pairOf('Conv2D', 'kernelSize', kernelSize, 1)
    super(options, [channels, inChannels / groups, ...kernel])
    this.channels = channels
    this.kernelSize = kernel
    this.strides = pairOf('Conv2D', 'strides', strides, 1)
    this.padding = pairOf('Conv2D', 'padding', padding, 0)
    this.dilation = pairOf('Conv2D', 'dilation', dilation, 1)
    this.groups = groups
  }

  forward(x: NDArray): NDArray {
    checkInput('Conv2D', x)
    if (x.ndim !== 4) throw new OpError('Conv2D', `the input must be (N, C, H, W), got ${formatShape(x.shape)}`)
    checkImages('Conv2D', 'the input', '(N, C, H, W)', x.shape)
    const perGroup = x.shape[1] / this.groups
    const expected = this.weight.shape[1]
    if (expected > 0 && expected !== perGroup) {
      const want = expected * this.groups
      throw new OpError(
        'Conv2D',
        `the input has ${x.shape[1]} channels (shape ${formatShape(x.shape)}), the weight takes ${want}`,
      )
    }
    if (!Number.isInteger(perGroup)) {
      throw new OpError('Conv2D', `${x.shape[1]} channels can't be cut into ${this.groups} groups`)
    }
    this.inferShapes([this.channels, perGroup, ...this.kernelSize])
    const { kernelSize: kernel, strides, padding, dilation, groups } = this
    const attrs = { kernel, strides, padding, dilation, groups, ...this.fused }
    return this.activated(conv(x, this.weight.data(), this.bias?.data() ?? null, attrs))
  }

  override describe(): string {
    const from = this.weight.shape[1] ? this.weight.shape[1] * this.groups : 'None'
    const parts = [`${from} -> ${this.channels}`, `kernel_size=${formatShape(this.kernelSize)}`]
    parts.push(`stride=${formatShape(this.strides)}`)
    if (this.padding.some((n) => n > 0)) parts.push(`padding=${formatShape(this.padding)}`)
    if (this.dilation.some((n) => n > 1)) parts.push(`dilation=${formatShape(this.dilation)}`)
    if (this.groups > 1) parts.push(`groups=${this.groups}`)
    if (!this.bias) parts.push('bias=False')
    if (this.act) parts.push(this.act.describe())
    return `Conv2D(${parts.join(', ')})`
  }
}
