// Network in Network (d2l, "Network in Network (NiN)").
import { nn } from 'glueball'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

function ninBlock(numChannels: number, kernelSize: number, strides: number, padding: number): nn.Sequential {
  const block = new nn.Sequential()
  block.add(
    new nn.Conv2D(numChannels, kernelSize, { strides, padding, activation: 'relu' }),
    new nn.Conv2D(numChannels, 1, { activation: 'relu' }),
    new nn.Conv2D(numChannels, 1, { activation: 'relu' }),
  )
  return block
}

export const nin: Program = {
  title: 'NiN',
  run(trace) {
    const net = new nn.Sequential()
    net.add(
      ninBlock(96, 11, 4, 0),
      new nn.MaxPool2D({ poolSize: 3, strides: 2 }),
      ninBlock(256, 5, 1, 2),
      new nn.MaxPool2D({ poolSize: 3, strides: 2 }),
      ninBlock(384, 3, 1, 1),
      new nn.MaxPool2D({ poolSize: 3, strides: 2 }),
      new nn.Dropout(0.5),
      ninBlock(10, 3, 1, 1),
      new nn.GlobalAvgPool2D(),
      new nn.Flatten(),
    )
    return classify(trace, net, { images: [2, 1, 224, 224], lr: 0.1, steps: 2 })
  },
}
