// GoogLeNet (Szegedy et al. 2014) with BatchNorm and without auxiliary classifiers, as torchvision has it.
import type { Block } from '../block.ts'
import { Activation } from '../nn/activations.ts'
import { Dense, Dropout } from '../nn/basic.ts'
import { BatchNorm } from '../nn/batchNorm.ts'
import { HybridConcurrent } from '../nn/concurrent.ts'
import { Conv2D } from '../nn/conv.ts'
import { GlobalAvgPool2D, MaxPool2D } from '../nn/pool.ts'
import { chain, type ModelOptions, VisionNet } from './visionNet.ts'

const conv = (channels: number, kernel: number, { strides = 1 } = {}) => [
  new Conv2D(channels, kernel, { strides, padding: (kernel - 1) / 2, useBias: false }),
  new BatchNorm({ epsilon: 0.001 }),
  new Activation('relu'),
]

/** Four paths: 1×1; 1×1 and 3×3; 1×1 and 3×3, which are 5×5 in the paper; a pool and 1×1. */
function inception(c1: number, c2: readonly number[], c3: readonly number[], c4: number): Block {
  const paths = new HybridConcurrent({ axis: 1, prefix: '' })
  paths.add(
    chain(...conv(c1, 1)),
    chain(...conv(c2[0], 1), ...conv(c2[1], 3)),
    chain(...conv(c3[0], 1), ...conv(c3[1], 3)),
    chain(new MaxPool2D({ poolSize: 3, strides: 1, padding: 1, ceilMode: true }), ...conv(c4, 1)),
  )
  return paths
}

const pool = (size: number) => new MaxPool2D({ poolSize: size, strides: 2, ceilMode: true })

class GoogLeNet extends VisionNet {
  static override readonly className = 'GoogLeNet'

  constructor(options: ModelOptions) {
    super(options, {
      features: () => [
        ...[...conv(64, 7, { strides: 2 }), pool(3)],
        ...[...conv(64, 1), ...conv(192, 3), pool(3)],
        inception(64, [96, 128], [16, 32], 32),
        inception(128, [128, 192], [32, 96], 64),
        pool(3),
        inception(192, [96, 208], [16, 48], 64),
        inception(160, [112, 224], [24, 64], 64),
        inception(128, [128, 256], [24, 64], 64),
        inception(112, [144, 288], [32, 64], 64),
        inception(256, [160, 320], [32, 128], 128),
        pool(2),
        inception(256, [160, 320], [32, 128], 128),
        inception(384, [192, 384], [48, 128], 128),
        ...[new GlobalAvgPool2D(), new Dropout(0.2)],
      ],
      output: (classes) => new Dense(classes),
    })
  }
}

/** GoogLeNet: (N, C, H, W) with sides of at least 31, 224 by custom, to (N, classes). */
export function googlenet(options: ModelOptions = {}): VisionNet {
  return new GoogLeNet(options)
}
