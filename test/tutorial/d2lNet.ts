// NiN as d2l builds it.
import { nn } from 'glueball'

function ninBlock(channels: number, kernelSize: number, strides: number, padding: number): nn.Sequential {
  const block = new nn.Sequential()
  block.add(
    new nn.Conv2D(channels, kernelSize, { strides, padding, activation: 'relu' }),
    new nn.Conv2D(channels, 1, { activation: 'relu' }),
    new nn.Conv2D(channels, 1, { activation: 'relu' }),
  )
  return block
}

/** The network, without name scopes. */
export function d2lNet(): nn.Sequential {
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
  return net
}
