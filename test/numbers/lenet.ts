// LeNet trained as golden/lenet.py trains it: 28×28 pixels, batches of 256, SGD, Xavier.
import { autograd, type Context, gluon, init, type NDArray, nd } from 'glueball'

/** Images in a batch. */
export const batch = 256

/** A network with weights drawn from the seed, and how it is trained. */
export class LeNet {
  readonly net: gluon.nn.Sequential = gluon.models.lenet()
  readonly #loss = new gluon.loss.SoftmaxCrossEntropyLoss()
  readonly #trainer: gluon.Trainer

  constructor(ctx: Context, seed: number, learningRate: number) {
    nd.random.seed(seed)
    this.net.initialize({ ctx, init: new init.Xavier() })
    this.net(nd.zeros([1, 1, 28, 28], { ctx }))
    this.#trainer = new gluon.Trainer(this.net.collectParams(), 'sgd', { learningRate })
  }

  /** One step; gives the losses before it. */
  step(image: NDArray, label: NDArray): NDArray {
    const loss = autograd.record(() => this.#loss(this.net(image), label))
    loss.backward()
    this.#trainer.step(batch)
    return loss
  }
}
