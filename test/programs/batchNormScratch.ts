// Batch normalisation from scratch in LeNet (d2l, "Batch Normalization").
import { autograd, gluon, init, loss, type NDArray, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

function batchNorm(
  X: NDArray,
  gamma: NDArray,
  beta: NDArray,
  movingMean: NDArray,
  movingVar: NDArray,
  { eps, momentum }: { eps: number; momentum: number },
): [Y: NDArray, movingMean: NDArray, movingVar: NDArray] {
  let [nextMean, nextVar] = [movingMean, movingVar]
  let XHat: NDArray
  if (!autograd.isTraining()) {
    XHat = X.subtract(movingMean).divide(movingVar.add(eps).sqrt())
  } else {
    const axis = X.ndim === 2 ? 0 : [0, 2, 3]
    const mean = X.mean({ axis, keepdims: true })
    const variance = X.subtract(mean).square().mean({ axis, keepdims: true })
    XHat = X.subtract(mean).divide(variance.add(eps).sqrt())
    nextMean = movingMean.multiply(momentum).add(mean.detach().multiply(1 - momentum))
    nextVar = movingVar.multiply(momentum).add(variance.detach().multiply(1 - momentum))
  }
  return [gamma.multiply(XHat).add(beta), nextMean, nextVar]
}

class BatchNorm extends nn.Block {
  static override readonly className = 'BatchNorm'
  readonly gamma: gluon.Parameter
  readonly beta: gluon.Parameter
  movingMean: NDArray
  movingVar: NDArray

  constructor(numFeatures: number, numDims: 2 | 4) {
    super()
    const shape = numDims === 2 ? [1, numFeatures] : [1, numFeatures, 1, 1]
    this.gamma = this.parameter('gamma', { shape, init: new init.One() })
    this.beta = this.parameter('beta', { shape, init: new init.Zero() })
    this.movingMean = nd.zeros(shape)
    this.movingVar = nd.zeros(shape)
  }

  forward(X: NDArray): NDArray {
    const [Y, mean, variance] = batchNorm(X, this.gamma.data(), this.beta.data(), this.movingMean, this.movingVar, {
      eps: 1e-5,
      momentum: 0.9,
    })
    this.movingMean = mean
    this.movingVar = variance
    return Y
  }
}

export const batchNormScratch: Program = {
  title: 'batch normalisation from scratch',
  async run(trace) {
    const net = new nn.Sequential()
    net.add(
      new nn.Conv2D(6, 5),
      new BatchNorm(6, 4),
      new nn.Activation('sigmoid'),
      new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
      new nn.Conv2D(16, 5),
      new BatchNorm(16, 4),
      new nn.Activation('sigmoid'),
      new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
      new nn.Dense(120),
      new BatchNorm(120, 2),
      new nn.Activation('sigmoid'),
      new nn.Dense(84),
      new BatchNorm(84, 2),
      new nn.Activation('sigmoid'),
      new nn.Dense(10),
    )
    const X = trace.uniform('X', [32, 1, 28, 28])
    const y = trace.integers('y', [32], 10)
    net.initialize({ init: new init.Xavier() })
    net(X)
    await trace.start(net.collectParams())
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.2 })
    const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() => crossEntropy(net(X), y))
      l.backward()
      trainer.step(32)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    const first = net.at(1) as BatchNorm
    await trace.note('gamma', first.gamma.data())
    await trace.note('beta', first.beta.data())
    await trace.note('moving mean', first.movingMean)
    await trace.note('prediction', net(X))
  },
}
