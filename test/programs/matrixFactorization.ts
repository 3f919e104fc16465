// Ratings as products of vectors of users and items (d2l, "Matrix Factorization").
import { autograd, gluon, init, loss, type NDArray, nn } from 'glueball'
import type { Program } from './trace.ts'

class MF extends nn.Block<[user: NDArray, item: NDArray]> {
  static override readonly className = 'MF'
  readonly P: nn.Embedding
  readonly Q: nn.Embedding
  readonly userBias: nn.Embedding
  readonly itemBias: nn.Embedding

  constructor(numFactors: number, numUsers: number, numItems: number) {
    super()
    this.P = new nn.Embedding(numUsers, numFactors)
    this.Q = new nn.Embedding(numItems, numFactors)
    this.userBias = new nn.Embedding(numUsers, 1)
    this.itemBias = new nn.Embedding(numItems, 1)
  }

  forward(user: NDArray, item: NDArray): NDArray {
    const product = this.P(user).multiply(this.Q(item)).sum({ axis: 1 })
    return product.add(this.userBias(user).squeeze()).add(this.itemBias(item).squeeze())
  }
}

export const matrixFactorization: Program = {
  title: 'matrix factorisation',
  async run(trace) {
    const [users, items] = [20, 30]
    const net = new MF(6, users, items)
    net.initialize({ init: new init.Normal({ sigma: 0.1 }) })
    const user = trace.integers('user', [40], users)
    const item = trace.integers('item', [40], items)
    const rating = trace.uniform('rating', [40], 1, 5)
    net(user, item)
    await trace.start(net.collectParams())
    const squared = new loss.L2Loss()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 2, momentum: 0.9, wd: 1e-5 })
    for (let step = 0; step < 5; step++) {
      const l = autograd.record(() => squared(net(user, item), rating))
      l.backward()
      trainer.step(40)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('users', net.P.weight.data())
  },
}
