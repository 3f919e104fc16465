// ResNet-18 (d2l, "Residual Networks (ResNet)").
import { type NDArray, nd, nn } from 'glueball'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

class Residual extends nn.Block {
  static override readonly className = 'Residual'
  readonly conv1: nn.Conv2D
  readonly conv2: nn.Conv2D
  readonly conv3: nn.Conv2D | null
  readonly bn1 = new nn.BatchNorm()
  readonly bn2 = new nn.BatchNorm()

  constructor(numChannels: number, { use1x1conv = false, strides = 1 } = {}) {
    super()
    this.conv1 = new nn.Conv2D(numChannels, 3, { padding: 1, strides })
    this.conv2 = new nn.Conv2D(numChannels, 3, { padding: 1 })
    this.conv3 = use1x1conv ? new nn.Conv2D(numChannels, 1, { strides }) : null
  }

  forward(X: NDArray): NDArray {
    const Y = this.bn2(this.conv2(nd.relu(this.bn1(this.conv1(X)))))
    return nd.relu(Y.add(this.conv3 ? this.conv3(X) : X))
  }
}

function resnetBlock(numChannels: number, numResiduals: number, firstBlock = false): nn.Sequential {
  const block = new nn.Sequential()
  for (let i = 0; i < numResiduals; i++) {
    const halves = i === 0 && !firstBlock
    block.add(new Residual(numChannels, halves ? { use1x1conv: true, strides: 2 } : {}))
  }
  return block
}

export const resNet: Program = {
  title: 'ResNet',
  run(trace) {
    const net = new nn.Sequential()
    net.add(
      new nn.Conv2D(64, 7, { strides: 2, padding: 3 }),
      new nn.BatchNorm(),
      new nn.Activation('relu'),
      new nn.MaxPool2D({ poolSize: 3, strides: 2, padding: 1 }),
      resnetBlock(64, 2, true),
      resnetBlock(128, 2),
      resnetBlock(256, 2),
      resnetBlock(512, 2),
      new nn.GlobalAvgPool2D(),
      new nn.Dense(10),
    )
    return classify(trace, net, { images: [4, 1, 64, 64], lr: 0.05, steps: 2 })
  },
}
