// A recurrent network from scratch with clipped gradients (d2l, "Implementation of Recurrent Neural Networks from Scratch").
import { autograd, loss, type NDArray, nd } from 'glueball'
import type { Program } from './trace.ts'

const vocabulary = 28
const hiddens = 32
const steps = 7
const batch = 4

type Params = readonly [Wxh: NDArray, Whh: NDArray, bh: NDArray, Whq: NDArray, bq: NDArray]

const normal = (...shape: number[]) => nd.random.normal({ scale: 0.01, shape })

function getParams(): Params {
  const params: Params = [
    normal(vocabulary, hiddens),
    normal(hiddens, hiddens),
    nd.zeros([hiddens]),
    normal(hiddens, vocabulary),
    nd.zeros([vocabulary]),
  ]
  for (const param of params) param.attachGrad()
  return params
}

function rnn(inputs: readonly NDArray[], state: NDArray, [Wxh, Whh, bh, Whq, bq]: Params): [NDArray[], NDArray] {
  let H = state
  const outputs: NDArray[] = []
  for (const X of inputs) {
    H = nd.dot(X, Wxh).add(nd.dot(H, Whh)).add(bh).tanh()
    outputs.push(nd.dot(H, Whq).add(bq))
  }
  return [outputs, H]
}

/** Scales the gradients down to a common norm of `theta`, and returns the norm. */
async function clipGradients(params: Params, theta: number): Promise<NDArray> {
  const squares = params.map((param) => param.grad!.square().sum())
  const norm = squares.reduce((a, b) => a.add(b)).sqrt()
  if ((await norm.asscalar()) > theta) for (const { grad } of params) grad!.imultiply(nd.divide(theta, norm))
  return norm
}

export const rnnScratch: Program = {
  title: 'recurrent network from scratch',
  async run(trace) {
    const params = getParams()
    await trace.start(params)
    const crossEntropy = new loss.SoftmaxCrossEntropyLoss()
    let state = nd.zeros([batch, hiddens])
    for (let step = 0; step < 3; step++) {
      const X = trace.integers(`X${step}`, [batch, steps], vocabulary)
      const Y = trace.integers(`Y${step}`, [batch, steps], vocabulary)
      state = state.detach()
      const l = autograd.record(() => {
        const inputs = Array.from({ length: steps }, (_, t) =>
          X.sliceAxis(1, t, t + 1)
            .reshape([-1])
            .oneHot(vocabulary),
        )
        const [outputs, next] = rnn(inputs, state, params)
        state = next
        return crossEntropy(nd.concat(...outputs, { dim: 0 }), Y.T.reshape([-1])).mean()
      })
      l.backward()
      await trace.note(`norm of step ${step + 1}`, await clipGradients(params, 0.01))
      for (const param of params) param.isubtract(param.grad!.multiply(100))
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('state', state)
  },
}
