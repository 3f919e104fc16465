// Five steps of LeNet from a fixed seed, and a data set: prints numbers that must be the same wherever the program runs.
import { autograd, gluon, init, loss, nd, nn, random } from 'glueball'

async function main() {
  random.seed(7)
  const net = new nn.HybridSequential()
  net.add(
    new nn.Conv2D(6, 5, { activation: 'relu' }),
    new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
    new nn.Conv2D(16, 5, { activation: 'relu' }),
    new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
    new nn.Dense(120, { activation: 'relu' }),
    new nn.Dense(84, { activation: 'relu' }),
    new nn.Dense(10),
  )
  net.initialize({ init: new init.Xavier() })
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
  const crossLoss = new loss.SoftmaxCrossEntropyLoss()
  const [x, y] = [nd.random.uniform({ shape: [8, 1, 28, 28] }), nd.array([0, 1, 2, 3, 4, 5, 6, 7])]
  const numbers = []
  for (let step = 0; step < 5; step++) {
    const found = autograd.record(() => crossLoss(net(x), y))
    found.backward()
    trainer.step(8)
    numbers.push(await found.mean().asscalar())
  }
  // a page has no folders
  const root = globalThis.location ? new URL('/data', location.origin).href : 'data'
  const images = await gluon.data.vision.FashionMNIST.load({ train: false, root })
  for await (const [, labels] of new gluon.data.DataLoader(images, 1000)) numbers.push(await labels.sum().asscalar())
  console.log(numbers.join(' '))
  return numbers.join(' ')
}

/** The line that the program prints. */
export const losses = main()
