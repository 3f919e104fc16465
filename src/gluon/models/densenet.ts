// DenseNet (Huang et al. 2016), as Gluon's model zoo has it.
import type { Block } from '../block.ts'
import { Activation } from '../nn/activations.ts'
import { Dense, Flatten } from '../nn/basic.ts'
import { BatchNorm } from '../nn/batchNorm.ts'
import { HybridConcurrent } from '../nn/concurrent.ts'
import { Conv2D } from '../nn/conv.ts'
import { Identity } from '../nn/lambda.ts'
import { AvgPool2D, GlobalAvgPool2D, MaxPool2D } from '../nn/pool.ts'
import { HybridSequential } from '../nn/sequential.ts'
import { chain, type ModelOptions, VisionNet } from './visionNet.ts'

const growth = 32
const layers = [6, 12, 24, 16]

const before = () => [new BatchNorm(), new Activation('relu')]

/** Adds `growth` channels to the input: a 1×1 convolution to 4 · growth channels, then a 3×3 convolution to growth. */
function denseLayer(): Block {
  const layer = new HybridConcurrent({ axis: 1, prefix: '' })
  layer.add(
    new Identity(),
    chain(
      ...before(),
      new Conv2D(4 * growth, 1, { useBias: false }),
      ...before(),
      new Conv2D(growth, 3, { padding: 1, useBias: false }),
    ),
  )
  return layer
}

function denseBlock(count: number, stage: number): Block {
  const block = new HybridSequential({ prefix: `stage${stage}_` })
  block.nameScope(() => block.add(...Array.from({ length: count }, denseLayer)))
  return block
}

/** Half the channels, and half the sides. */
function transition(channels: number): Block {
  return chain(...before(), new Conv2D(channels / 2, 1, { useBias: false }), new AvgPool2D({ poolSize: 2, strides: 2 }))
}

function blocks(): Block[] {
  let channels = 64
  return layers.flatMap((count, i) => {
    const block = denseBlock(count, i + 1)
    channels += count * growth
    if (i === layers.length - 1) return [block]
    const between = transition(channels)
    channels /= 2
    return [block, between]
  })
}

class DenseNet extends VisionNet {
  static override readonly className = 'DenseNet'

  constructor(options: ModelOptions) {
    super(options, {
      features: () => [
        new Conv2D(64, 7, { strides: 2, padding: 3, useBias: false }),
        ...before(),
        new MaxPool2D({ poolSize: 3, strides: 2, padding: 1 }),
        ...blocks(),
        ...before(),
        new GlobalAvgPool2D(),
        new Flatten(),
      ],
      output: (classes) => new Dense(classes),
    })
  }
}

/** DenseNet-121: (N, C, H, W) with sides of at least 29, 224 by custom, to (N, classes). */
export function densenet121(options: ModelOptions = {}): VisionNet {
  return new DenseNet(options)
}
