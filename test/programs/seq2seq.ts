// An encoder and a decoder with attention (d2l, "Machine Translation").
import { autograd, gluon, init, loss, type NDArray, nd, nn, rnn } from 'glueball'
import type { Program } from './trace.ts'

const vocabulary = 12
const [embedSize, numHiddens, numLayers, attentionSize] = [8, 10, 2, 6]
const [batch, steps] = [3, 5]

class Encoder extends nn.Block<[inputs: NDArray, state: NDArray[]], [outputs: NDArray, state: NDArray[]]> {
  static override readonly className = 'Encoder'
  readonly embedding = new nn.Embedding(vocabulary, embedSize)
  readonly rnn = new rnn.GRU(numHiddens, { numLayers })

  forward(inputs: NDArray, state: NDArray[]): [outputs: NDArray, state: NDArray[]] {
    return this.rnn(this.embedding(inputs).swapaxes(0, 1), state)
  }
}

/** Scores of a hidden state beside each output of the encoder, by a small network. */
function attentionModel(): nn.Sequential {
  const model = new nn.Sequential()
  model.add(
    new nn.Dense(attentionSize, { activation: 'tanh', useBias: false, flatten: false }),
    new nn.Dense(1, { useBias: false, flatten: false }),
  )
  return model
}

/** The outputs of the encoder (T, N, C), weighted by the attention that a state (N, C) pays them: (N, C). */
function attend(model: nn.Sequential, encoded: NDArray, state: NDArray): NDArray {
  const states = state.expandDims(0).broadcastTo(encoded.shape)
  const weights = model(nd.concat(encoded, states, { dim: 2 })).softmax({ axis: 0 })
  return weights.multiply(encoded).sum({ axis: 0 })
}

class Decoder extends nn.Block<[word: NDArray, state: NDArray[], encoded: NDArray], [NDArray, NDArray[]]> {
  static override readonly className = 'Decoder'
  readonly embedding = new nn.Embedding(vocabulary, embedSize)
  readonly attention = attentionModel()
  readonly rnn = new rnn.GRU(numHiddens, { numLayers })
  readonly out = new nn.Dense(vocabulary, { flatten: false })

  forward(word: NDArray, state: NDArray[], encoded: NDArray): [output: NDArray, state: NDArray[]] {
    const context = attend(this.attention, encoded, state[0].at(-1))
    const input = nd.concat(this.embedding(word), context, { dim: 1 })
    const [output, next] = this.rnn(input.expandDims(0), state)
    return [this.out(output).squeeze(0), next]
  }
}

/** The loss of a batch, where the decoder gets the word that is right, and words behind the sentence's end don't count. */
function batchLoss(encoder: Encoder, decoder: Decoder, X: NDArray, Y: NDArray, mask: NDArray): NDArray {
  const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
  const [encoded, first] = encoder(X, encoder.rnn.beginState(batch))
  let state = first
  let word = nd.zeros([batch], { dtype: 'int32' })
  let sum = nd.zeros([1])
  for (let t = 0; t < steps; t++) {
    const [output, next] = decoder(word, state, encoded)
    word = Y.sliceAxis(1, t, t + 1).reshape([-1])
    sum = sum.add(
      mask
        .sliceAxis(1, t, t + 1)
        .reshape([-1])
        .multiply(crossEntropy(output, word))
        .sum(),
    )
    state = next
  }
  return sum.divide(mask.sum())
}

export const seq2seq: Program = {
  title: 'translation with attention',
  async run(trace) {
    const [encoder, decoder] = [new Encoder(), new Decoder()]
    const X = trace.integers('X', [batch, steps], vocabulary)
    const Y = trace.integers('Y', [batch, steps], vocabulary)
    const mask = trace.integers('mask', [batch, steps], 2).astype('float32')
    for (const part of [encoder, decoder]) part.initialize({ init: new init.Xavier() })
    batchLoss(encoder, decoder, X, Y, mask)
    await trace.start([...encoder.collectParams().values(), ...decoder.collectParams().values()].map((p) => p.data()))
    const trainers = [encoder, decoder].map(
      (part) => new gluon.Trainer(part.collectParams(), 'sgd', { learningRate: 0.5, momentum: 0.9 }),
    )
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() => batchLoss(encoder, decoder, X, Y, mask))
      l.backward()
      for (const trainer of trainers) trainer.step(1)
      await trace.note(`loss of step ${step + 1}`, l)
    }
  },
}
