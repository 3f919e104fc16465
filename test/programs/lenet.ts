// LeNet with sigmoids (d2l, "Convolutional Neural Networks (LeNet)").
import { nn } from 'glueball'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

export const lenet: Program = {
  title: 'LeNet',
  run(trace) {
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
    return classify(trace, net, { images: [16, 1, 28, 28], lr: 0.9, steps: 4 })
  },
}
