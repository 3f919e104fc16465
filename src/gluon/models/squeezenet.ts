// SqueezeNet (Iandola et al. 2016), as Gluon's model zoo has it.
import type { Block } from '../block.ts'
import { Activation } from '../nn/activations.ts'
import { Dropout, Flatten } from '../nn/basic.ts'
import { HybridConcurrent } from '../nn/concurrent.ts'
import { Conv2D } from '../nn/conv.ts'
import { GlobalAvgPool2D, MaxPool2D } from '../nn/pool.ts'
import { chain, type ModelOptions, VisionNet } from './visionNet.ts'

const conv = (
  channels: number,
  kernel: number,
  options: { readonly strides?: number; readonly padding?: number } = {},
) => [new Conv2D(channels, kernel, options), new Activation('relu')]

const pool = () => new MaxPool2D({ poolSize: 3, strides: 2, ceilMode: true })

/** A 1×1 convolution to few channels, then a 1×1 and a 3×3 one side by side. */
function fire(squeeze: number, expand: number): Block {
  const first = chain(...conv(squeeze, 1))
  const paths = new HybridConcurrent({ axis: 1, prefix: '' })
  paths.add(chain(...conv(expand, 1)), chain(...conv(expand, 3, { padding: 1 })))
  return chain(first, paths)
}

const features = {
  '1.0': () => [
    ...[...conv(96, 7, { strides: 2 }), pool()],
    ...[fire(16, 64), fire(16, 64), fire(32, 128), pool()],
    ...[fire(32, 128), fire(48, 192), fire(48, 192), fire(64, 256), pool()],
    fire(64, 256),
  ],
  '1.1': () => [
    ...[...conv(64, 3, { strides: 2 }), pool()],
    ...[fire(16, 64), fire(16, 64), pool()],
    ...[fire(32, 128), fire(32, 128), pool()],
    ...[fire(48, 192), fire(48, 192), fire(64, 256), fire(64, 256)],
  ],
}

class SqueezeNet extends VisionNet {
  static override readonly className = 'SqueezeNet'

  constructor(version: keyof typeof features, options: ModelOptions) {
    super(options, {
      features: () => [...features[version](), new Dropout(0.5)],
      output: (classes) => chain(...conv(classes, 1), new GlobalAvgPool2D(), new Flatten()),
    })
  }
}

/** SqueezeNet 1.0: (N, C, H, W) with sides of at least 29, 224 by custom, to (N, classes). */
export function squeezenet1_0(options: ModelOptions = {}): VisionNet {
  return new SqueezeNet('1.0', options)
}

/** SqueezeNet 1.1, of less than half the work: (N, C, H, W) with sides of at least 25 to (N, classes). */
export function squeezenet1_1(options: ModelOptions = {}): VisionNet {
  return new SqueezeNet('1.1', options)
}
