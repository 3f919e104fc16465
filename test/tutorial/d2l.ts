// d2l's NiN, built without name scopes; prints the names of its layers and of its first and last parameter.
import { nd, nn } from 'glueball'

function ninBlock(channels: number, kernelSize: number, strides: number, padding: number): nn.Sequential {
  const block = new nn.Sequential()
  block.add(
    new nn.Conv2D(channels, kernelSize, { strides, padding, activation: 'relu' }),
    new nn.Conv2D(channels, 1, { activation: 'relu' }),
    new nn.Conv2D(channels, 1, { activation: 'relu' }),
  )
  return block
}

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
net.initialize()
net(nd.zeros([1, 1, 67, 67]))
console.log([...net].map((layer) => layer.name).join(' '))
const names = [...net.collectParams().keys()]
console.log(names[0], names.at(-1))
