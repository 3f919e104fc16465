// VGG (Simonyan and Zisserman 2014), as Gluon's model zoo has it.
import { Xavier } from '../../init/initializers.ts'
import type { Block } from '../block.ts'
import { Activation } from '../nn/activations.ts'
import { Dense, Dropout } from '../nn/basic.ts'
import { BatchNorm } from '../nn/batchNorm.ts'
import { Conv2D } from '../nn/conv.ts'
import { MaxPool2D } from '../nn/pool.ts'
import { type ModelOptions, VisionNet } from './visionNet.ts'

/** Convolutions before each pool, by the number of layers with weights. */
const stages = { 11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] } as const
const channels = [64, 128, 256, 512, 512]

class VGG extends VisionNet {
  static override readonly className = 'VGG'

  constructor(layers: keyof typeof stages, norm: boolean, options: ModelOptions) {
    super(options, {
      features: () => [
        ...stages[layers].flatMap((count, stage) => [
          ...Array.from({ length: count }, () => convolution(channels[stage], norm)).flat(),
          new MaxPool2D({ poolSize: 2, strides: 2 }),
        ]),
        new Dense(4096, { activation: 'relu', weightInitializer: 'normal' }),
        new Dropout(0.5),
        new Dense(4096, { activation: 'relu', weightInitializer: 'normal' }),
        new Dropout(0.5),
      ],
      output: (classes) => new Dense(classes, { weightInitializer: 'normal' }),
    })
  }
}

function convolution(channels: number, norm: boolean): Block[] {
  const weightInitializer = new Xavier({ rndType: 'gaussian', factorType: 'out', magnitude: 2 })
  const conv = new Conv2D(channels, 3, { padding: 1, weightInitializer })
  return [conv, ...(norm ? [new BatchNorm()] : []), new Activation('relu')]
}

/** VGG-11: (N, C, H, W) with sides of at least 32, 224 by custom, to (N, classes). */
export function vgg11(options: ModelOptions = {}): VisionNet {
  return new VGG(11, false, options)
}

/** VGG-13: as vgg11. */
export function vgg13(options: ModelOptions = {}): VisionNet {
  return new VGG(13, false, options)
}

/** VGG-16: as vgg11. */
export function vgg16(options: ModelOptions = {}): VisionNet {
  return new VGG(16, false, options)
}

/** VGG-19: as vgg11. */
export function vgg19(options: ModelOptions = {}): VisionNet {
  return new VGG(19, false, options)
}

/** VGG-11 with BatchNorm after each convolution. */
export function vgg11Bn(options: ModelOptions = {}): VisionNet {
  return new VGG(11, true, options)
}

/** VGG-13 with BatchNorm after each convolution. */
export function vgg13Bn(options: ModelOptions = {}): VisionNet {
  return new VGG(13, true, options)
}

/** VGG-16 with BatchNorm after each convolution. */
export function vgg16Bn(options: ModelOptions = {}): VisionNet {
  return new VGG(16, true, options)
}

/** VGG-19 with BatchNorm after each convolution. */
export function vgg19Bn(options: ModelOptions = {}): VisionNet {
  return new VGG(19, true, options)
}
