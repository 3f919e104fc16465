// A variational autoencoder with a reparametrised sample (The Straight Dope, "Variational Autoencoder").
import { autograd, gluon, init, type NDArray, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

const latent = 4

class VAE extends nn.Block<[x: NDArray, eps: NDArray], [loss: NDArray, y: NDArray]> {
  static override readonly className = 'VAE'
  readonly encoder = new nn.Sequential()
  readonly decoder = new nn.Sequential()

  constructor(hidden: number, output: number) {
    super()
    this.encoder.add(new nn.Dense(hidden, { activation: 'tanh' }), new nn.Dense(latent * 2))
    this.decoder.add(new nn.Dense(hidden, { activation: 'tanh' }), new nn.Dense(output, { activation: 'sigmoid' }))
  }

  forward(x: NDArray, eps: NDArray): [loss: NDArray, y: NDArray] {
    const [mu, lv] = nd.split(this.encoder(x), 2, { axis: 1 })
    const z = mu.add(lv.multiply(0.5).exp().multiply(eps))
    const y = this.decoder(z)
    const kl = lv.add(1).subtract(mu.square()).subtract(lv.exp()).sum({ axis: 1 }).multiply(-0.5)
    const tiny = 1e-10
    const ones = x.multiply(y.add(tiny).log())
    const zeros = nd.subtract(1, x).multiply(nd.subtract(1 + tiny, y).log())
    return [kl.subtract(ones.add(zeros).sum({ axis: 1 })), y]
  }
}

export const vae: Program = {
  title: 'variational autoencoder',
  async run(trace) {
    const net = new VAE(40, 64)
    net.initialize({ init: new init.Xavier() })
    const x = trace.uniform('x', [20, 64])
    const eps = trace.uniform('eps', [20, latent], -1.5, 1.5)
    net(x, eps)
    await trace.start(net.collectParams())
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.02, momentum: 0.9 })
    for (let step = 0; step < 5; step++) {
      const l = autograd.record(() => net(x, eps)[0])
      l.backward()
      trainer.step(20)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('picture', net(x, eps)[1])
  },
}
