// LeNet with sigmoids, trained by SGD (d2l, "Convolutional Neural Networks (LeNet)").
import { autograd, gluon, init, loss, nn } from 'glueball'
import type { Program } from './trace.ts'

export const lenet: Program = {
  title: 'LeNet',
  async run(trace) {
    const net = new nn.Sequential()
    net.add(
      new nn.Conv2D(6, 5, { activation: 'sigmoid' }),
      new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
      new nn.Conv2D(16, 5, { activation: 'sigmoid' }),
      new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
      new nn.Dense(120, { activation: 'sigmoid' }),
      new nn.Dense(84, { activation: 'sigmoid' }),
      new nn.Dense(10),
    )
    const X = trace.uniform('X', [16, 1, 28, 28])
    const y = trace.integers('y', [16], 10)
    net.initialize({ init: new init.Xavier() })
    net(X)
    await trace.start(net.collectParams())
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.9 })
    const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() => crossEntropy(net(X), y))
      l.backward()
      trainer.step(16)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('prediction', net(X))
  },
}
