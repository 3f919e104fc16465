// AlexNet (d2l, "Deep Convolutional Neural Networks (AlexNet)").
import { nn } from 'glueball'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

export const alexNet: Program = {
  title: 'AlexNet',
  run(trace) {
    const net = new nn.Sequential()
    net.add(
      new nn.Conv2D(96, 11, { strides: 4, activation: 'relu' }),
      new nn.MaxPool2D({ poolSize: 3, strides: 2 }),
      new nn.Conv2D(256, 5, { padding: 2, activation: 'relu' }),
      new nn.MaxPool2D({ poolSize: 3, strides: 2 }),
      new nn.Conv2D(384, 3, { padding: 1, activation: 'relu' }),
      new nn.Conv2D(384, 3, { padding: 1, activation: 'relu' }),
      new nn.Conv2D(256, 3, { padding: 1, activation: 'relu' }),
      new nn.MaxPool2D({ poolSize: 3, strides: 2 }),
      new nn.Dense(4096, { activation: 'relu' }),
      new nn.Dropout(0.5),
      new nn.Dense(4096, { activation: 'relu' }),
      new nn.Dropout(0.5),
      new nn.Dense(10),
    )
    return classify(trace, net, { images: [2, 1, 224, 224], lr: 0.01, steps: 2 })
  },
}
