// House prices: a linear model with weight decay, and the logarithmic error (d2l, "Predicting House Prices on Kaggle").
import { autograd, data, gluon, loss, type NDArray, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

const squared = new loss.L2Loss()

function logRmse(net: nn.Sequential, features: NDArray, labels: NDArray): NDArray {
  // predictions below 1 would make the logarithm unstable
  const clipped = net(features).clip(1, Number.POSITIVE_INFINITY)
  return squared(clipped.log(), labels.log()).mean().multiply(2).sqrt()
}

export const kaggleHouse: Program = {
  title: 'house prices',
  async run(trace) {
    const features = trace.uniform('features', [50, 331], -1, 1)
    const labels = trace.uniform('labels', [50, 1], 1, 4)
    const net = new nn.Sequential()
    net.add(new nn.Dense(1))
    net.initialize()
    net(features)
    await trace.start(net.collectParams())
    const trainIter = new data.DataLoader(new data.ArrayDataset(features, labels), 16)
    const trainer = new gluon.Trainer(net.collectParams(), 'adam', { learningRate: 0.05, wd: 0.1 })
    for (let epoch = 0; epoch < 3; epoch++) {
      for await (const [X, y] of trainIter) {
        const l = autograd.record(() => squared(net(X), y))
        l.backward()
        trainer.step(X.shape[0])
      }
      await trace.note(`error of epoch ${epoch + 1}`, logRmse(net, features, labels))
    }
    await trace.note('prediction', net(features))
    await nd.waitall()
  },
}
