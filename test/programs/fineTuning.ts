// Fine-tuning: features from another network's file, a new output that learns ten times as fast (d2l, "Fine Tuning").
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, gluon, init, loss, type NDArray, nn } from 'glueball'
import type { Program } from './trace.ts'

class Model extends nn.Block {
  static override readonly className = 'Model'
  readonly features = new nn.Sequential()
  readonly output: nn.Dense

  constructor(classes: number) {
    super()
    this.features.add(
      new nn.Conv2D(8, 3, { padding: 1 }),
      new nn.BatchNorm(),
      new nn.Activation('relu'),
      new nn.Conv2D(12, 3, { padding: 1, strides: 2 }),
      new nn.BatchNorm(),
      new nn.Activation('relu'),
      new nn.GlobalAvgPool2D(),
      new nn.Flatten(),
    )
    this.output = new nn.Dense(classes)
  }

  forward(x: NDArray): NDArray {
    return this.output(this.features(x))
  }
}

export const fineTuning: Program = {
  title: 'fine-tuning',
  async run(trace) {
    const X = trace.uniform('X', [8, 3, 16, 16])
    const y = trace.integers('y', [8], 2)
    const pretrained = new Model(10)
    pretrained.initialize({ init: new init.Xavier() })
    pretrained(X)
    const file = join(tmpdir(), `fine-tuning-${process.pid}.params`)
    await pretrained.features.saveParameters(file)

    const net = new Model(2)
    await net.features.loadParameters(file)
    rmSync(file)
    net.output.initialize({ init: new init.Xavier() })
    net.output.collectParams().setattr('lrMult', 10)
    net(X)
    await trace.start(net.collectParams())
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.01, wd: 0.001 })
    const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() => crossEntropy(net(X), y))
      l.backward()
      trainer.step(8)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('prediction', net(X))
  },
}
