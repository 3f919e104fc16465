// DenseNet (d2l, "Densely Connected Networks (DenseNet)").
import { type NDArray, nd, nn } from 'glueball'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

function convBlock(numChannels: number): nn.Sequential {
  const block = new nn.Sequential()
  block.add(new nn.BatchNorm(), new nn.Activation('relu'), new nn.Conv2D(numChannels, 3, { padding: 1 }))
  return block
}

class DenseBlock extends nn.Block {
  static override readonly className = 'DenseBlock'
  readonly net = new nn.Sequential()

  constructor(numConvs: number, numChannels: number) {
    super()
    for (let i = 0; i < numConvs; i++) this.net.add(convBlock(numChannels))
  }

  forward(x: NDArray): NDArray {
    let X = x
    for (const block of this.net) X = nd.concat(X, (block as nn.Sequential)(X), { dim: 1 })
    return X
  }
}

function transitionBlock(numChannels: number): nn.Sequential {
  const block = new nn.Sequential()
  block.add(
    new nn.BatchNorm(),
    new nn.Activation('relu'),
    new nn.Conv2D(numChannels, 1),
    new nn.AvgPool2D({ poolSize: 2, strides: 2 }),
  )
  return block
}

export const denseNet: Program = {
  title: 'DenseNet',
  run(trace) {
    const net = new nn.Sequential()
    net.add(
      new nn.Conv2D(64, 7, { strides: 2, padding: 3 }),
      new nn.BatchNorm(),
      new nn.Activation('relu'),
      new nn.MaxPool2D({ poolSize: 3, strides: 2, padding: 1 }),
    )
    let numChannels = 64
    const growthRate = 32
    for (const [i, numConvs] of [4, 4, 4, 4].entries()) {
      net.add(new DenseBlock(numConvs, growthRate))
      numChannels += numConvs * growthRate
      if (i === 3) continue
      numChannels /= 2
      net.add(transitionBlock(numChannels))
    }
    net.add(new nn.BatchNorm(), new nn.Activation('relu'), new nn.GlobalAvgPool2D(), new nn.Dense(10))
    return classify(trace, net, { images: [4, 1, 64, 64], lr: 0.1, steps: 2 })
  },
}
