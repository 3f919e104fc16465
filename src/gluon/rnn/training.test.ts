// Recurrent layers in training: they learn, states go on from batch to batch, and memory stays flat.
import { autograd, cpu, gluon, memoryInfo, type NDArray, nd, nn, reference, rnn } from 'glueball'
import { describe, expect, it } from 'vitest'

const ctx = reference()
const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]
const uniform = (...shape: number[]) => nd.random.uniform({ low: -1, high: 1, shape, ctx })

describe('a recurrent layer in training', () => {
  it('learns through a sequence in a Sequential', async () => {
    const net = new nn.Sequential()
    net.add(new rnn.RNN(8, { activation: 'tanh' }), new nn.Dense(1, { flatten: false }))
    net.initialize({ ctx, init: 'xavier' })
    const x = uniform(6, 8, 1)
    const y = x.cumsum({ axis: 0 })
    const trainer = new gluon.Trainer(net.collectParams(), 'adam', { learningRate: 0.02 })
    const l2 = new gluon.loss.L2Loss()
    const losses: number[] = []
    for (let step = 0; step < 40; step++) {
      const loss = autograd.record(() => l2(net(x), y))
      loss.backward()
      trainer.step(8)
      losses.push(await loss.mean().asscalar())
    }
    expect(losses[39]).toBeLessThan(losses[0] / 4)
  })

  it.each([
    ['detached', (state: NDArray) => state.detach()],
    ['as they are, since backward has freed their graph', (state: NDArray) => state],
  ])('takes states on from batch to batch: %s', async (_, passOn) => {
    const layer = new rnn.LSTM(3)
    layer.initialize({ ctx })
    const x = uniform(2, 2, 3)
    const run = (given: NDArray[]) => {
      const [y, next] = autograd.record(() => layer(x, given))
      y.backward()
      return next
    }
    const weight = () => layer.collectParams().get(`${layer.prefix}l0_h2h_weight`).grad()
    const states = run(layer.beginState(2, { ctx }))
    const values = states.map((state) => state.copy().detach())
    run(states.map(passOn))
    const grad = await list(weight())
    run(values)
    expect(await list(weight())).toEqual(grad)
  })

  it('keeps memory flat from step to step', async () => {
    const device = cpu()
    const layer = new rnn.LSTM(16, { numLayers: 2 })
    layer.initialize({ ctx: device })
    const trainer = new gluon.Trainer(layer.collectParams(), 'sgd', { learningRate: 0.1 })
    const x = nd.ones([10, 4, 8], { ctx: device })
    let states = layer.beginState(4, { ctx: device })
    const bytes: number[] = []
    for (let step = 0; step < 8; step++) {
      const given = states.map((state) => state.detach())
      const [y, next] = autograd.record(() => layer(x, given))
      y.backward()
      trainer.step(4)
      for (const array of [...states, ...given, y]) array.dispose()
      states = next
      await nd.waitall()
      bytes.push(memoryInfo(device).liveBytes)
    }
    expect(new Set(bytes.slice(2)).size).toBe(1)
  })

  it('is a language model as the chapters have it', async () => {
    class RNNModel extends nn.Block<[NDArray, readonly NDArray[]], [NDArray, NDArray[]]> {
      readonly rnn: rnn.RecurrentLayer
      readonly dense: nn.Dense
      readonly #vocabulary: number

      constructor(layer: rnn.RecurrentLayer, vocabulary: number) {
        super()
        this.rnn = layer
        this.#vocabulary = vocabulary
        this.dense = new nn.Dense(vocabulary)
      }

      forward(inputs: NDArray, state: readonly NDArray[]): [NDArray, NDArray[]] {
        const [y, next] = this.rnn(nd.oneHot(inputs.T, this.#vocabulary), state)
        return [this.dense(y.reshape([-1, y.shape[2]])), next]
      }

      beginState(...args: Parameters<rnn.RecurrentLayer['beginState']>): NDArray[] {
        return this.rnn.beginState(...args)
      }
    }
    const model = new RNNModel(new rnn.GRU(16), 4)
    model.initialize({ ctx, init: 'xavier' })
    const trainer = new gluon.Trainer(model.collectParams(), 'adam', { learningRate: 0.03 })
    const entropy = new gluon.loss.SoftmaxCrossEntropyLoss()
    const text = Array.from({ length: 26 }, (_, i) => i % 4)
    const at = (first: number) =>
      nd.array(
        [0, 1].map((n) => text.slice(first + n, first + n + 6)),
        { ctx },
      )
    const losses: number[] = []
    for (let epoch = 0; epoch < 30; epoch++) {
      let state = model.beginState(2, { ctx })
      for (let first = 0; first < 18; first += 6) {
        state = state.map((one) => one.detach())
        const [x, y] = [at(first), at(first + 1)]
        const loss = autograd.record(() => {
          const [outputs, next] = model(x, state)
          state = next
          return entropy(outputs, y.T.reshape([-1])).mean()
        })
        loss.backward()
        trainer.step(2)
        losses.push(await loss.asscalar())
      }
    }
    expect(losses[0]).toBeGreaterThan(1)
    expect(losses[losses.length - 1]).toBeLessThan(0.05)
  })
})
