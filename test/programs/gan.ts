// A generative adversarial network that learns a plane (d2l, "Generative Adversarial Networks").
import { autograd, gluon, init, loss, type NDArray, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

const crossEntropy = new loss.SigmoidBCELoss()

/** Trains the discriminator by a batch; returns its loss. */
function updateD(X: NDArray, Z: NDArray, netD: nn.Block, netG: nn.Block, trainerD: gluon.Trainer): NDArray {
  const batchSize = X.shape[0]
  const [ones, zeros] = [nd.ones([batchSize]), nd.zeros([batchSize])]
  const lossD = autograd.record(() => {
    const realY = netD(X)
    // no gradient for the generator
    const fakeY = netD(netG(Z).detach())
    return crossEntropy(realY, ones).add(crossEntropy(fakeY, zeros)).divide(2)
  })
  lossD.backward()
  trainerD.step(batchSize)
  return lossD
}

/** Trains the generator by a batch; returns its loss. */
function updateG(Z: NDArray, netD: nn.Block, netG: nn.Block, trainerG: gluon.Trainer): NDArray {
  const batchSize = Z.shape[0]
  const ones = nd.ones([batchSize])
  const lossG = autograd.record(() => crossEntropy(netD(netG(Z)), ones))
  lossG.backward()
  trainerG.step(batchSize)
  return lossG
}

export const gan: Program = {
  title: 'generative adversarial network',
  async run(trace) {
    const netG = new nn.Sequential()
    netG.add(new nn.Dense(2))
    const netD = new nn.Sequential()
    netD.add(new nn.Dense(5, { activation: 'tanh' }), new nn.Dense(3, { activation: 'tanh' }), new nn.Dense(1))
    for (const net of [netG, netD]) net.initialize({ init: new init.Normal({ sigma: 0.3 }) })
    const data = trace.uniform('data', [24, 2], -2, 2)
    netD(netG(data))
    await trace.start([...netG.collectParams().values(), ...netD.collectParams().values()].map((p) => p.data()))
    const [trainerD, trainerG] = [netD, netG].map(
      (net) => new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1, momentum: 0.5 }),
    )
    for (let step = 0; step < 4; step++) {
      const Z = trace.uniform(`Z${step}`, [24, 2], -1.5, 1.5)
      await trace.note(`discriminator's loss ${step + 1}`, updateD(data, Z, netD, netG, trainerD))
      await trace.note(`generator's loss ${step + 1}`, updateG(Z, netD, netG, trainerG))
    }
  },
}
