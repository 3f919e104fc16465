// GoogLeNet (d2l, "Networks with Parallel Concatenations (GoogLeNet)").
import { type NDArray, nd, nn } from 'glueball'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

class Inception extends nn.Block {
  static override readonly className = 'Inception'
  readonly p1: nn.Conv2D
  readonly p2a: nn.Conv2D
  readonly p2b: nn.Conv2D
  readonly p3a: nn.Conv2D
  readonly p3b: nn.Conv2D
  readonly p4a: nn.MaxPool2D
  readonly p4b: nn.Conv2D

  constructor(c1: number, c2: readonly [number, number], c3: readonly [number, number], c4: number) {
    super()
    this.p1 = new nn.Conv2D(c1, 1, { activation: 'relu' })
    this.p2a = new nn.Conv2D(c2[0], 1, { activation: 'relu' })
    this.p2b = new nn.Conv2D(c2[1], 3, { padding: 1, activation: 'relu' })
    this.p3a = new nn.Conv2D(c3[0], 1, { activation: 'relu' })
    this.p3b = new nn.Conv2D(c3[1], 5, { padding: 2, activation: 'relu' })
    this.p4a = new nn.MaxPool2D({ poolSize: 3, strides: 1, padding: 1 })
    this.p4b = new nn.Conv2D(c4, 1, { activation: 'relu' })
  }

  forward(x: NDArray): NDArray {
    const p1 = this.p1(x)
    const p2 = this.p2b(this.p2a(x))
    const p3 = this.p3b(this.p3a(x))
    const p4 = this.p4b(this.p4a(x))
    return nd.concat(p1, p2, p3, p4, { dim: 1 })
  }
}

const stage = (...blocks: nn.Block[]) => {
  const b = new nn.Sequential()
  b.add(...blocks)
  return b
}

const halved = () => new nn.MaxPool2D({ poolSize: 3, strides: 2, padding: 1 })

export const googLeNet: Program = {
  title: 'GoogLeNet',
  run(trace) {
    const b1 = stage(new nn.Conv2D(64, 7, { strides: 2, padding: 3, activation: 'relu' }), halved())
    const b2 = stage(
      new nn.Conv2D(64, 1, { activation: 'relu' }),
      new nn.Conv2D(192, 3, { padding: 1, activation: 'relu' }),
      halved(),
    )
    const b3 = stage(new Inception(64, [96, 128], [16, 32], 32), new Inception(128, [128, 192], [32, 96], 64), halved())
    const b4 = stage(
      new Inception(192, [96, 208], [16, 48], 64),
      new Inception(160, [112, 224], [24, 64], 64),
      new Inception(128, [128, 256], [24, 64], 64),
      new Inception(112, [144, 288], [32, 64], 64),
      new Inception(256, [160, 320], [32, 128], 128),
      halved(),
    )
    const b5 = stage(
      new Inception(256, [160, 320], [32, 128], 128),
      new Inception(384, [192, 384], [48, 128], 128),
      new nn.GlobalAvgPool2D(),
    )
    const net = stage(b1, b2, b3, b4, b5, new nn.Dense(10))
    return classify(trace, net, { images: [4, 1, 96, 96], lr: 0.1, steps: 2 })
  },
}
