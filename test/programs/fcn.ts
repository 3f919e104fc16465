// A fully convolutional network, whose transposed convolution starts as bilinear upsampling (d2l, "Fully Convolutional
// Networks (FCN)").
import { autograd, gluon, init, loss, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

const numClasses = 5

/** Filters (channels, channels, size, size) that upsample each channel bilinearly. */
function bilinearKernel(channels: number, size: number) {
  const factor = Math.floor((size + 1) / 2)
  const center = size % 2 === 1 ? factor - 1 : factor - 0.5
  const weight = new Float32Array(channels * channels * size * size)
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        weight[((c * channels + c) * size + i) * size + j] =
          (1 - Math.abs(i - center) / factor) * (1 - Math.abs(j - center) / factor)
  return nd.array(weight, { shape: [channels, channels, size, size] })
}

export const fcn: Program = {
  title: 'fully convolutional network',
  async run(trace) {
    const net = new nn.Sequential()
    const upsampling = new nn.Conv2DTranspose(numClasses, 8, { padding: 2, strides: 4, inChannels: numClasses })
    net.add(
      new nn.Conv2D(16, 3, { padding: 1, strides: 2, activation: 'relu' }),
      new nn.Conv2D(24, 3, { padding: 1, strides: 2, activation: 'relu' }),
      new nn.Conv2D(numClasses, 1),
      upsampling,
    )
    const X = trace.uniform('X', [2, 3, 32, 24])
    const Y = trace.integers('Y', [2, 32, 24], numClasses)
    net.initialize({ init: new init.Xavier() })
    upsampling.weight.setData(bilinearKernel(numClasses, 8))
    net(X)
    await trace.start(net.collectParams())
    const crossEntropy = new loss.SoftmaxCrossEntropyLoss({ axis: 1 })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.3, wd: 1e-3 })
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() => crossEntropy(net(X), Y))
      l.backward()
      trainer.step(2)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('scores', net(X))
  },
}
