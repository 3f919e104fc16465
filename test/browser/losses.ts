// One training that a page and Node both run: an eighth of NiN with its dropout, on random images of ten classes.
import type { Context } from '../../src/core/engine.ts'
import { autograd, gluon, init, nd } from '../../src/index.ts'

/** The mean loss before each of `steps` steps. */
export async function lossesOn(ctx: Context, steps: number): Promise<number[]> {
  nd.random.seed(0)
  const net = gluon.models.nin({ narrow: 8, lastRelu: false })
  net.initialize({ ctx, init: new init.MSRAPrelu() })
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.02, momentum: 0.9 })
  const criterion = new gluon.loss.SoftmaxCrossEntropyLoss()
  const labels = nd.array([0, 1, 2, 3], { ctx })
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const images = nd.random.uniform({ shape: [4, 1, 67, 67], ctx })
    const loss = autograd.record(() => criterion(net(images), labels))
    loss.backward()
    trainer.step(4)
    losses.push(await nd.mean(loss).asscalar())
  }
  return losses
}
