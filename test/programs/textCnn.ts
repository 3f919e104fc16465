// Sentiment by one-dimensional convolutions over words (d2l, "Sentiment Analysis: Using Convolutional Neural Networks").
import { autograd, gluon, init, loss, type NDArray, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

const [vocabulary, embedSize] = [50, 12]
const kernelSizes = [3, 4, 5]
const numChannels = [8, 8, 8]

class TextCNN extends nn.Block {
  static override readonly className = 'TextCNN'
  readonly embedding = new nn.Embedding(vocabulary, embedSize)
  /** Vectors that are not trained. */
  readonly constantEmbedding = new nn.Embedding(vocabulary, embedSize)
  readonly dropout = new nn.Dropout(0.5)
  readonly decoder = new nn.Dense(2)
  readonly pool = new nn.GlobalMaxPool1D()
  readonly convs = new nn.Sequential()

  constructor() {
    super()
    for (const [i, channels] of numChannels.entries()) {
      this.convs.add(new nn.Conv1D(channels, kernelSizes[i], { activation: 'relu' }))
    }
  }

  forward(inputs: NDArray): NDArray {
    const words = nd.concat(this.embedding(inputs), this.constantEmbedding(inputs), { dim: 2 })
    const embeddings = words.transpose([0, 2, 1])
    const encoding = [...this.convs].map((conv) => this.pool((conv as nn.Conv1D)(embeddings)).flatten())
    return this.decoder(this.dropout(nd.concat(...encoding, { dim: 1 })))
  }
}

export const textCnn: Program = {
  title: 'text convolutions',
  async run(trace) {
    const net = new TextCNN()
    const X = trace.integers('X', [8, 20], vocabulary)
    const y = trace.integers('y', [8], 2)
    net.initialize({ init: new init.Xavier() })
    net(X)
    net.constantEmbedding.collectParams().setattr('gradReq', 'null')
    await trace.start(net.collectParams())
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.2 })
    const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() => crossEntropy(net(X), y), { trainMode: false })
      l.backward()
      trainer.step(8)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('constant vectors', net.constantEmbedding.weight.data())
  },
}
