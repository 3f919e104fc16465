// MobileNet (Howard et al. 2017) and MobileNetV2 (Sandler et al. 2018), as Gluon's model zoo has them.
import type { NDArray } from '../../core/ndarray.ts'
import { clip } from '../../ops/elementwise/elementwise.ts'
import { type Block, HybridBlock } from '../block.ts'
import { Activation } from '../nn/activations.ts'
import { Dense, Flatten } from '../nn/basic.ts'
import { BatchNorm } from '../nn/batchNorm.ts'
import { Conv2D } from '../nn/conv.ts'
import { GlobalAvgPool2D } from '../nn/pool.ts'
import { HybridSequential } from '../nn/sequential.ts'
import { type ModelOptions, VisionNet } from './visionNet.ts'

/** ReLU that stops at 6. */
class RELU6 extends HybridBlock {
  static override readonly className = 'RELU6'

  forward(x: NDArray): NDArray {
    return clip(x, 0, 6)
  }
}

type Activated = 'relu' | 'relu6' | null

interface ConvShape {
  readonly kernel?: number
  readonly strides?: number
  readonly groups?: number
}

/** A convolution that keeps the sides but for its stride, BatchNorm, and the activation. */
function conv(
  channels: number,
  activation: Activated,
  { kernel = 1, strides = 1, groups = 1 }: ConvShape = {},
): Block[] {
  const padding = (kernel - 1) / 2
  const blocks = [new Conv2D(channels, kernel, { strides, padding, groups, useBias: false }), new BatchNorm()]
  if (activation === null) return blocks
  return [...blocks, activation === 'relu6' ? new RELU6() : new Activation(activation)]
}

/** A 3×3 convolution of each channel by itself. */
function depthwise(channels: number, activation: Activated, strides: number): Block[] {
  return conv(channels, activation, { kernel: 3, strides, groups: channels })
}

/** Channels and stride of each depthwise convolution, and of the 1×1 convolution after it. */
const separable: readonly (readonly [channels: number, strides: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array<[number, number]>(5).fill([512, 1]),
  [1024, 2],
  [1024, 1],
]

class MobileNet extends VisionNet {
  static override readonly className = 'MobileNet'

  constructor(multiplier: number, options: ModelOptions) {
    let channels = Math.trunc(32 * multiplier)
    const layers = ([full, strides]: (typeof separable)[number]) => {
      const spatial = depthwise(channels, 'relu', strides)
      channels = Math.trunc(full * multiplier)
      return [...spatial, ...conv(channels, 'relu')]
    }
    super(options, {
      features: () => [
        ...conv(channels, 'relu', { kernel: 3, strides: 2 }),
        ...separable.flatMap(layers),
        new GlobalAvgPool2D(),
        new Flatten(),
      ],
      output: (classes) => new Dense(classes),
    })
  }
}

/** 1×1 to `expansion` times the channels, a depthwise convolution, and 1×1 without activation, plus the input if it fits. */
class LinearBottleneck extends HybridBlock {
  static override readonly className = 'LinearBottleneck'
  readonly out: HybridSequential
  readonly #shortcut: boolean

  constructor(before: number, after: number, expansion: number, strides: number) {
    super()
    this.#shortcut = strides === 1 && before === after
    const inner = before * expansion
    this.out = this.nameScope(() => {
      const out = new HybridSequential()
      out.add(...conv(inner, 'relu6'), ...depthwise(inner, 'relu6', strides), ...conv(after, null))
      return out
    })
  }

  forward(x: NDArray): NDArray {
    const y = this.out(x)
    return this.#shortcut ? y.add(x) : y
  }
}

/** Expansion, channels, number and first stride of bottlenecks, as the paper's table 2 has them. */
const bottlenecks: readonly (readonly [expansion: number, channels: number, count: number, strides: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
]

class MobileNetV2 extends VisionNet {
  static override readonly className = 'MobileNetV2'

  constructor(multiplier: number, options: ModelOptions) {
    const first = Math.trunc(32 * multiplier)
    const last = multiplier > 1 ? Math.trunc(1280 * multiplier) : 1280
    super(options, {
      featuresPrefix: 'features_',
      features: () => [
        ...conv(first, 'relu6', { kernel: 3, strides: 2 }),
        ...linearBottlenecks(first, multiplier),
        ...conv(last, 'relu6'),
        new GlobalAvgPool2D(),
      ],
      output: (classes) => {
        const output = new HybridSequential({ prefix: 'output_' })
        output.nameScope(() => output.add(new Conv2D(classes, 1, { useBias: false, prefix: 'pred_' }), new Flatten()))
        return output
      },
    })
  }
}

function linearBottlenecks(first: number, multiplier: number): Block[] {
  let before = first
  return bottlenecks.flatMap(([expansion, channels, count, strides]) =>
    Array.from({ length: count }, (_, i) => {
      const after = Math.trunc(channels * multiplier)
      const block = new LinearBottleneck(before, after, expansion, i === 0 ? strides : 1)
      before = after
      return block
    }),
  )
}

/** MobileNet: (N, C, H, W), sides of 224 by custom, to (N, classes). */
export function mobilenet1_0(options: ModelOptions = {}): VisionNet {
  return new MobileNet(1, options)
}

/** MobileNet with three quarters of the channels. */
export function mobilenet0_75(options: ModelOptions = {}): VisionNet {
  return new MobileNet(0.75, options)
}

/** MobileNet with half the channels. */
export function mobilenet0_5(options: ModelOptions = {}): VisionNet {
  return new MobileNet(0.5, options)
}

/** MobileNet with a quarter of the channels. */
export function mobilenet0_25(options: ModelOptions = {}): VisionNet {
  return new MobileNet(0.25, options)
}

/** MobileNetV2: (N, C, H, W), sides of 224 by custom, to (N, classes). */
export function mobilenetV2_1_0(options: ModelOptions = {}): VisionNet {
  return new MobileNetV2(1, options)
}

/** MobileNetV2 with three quarters of the channels. */
export function mobilenetV2_0_75(options: ModelOptions = {}): VisionNet {
  return new MobileNetV2(0.75, options)
}

/** MobileNetV2 with half the channels. */
export function mobilenetV2_0_5(options: ModelOptions = {}): VisionNet {
  return new MobileNetV2(0.5, options)
}

/** MobileNetV2 with a quarter of the channels. */
export function mobilenetV2_0_25(options: ModelOptions = {}): VisionNet {
  return new MobileNetV2(0.25, options)
}
