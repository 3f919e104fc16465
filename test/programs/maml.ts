// Model-agnostic meta-learning on sine waves: gradients through an inner step (Finn, Abbeel, Levine, 2017).
import { autograd, type NDArray, nd } from 'glueball'
import type { Program } from './trace.ts'

const sizes = [1, 20, 20, 1]

/** A network of two hidden layers with the given weights. */
function model(x: NDArray, [w1, b1, w2, b2, w3, b3]: readonly NDArray[]): NDArray {
  const first = nd.dot(x, w1).add(b1).tanh()
  const second = nd.dot(first, w2).add(b2).tanh()
  return nd.dot(second, w3).add(b3)
}

const squaredError = (x: NDArray, y: NDArray, params: readonly NDArray[]) =>
  model(x, params).subtract(y).square().mean()

/** The weights after one step of gradient descent on a task, still functions of the weights before. */
function adapted(x: NDArray, y: NDArray, params: readonly NDArray[]): NDArray[] {
  const gradients = autograd.grad(squaredError(x, y, params), [...params], null, { createGraph: true })
  return params.map((param, i) => param.subtract(gradients[i].multiply(0.05)))
}

export const maml: Program = {
  title: 'meta-learning',
  async run(trace) {
    const params = sizes
      .slice(1)
      .flatMap((out, i) => [nd.random.normal({ scale: 0.5, shape: [sizes[i], out] }), nd.zeros([out])])
    await trace.start(params)
    for (const param of params) param.attachGrad()
    for (let step = 0; step < 4; step++) {
      const x = trace.uniform(`x${step}`, [10, 1], -3, 3)
      const query = trace.uniform(`query${step}`, [10, 1], -3, 3)
      const [y, wanted] = [x, query].map((angles) =>
        trace
          .uniform(`phase${step}${angles === x}`, [10, 1])
          .add(angles)
          .tanh(),
      )
      const l = autograd.record(() => squaredError(query, wanted, adapted(x, y, params)))
      l.backward()
      for (const param of params) param.isubtract(param.grad!.multiply(0.1))
      await trace.note(`loss of step ${step + 1}`, l)
    }
    for (const [i, param] of params.entries()) await trace.note(`weight ${i}`, param)
  },
}
