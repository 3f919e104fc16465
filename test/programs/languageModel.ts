// A character model over a recurrent layer (d2l, "Concise Implementation of Recurrent Neural Networks").
import { autograd, gluon, init, loss, type NDArray, nn, type rnn } from 'glueball'
import type { Trace } from './trace.ts'

const vocabulary = 30
const steps = 9
const batch = 4

class RNNModel extends nn.Block<[inputs: NDArray, state: NDArray[]], [output: NDArray, state: NDArray[]]> {
  static override readonly className = 'RNNModel'
  readonly rnn: rnn.RecurrentLayer
  readonly dense = new nn.Dense(vocabulary)

  constructor(layer: rnn.RecurrentLayer) {
    super()
    this.rnn = layer
  }

  forward(inputs: NDArray, state: NDArray[]): [output: NDArray, state: NDArray[]] {
    const X = inputs.T.oneHot(vocabulary)
    const [Y, next] = this.rnn(X, state)
    return [this.dense(Y.reshape([-1, Y.shape[2]])), next]
  }

  beginState(batchSize: number): NDArray[] {
    return this.rnn.beginState(batchSize)
  }
}

/** Trains the model over consecutive sequences, with the gradients clipped to a common norm, and notes its losses. */
export async function trainLanguageModel(trace: Trace, layer: rnn.RecurrentLayer): Promise<void> {
  const model = new RNNModel(layer)
  model.initialize({ init: new init.Normal({ sigma: 0.3 }) })
  const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
  const trainer = new gluon.Trainer(model.collectParams(), 'sgd', { learningRate: 1, momentum: 0, wd: 0 })
  let state = model.beginState(batch)
  for (let step = 0; step < 3; step++) {
    const X = trace.integers(`X${step}`, [batch, steps], vocabulary)
    const Y = trace.integers(`Y${step}`, [batch, steps], vocabulary)
    if (step === 0) {
      model(X, state)
      await trace.start(model.collectParams())
    }
    state = state.map((one) => one.detach())
    const l = autograd.record(() => {
      const [output, next] = model(X, state)
      state = next
      return crossEntropy(output, Y.T.reshape([-1])).mean()
    })
    l.backward()
    trainer.step(1)
    await trace.note(`loss of step ${step + 1}`, l)
  }
  for (const [i, one] of state.entries()) await trace.note(`state ${i}`, one)
}
