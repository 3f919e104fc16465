// VGG-11 with a quarter of the channels (d2l, "Networks Using Blocks (VGG)").
import { nn } from 'glueball'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

function vggBlock(numConvs: number, numChannels: number): nn.Sequential {
  const block = new nn.Sequential()
  for (let i = 0; i < numConvs; i++) block.add(new nn.Conv2D(numChannels, 3, { padding: 1, activation: 'relu' }))
  block.add(new nn.MaxPool2D({ poolSize: 2, strides: 2 }))
  return block
}

const convArch = [
  [1, 16],
  [1, 32],
  [2, 64],
  [2, 128],
  [2, 128],
] as const

export const vgg: Program = {
  title: 'VGG',
  run(trace) {
    const net = new nn.Sequential()
    for (const [numConvs, numChannels] of convArch) net.add(vggBlock(numConvs, numChannels))
    net.add(
      new nn.Dense(4096, { activation: 'relu' }),
      new nn.Dropout(0.5),
      new nn.Dense(4096, { activation: 'relu' }),
      new nn.Dropout(0.5),
      new nn.Dense(10),
    )
    return classify(trace, net, { images: [2, 1, 96, 96], lr: 0.05, steps: 2 })
  },
}
