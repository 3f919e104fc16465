// Residual networks (He et al. 2015 and 2016), as Gluon's model zoo has them.
import { checkOptions } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { relu } from '../../ops/elementwise/elementwise.ts'
import { type Block, HybridBlock } from '../block.ts'
import { Activation } from '../nn/activations.ts'
import { Dense, Flatten } from '../nn/basic.ts'
import { BatchNorm } from '../nn/batchNorm.ts'
import { Conv2D } from '../nn/conv.ts'
import { GlobalAvgPool2D, MaxPool2D } from '../nn/pool.ts'
import { HybridSequential } from '../nn/sequential.ts'
import { chain, type ModelOptions, type ModelParts, VisionNet } from './visionNet.ts'

/** Options of residual networks. */
export interface ResNetOptions extends ModelOptions {
  /** Starts with a 3×3 convolution of stride 1 and without a pool, for images of about 32 pixels. Default false. */
  readonly thumbnail?: boolean
}

/** Blocks in each stage, and the channels after the first layers and after each stage. */
const specs = {
  18: { blocks: [2, 2, 2, 2], channels: [64, 64, 128, 256, 512], deep: false },
  34: { blocks: [3, 4, 6, 3], channels: [64, 64, 128, 256, 512], deep: false },
  50: { blocks: [3, 4, 6, 3], channels: [64, 256, 512, 1024, 2048], deep: true },
} as const

type Layers = keyof typeof specs
/** Makes a residual block; the first of a stage changes the size where `downsample` is set. */
type MakeBlock = (channels: number, strides: number, downsample: boolean) => Block

const plain = { prefix: '' }
const conv1x1 = (channels: number, strides = 1) => new Conv2D(channels, 1, { strides, useBias: false })
const conv3x3 = (channels: number, strides = 1) => new Conv2D(channels, 3, { strides, padding: 1, useBias: false })
const act = () => new Activation('relu')
const norm = () => new BatchNorm()

/** ReLU of the body of convolutions and BatchNorms plus the input, or a 1×1 convolution of it. */
abstract class BlockV1 extends HybridBlock {
  readonly body: HybridSequential
  readonly downsample: HybridSequential | null

  constructor(body: readonly Block[], [channels, strides, downsample]: Parameters<MakeBlock>) {
    super(plain)
    this.body = chain(...body)
    this.downsample = downsample ? chain(conv1x1(channels, strides), norm()) : null
  }

  forward(x: NDArray): NDArray {
    const shortcut = this.downsample ? this.downsample(x) : x
    return relu(this.body(x).add(shortcut))
  }
}

class BasicBlockV1 extends BlockV1 {
  static override readonly className = 'BasicBlockV1'

  constructor(...shape: Parameters<MakeBlock>) {
    const [channels, strides] = shape
    super([conv3x3(channels, strides), norm(), act(), conv3x3(channels), norm()], shape)
  }
}

/** Gluon's 1×1 convolutions have a bias, and the first has the stride. */
class BottleneckV1 extends BlockV1 {
  static override readonly className = 'BottleneckV1'

  constructor(...shape: Parameters<MakeBlock>) {
    const [channels, strides] = shape
    const inner = channels / 4
    const squeeze = [new Conv2D(inner, 1, { strides }), norm(), act()]
    super([...squeeze, conv3x3(inner), norm(), act(), new Conv2D(channels, 1), norm()], shape)
  }
}

/** As torchvision and GluonCV have it: the 3×3 convolution has the stride, none has a bias. */
class BottleneckV1b extends BlockV1 {
  static override readonly className = 'BottleneckV1b'

  constructor(...shape: Parameters<MakeBlock>) {
    const [channels, strides] = shape
    const inner = channels / 4
    const squeeze = [conv1x1(inner), norm(), act()]
    super([...squeeze, conv3x3(inner, strides), norm(), act(), conv1x1(channels), norm()], shape)
  }
}

/** BatchNorm and ReLU before each convolution; the 1×1 convolution of the shortcut takes what the first ReLU gives. */
class BasicBlockV2 extends HybridBlock {
  static override readonly className = 'BasicBlockV2'
  readonly bn1 = norm()
  readonly conv1: Conv2D<boolean>
  readonly bn2 = norm()
  readonly conv2: Conv2D<boolean>
  readonly downsample: Conv2D<boolean> | null

  constructor(...[channels, strides, downsample]: Parameters<MakeBlock>) {
    super(plain)
    this.conv1 = conv3x3(channels, strides)
    this.conv2 = conv3x3(channels)
    this.downsample = downsample ? conv1x1(channels, strides) : null
  }

  forward(x: NDArray): NDArray {
    const first = relu(this.bn1(x))
    const shortcut = this.downsample ? this.downsample(first) : x
    return this.conv2(relu(this.bn2(this.conv1(first)))).add(shortcut)
  }
}

/** As BasicBlockV2, of 1×1, 3×3 and 1×1. */
class BottleneckV2 extends HybridBlock {
  static override readonly className = 'BottleneckV2'
  readonly bn1 = norm()
  readonly conv1: Conv2D<boolean>
  readonly bn2 = norm()
  readonly conv2: Conv2D<boolean>
  readonly bn3 = norm()
  readonly conv3: Conv2D<boolean>
  readonly downsample: Conv2D<boolean> | null

  constructor(...[channels, strides, downsample]: Parameters<MakeBlock>) {
    super(plain)
    this.conv1 = conv1x1(channels / 4)
    this.conv2 = conv3x3(channels / 4, strides)
    this.conv3 = conv1x1(channels)
    this.downsample = downsample ? conv1x1(channels, strides) : null
  }

  forward(x: NDArray): NDArray {
    const first = relu(this.bn1(x))
    const shortcut = this.downsample ? this.downsample(first) : x
    const middle = this.conv2(relu(this.bn2(this.conv1(first))))
    return this.conv3(relu(this.bn3(middle))).add(shortcut)
  }
}

/** The first layers: 7×7 of stride 2 and a pool, or a 3×3 convolution. */
function stem(channels: number, thumbnail: boolean): Block[] {
  if (thumbnail) return [conv3x3(channels)]
  const conv = new Conv2D(channels, 7, { strides: 2, padding: 3, useBias: false })
  return [conv, norm(), act(), new MaxPool2D({ poolSize: 3, strides: 2, padding: 1 })]
}

/** The four stages; all but the first start with a stride of 2. */
function stages(layers: Layers, block: MakeBlock): Block[] {
  const { blocks, channels } = specs[layers]
  return blocks.map((count, i) => {
    const [before, after] = [channels[i], channels[i + 1]]
    const stage = new HybridSequential({ prefix: `stage${i + 1}_` })
    stage.nameScope(() => {
      stage.add(block(after, i === 0 ? 1 : 2, before !== after))
      for (let k = 1; k < count; k++) stage.add(block(after, 1, false))
    })
    return stage
  })
}

/** Splits the options that are not every model's from the others. */
function split(name: string, options: ResNetOptions): [thumbnail: boolean, others: ModelOptions] {
  checkOptions(name, options, '{ classes: 10, thumbnail: true }')
  const { thumbnail = false, ...others } = options
  return [thumbnail, others]
}

class ResNetV1 extends VisionNet {
  static override readonly className = 'ResNetV1'

  constructor(layers: Layers, options: ResNetOptions, bottleneck: typeof BottleneckV1 | typeof BottleneckV1b) {
    const [thumbnail, others] = split('ResNetV1', options)
    const block: MakeBlock = (...shape) => (specs[layers].deep ? new bottleneck(...shape) : new BasicBlockV1(...shape))
    const parts: ModelParts = {
      features: () => [...stem(64, thumbnail), ...stages(layers, block), new GlobalAvgPool2D()],
      output: (classes) => new Dense(classes),
    }
    super(others, parts)
  }
}

class ResNetV2 extends VisionNet {
  static override readonly className = 'ResNetV2'

  constructor(layers: Layers, options: ResNetOptions) {
    const [thumbnail, others] = split('ResNetV2', options)
    const block: MakeBlock = (...shape) =>
      specs[layers].deep ? new BottleneckV2(...shape) : new BasicBlockV2(...shape)
    const features = () => [
      new BatchNorm({ scale: false, center: false }),
      ...stem(64, thumbnail),
      ...stages(layers, block),
      ...[norm(), act(), new GlobalAvgPool2D(), new Flatten()],
    ]
    super(others, { features, output: (classes) => new Dense(classes) })
  }
}

/** ResNet-18: (N, C, H, W), sides of 224 by custom, to (N, classes). */
export function resnet18V1(options: ResNetOptions = {}): VisionNet {
  return new ResNetV1(18, options, BottleneckV1)
}

/** ResNet-34: as resnet18V1. */
export function resnet34V1(options: ResNetOptions = {}): VisionNet {
  return new ResNetV1(34, options, BottleneckV1)
}

/** ResNet-50: as resnet18V1; the first 1×1 convolution of a stage has its stride. */
export function resnet50V1(options: ResNetOptions = {}): VisionNet {
  return new ResNetV1(50, options, BottleneckV1)
}

/** ResNet-50 as torchvision has it, so that its weights fit: the first 3×3 convolution of a stage has its stride. */
export function resnet50V1b(options: ResNetOptions = {}): VisionNet {
  return new ResNetV1(50, options, BottleneckV1b)
}

/** ResNet-18 with BatchNorm and ReLU before the convolutions. */
export function resnet18V2(options: ResNetOptions = {}): VisionNet {
  return new ResNetV2(18, options)
}

/** ResNet-34 with BatchNorm and ReLU before the convolutions. */
export function resnet34V2(options: ResNetOptions = {}): VisionNet {
  return new ResNetV2(34, options)
}

/** ResNet-50 with BatchNorm and ReLU before the convolutions. */
export function resnet50V2(options: ResNetOptions = {}): VisionNet {
  return new ResNetV2(50, options)
}
