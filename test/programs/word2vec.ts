// The skip-gram model with negative sampling (d2l, "Implementation of Word2vec").
import { autograd, gluon, init, loss, type NDArray, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

/** Products of the vector of each centre (N, 1) with those of its contexts and noise words (N, K): (N, 1, K). */
function skipGram(center: NDArray, contextsAndNegatives: NDArray, embedV: nn.Embedding, embedU: nn.Embedding): NDArray {
  const v = embedV(center)
  const u = embedU(contextsAndNegatives)
  return nd.batchDot(v, u.swapaxes(1, 2))
}

export const word2vec: Program = {
  title: 'word2vec',
  async run(trace) {
    const [vocabulary, embedSize, batch, words] = [40, 10, 6, 8]
    const net = new nn.Sequential()
    const [embedV, embedU] = [new nn.Embedding(vocabulary, embedSize), new nn.Embedding(vocabulary, embedSize)]
    net.add(embedV, embedU)
    net.initialize({ init: new init.Uniform({ scale: 0.5 }) })
    const center = trace.integers('center', [batch, 1], vocabulary)
    const context = trace.integers('context', [batch, words], vocabulary)
    const mask = trace.integers('mask', [batch, words], 2).astype('float32')
    const label = trace.integers('label', [batch, words], 2).astype('float32')
    skipGram(center, context, embedV, embedU)
    await trace.start(net.collectParams())
    const crossEntropy = new loss.SigmoidBinaryCrossEntropyLoss()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.5 })
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() => {
        const pred = skipGram(center, context, embedV, embedU)
        // the mean is over all words, those that are masked too
        return crossEntropy(pred.reshape(label.shape), label, mask)
          .multiply(words)
          .divide(mask.sum({ axis: 1 }).add(1))
      })
      l.backward()
      trainer.step(batch)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('vectors', embedV.weight.data())
  },
}
