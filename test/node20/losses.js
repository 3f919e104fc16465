// Five steps of LeNet from a fixed seed: prints the losses, which must be the same wherever the program runs.
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
  const losses = []
  for (let step = 0; step < 5; step++) {
    const found = autograd.record(() => crossLoss(net(x), y))
    found.backward()
    trainer.step(8)
    losses.push(await found.mean().asscalar())
  }
  console.log(losses.join(' '))
}

main()
