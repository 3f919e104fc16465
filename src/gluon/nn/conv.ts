// Conv2D: a two-dimensional convolution as a layer (gluon.md 4.1).
import { nameOfKind, OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import type { Initializer } from '../../init/initializer.ts'
import { conv } from '../../ops/conv/conv.ts'
import type { ActivationName } from '../../ops/pointwise/pointwise.ts'
import { type BlockOptions, HybridBlock } from '../block.ts'
import type { Parameter } from '../parameter.ts'
import { Activation } from './activation.ts'

/** One number for both axes, or one each for height and width. */
export type Pair = number | readonly [number, number]

/** Both numbers of a pair. */
export function pairOf(op: string, name: string, value: Pair, least: number): readonly [number, number] {
  const pair = typeof value === 'number' ? ([value, value] as const) : value
  if (Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= least)) return pair
  throw new OpError(op, `${name} must be a whole number from ${least} on, or two of them, got ${JSON.stringify(value)}`)
}

/** Checks that a layer has a number of outputs. */
export function checkCount(op: string, name: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return
  throw new OpError(op, `${name} must be a whole number from 1 on, got ${nameOfKind(count)}`)
}

/** Checks that images are laid out as they are here. */
export function checkLayout(op: string, layout: string | undefined): void {
  if (layout === undefined || layout === 'NCHW') return
  throw new OpError(op, `layout must be 'NCHW', got ${nameOfKind(layout)}`)
}

/** Options of Conv2D. */
export interface Conv2DOptions extends BlockOptions {
  readonly strides?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
  /** Channels are cut into this many groups that don't see each other. */
  readonly groups?: number
  readonly layout?: 'NCHW'
  /** Applied to the result; nothing where left out. */
  readonly activation?: ActivationName | null
  readonly useBias?: boolean
  readonly weightInitializer?: Initializer | string | null
  readonly biasInitializer?: Initializer | string
  /** Channels of the input; shown by the first batch where left out. */
  readonly inChannels?: number
}

/** Cross-correlation of (N, C, H, W) with weights (channels, C ÷ groups, height, width), plus a bias. */
export class Conv2D extends HybridBlock {
  static override readonly className: string = 'Conv2D'
  static override readonly hint: string | undefined = 'conv'
  readonly channels: number
  readonly kernelSize: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly act: Activation | null

  constructor(channels: number, kernelSize: Pair, options: Conv2DOptions = {}) {
    super(options)
    this.channels = channels
    this.kernelSize = pairOf('Conv2D', 'kernelSize', kernelSize, 1)
    this.strides = pairOf('Conv2D', 'strides', options.strides ?? 1, 1)
    this.padding = pairOf('Conv2D', 'padding', options.padding ?? 0, 0)
    this.dilation = pairOf('Conv2D', 'dilation', options.dilation ?? 1, 1)
    this.groups = options.groups ?? 1
    checkCount('Conv2D', 'channels', channels)
    checkLayout('Conv2D', options.layout)
    const { inChannels = 0 } = options
    if (![channels, inChannels].every((count) => Number.isInteger(count / this.groups))) {
      const got = `${channels} channels of ${inChannels || 'unknown'} into ${this.groups} groups`
      throw new OpError('Conv2D', `channels and inChannels must be multiples of groups, got ${got}`)
    }
    const perGroup = inChannels / this.groups
    const init = options.weightInitializer ?? null
    this.weight = this.parameter('weight', { shape: [channels, perGroup, ...this.kernelSize], init })
    const biasInit = options.biasInitializer ?? 'zeros'
    this.bias = options.useBias === false ? null : this.parameter('bias', { shape: [channels], init: biasInit })
    const { activation } = options
    this.act = activation ? this.nameScope(() => new Activation(activation, { prefix: `${activation}_` })) : null
  }

  forward(x: NDArray): NDArray {
    if (x.ndim !== 4) throw new OpError('Conv2D', `the input must be (N, C, H, W), got ${formatShape(x.shape)}`)
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
    this.weight.inferShape([this.channels, perGroup, ...this.kernelSize])
    this.bias?.inferShape([this.channels])
    const fused = this.act && !this.act.hooked ? this.act.activation : undefined
    const { kernelSize: kernel, strides, padding, dilation, groups } = this
    const attrs = { kernel, strides, padding, dilation, groups, ...(fused && { activation: fused }) }
    const y = conv(x, this.weight.data(), this.bias?.data() ?? null, attrs)
    return this.act && !fused ? this.act(y) : y
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

  override toString(): string {
    return this.describe()
  }
}
