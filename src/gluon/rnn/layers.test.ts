// Recurrent layers: equal to their cells unrolled, and names, states, layouts, dropout, calls and memory.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, init, type NDArray, nd, nn, random, reference, rnn } from 'glueball'
import { describe, expect, it } from 'vitest'
import { listen } from '../../core/listen.ts'
import { decodeParams } from '../../io/params.ts'

const ctx = reference()
const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]
const uniform = (...shape: number[]) => nd.random.uniform({ low: -1, high: 1, shape, ctx })

async function expectClose(got: NDArray, want: NDArray, distance = 1e-6): Promise<void> {
  expect([...got.shape]).toEqual([...want.shape])
  const [a, b] = [await list(got), await list(want)]
  for (const [i, value] of a.entries()) expect(Math.abs(value - b[i]), `element ${i}`).toBeLessThanOrEqual(distance)
}

function withGrad(array: NDArray): NDArray {
  array.attachGrad()
  return array
}

/** A cell with the parameters of a layer's place, such as l0. */
function cellOf(layer: rnn.RecurrentLayer, place: string, features: number): rnn.RecurrentCell {
  const options = { inputSize: features }
  const { hiddenSize } = layer
  const cell =
    layer instanceof rnn.LSTM
      ? new rnn.LSTMCell(hiddenSize, options)
      : layer instanceof rnn.GRU
        ? new rnn.GRUCell(hiddenSize, options)
        : new rnn.RNNCell(hiddenSize, { ...options, activation: (layer as rnn.RNN).activation })
  cell.initialize({ ctx })
  const parameters = layer.collectParams()
  for (const parameter of cell.collectParams().values()) {
    const name = parameter.name.replace(cell.prefix, '')
    parameter.setData(parameters.get(`${layer.prefix}${place}_${name}`).data())
  }
  return cell
}

const makers = [
  ['LSTM', (options: rnn.RecurrentLayerOptions) => new rnn.LSTM(4, options)],
  ['GRU', (options: rnn.RecurrentLayerOptions) => new rnn.GRU(4, options)],
  ['RNN of tanh', (options: rnn.RecurrentLayerOptions) => new rnn.RNN(4, { ...options, activation: 'tanh' })],
  ['RNN of relu', (options: rnn.RecurrentLayerOptions) => new rnn.RNN(4, options)],
] as const

function made(make: (typeof makers)[number][1], options: rnn.RecurrentLayerOptions = {}): rnn.RecurrentLayer {
  const layer = make({ i2hBiasInitializer: 'uniform', h2hBiasInitializer: 'uniform', ...options })
  layer.initialize({ ctx, init: 'xavier' })
  return layer
}

describe.each(makers)('%s', (_, make) => {
  it('is its cell unrolled, with the same gradients', async () => {
    const layer = made(make, { inputSize: 3 })
    const cell = cellOf(layer, 'l0', 3)
    const [x, y] = [withGrad(uniform(5, 2, 3)), uniform(5, 2, 4)]
    const states = layer.beginState(2, { ctx, func: (shape) => uniform(...shape) }).map(withGrad)
    const own = states.map((state) => withGrad(nd.squeeze(state, 0)))
    const copy = withGrad(x.copy())
    const [outputs, last] = autograd.record(() => layer(x, states))
    autograd.backward([outputs, ...last], [y, ...last.map(nd.onesLike)])
    const [unrolled, end] = autograd.record(() =>
      cell.unroll(5, copy, { layout: 'TNC', mergeOutputs: true, beginState: own }),
    )
    autograd.backward([unrolled, ...end], [y, ...end.map(nd.onesLike)])
    await expectClose(outputs, unrolled)
    for (const [i, state] of last.entries()) await expectClose(nd.squeeze(state, 0), end[i])
    await expectClose(x.grad as NDArray, copy.grad as NDArray)
    for (const [i, state] of states.entries()) {
      await expectClose(nd.squeeze(state.grad as NDArray, 0), own[i].grad as NDArray)
    }
    for (const parameter of cell.collectParams().values()) {
      const name = parameter.name.replace(cell.prefix, '')
      await expectClose(layer.collectParams().get(`${layer.prefix}l0_${name}`).grad(), parameter.grad(), 3e-6)
    }
  })

  it('with two layers and both directions is a stack of bidirectional cells', async () => {
    const layer = made(make, { numLayers: 2, bidirectional: true, inputSize: 3 })
    const stack = new rnn.SequentialRNNCell()
    for (const [i, features] of [3, 8].entries()) {
      stack.add(new rnn.BidirectionalCell(cellOf(layer, `l${i}`, features), cellOf(layer, `r${i}`, features)))
    }
    const x = uniform(4, 2, 3)
    const [outputs, last] = layer(x, layer.beginState(2, { ctx }))
    const [unrolled, end] = stack.unroll(4, x, { layout: 'TNC', mergeOutputs: true })
    await expectClose(outputs, unrolled)
    // the states of the stack are h (and c) of l0, r0, l1, r1
    for (const [i, state] of last.entries()) {
      await expectClose(state, nd.stack(...end.filter((_, k) => k % last.length === i)))
    }
  })

  it('takes (N, T, C) as well', async () => {
    const layer = made(make, { inputSize: 3 })
    const turned = make({ layout: 'NTC', params: layer.collectParams() })
    const x = uniform(5, 2, 3)
    await expectClose(turned(nd.swapaxes(x, 0, 1)), nd.swapaxes(layer(x), 0, 1))
  })

  it('starts from zeros, and from given states goes on as if it had never stopped', async () => {
    const layer = made(make)
    const x = uniform(6, 2, 3)
    const [head, states] = layer(x.slice([0], [2]), layer.beginState(2, { ctx }))
    const [tail, last] = layer(x.slice([2], [6]), states)
    const whole = layer(x)
    await expectClose(nd.concat(head, tail, { dim: 0 }), whole)
    await expectClose(nd.squeeze(last[0], 0), whole.at(5))
  })

  it('gives parameters the same gradients when nothing else wants one', async () => {
    const layer = made(make, { numLayers: 2, bidirectional: true })
    const x = uniform(3, 2, 5)
    const grads = async (input: NDArray) => {
      autograd.record(() => layer(input)).backward()
      return Promise.all([...layer.collectParams().values()].map((parameter) => list(parameter.grad())))
    }
    const alone = await grads(x)
    expect(await grads(withGrad(x.copy()))).toEqual(alone)
    layer.collectParams('.*weight').setattr('gradReq', 'null')
    const input = withGrad(x.copy())
    autograd.record(() => layer(input)).backward()
    const biases = [...layer.collectParams('.*bias').values()].map((parameter) => list(parameter.grad()))
    const all = [...layer.collectParams().keys()]
    expect(await Promise.all(biases)).toEqual(alone.filter((_, i) => all[i].endsWith('bias')))
  })

  it('gives the values in training that it gives otherwise', async () => {
    const layer = made(make)
    const x = uniform(3, 2, 5)
    expect(await list(autograd.record(() => layer(x)))).toEqual(await list(layer(x)))
  })

  it('calls two ops a step, each way', () => {
    const layer = made(make)
    const count = (T: number) => {
      const x = uniform(T, 2, 3)
      const calls = [0, 0]
      let way = 0
      layer(x)
      const stop = listen(({ parts }) => parts === undefined && calls[way]++)
      const y = autograd.record(() => layer(x))
      way = 1
      y.backward()
      stop()
      return calls
    }
    const [few, many] = [count(3), count(13)]
    expect(many.map((calls, way) => (calls - few[way]) / 10)).toEqual([2, 2])
  })
})

describe('a recurrent layer', () => {
  it('drops outputs between layers in training only', async () => {
    random.seed(3)
    const layer = new rnn.GRU(50, { numLayers: 2, dropout: 0.5, inputSize: 3 })
    layer.initialize({ ctx, init: 'one' })
    const plain = new rnn.GRU(50, { numLayers: 2, params: layer.collectParams(), prefix: layer.prefix })
    const x = uniform(3, 4, 3)
    expect(await list(layer(x))).toEqual(await list(plain(x)))
    const [first, second] = [autograd.record(() => layer(x)), autograd.record(() => layer(x))]
    expect(await list(first)).not.toEqual(await list(second))
    // outputs of the last layer are not dropped
    expect((await list(first)).filter((value) => value === 0)).toEqual([])
  })

  it("saves and loads under Gluon's names", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'glueball-rnn-'))
    try {
      const net = new nn.Sequential()
      net.add(new rnn.LSTM(4, { numLayers: 2, bidirectional: true }), new nn.Dense(2))
      net.initialize({ ctx })
      const x = uniform(3, 2, 5)
      const y = net(x)
      const path = join(folder, 'net.params')
      await net.saveParameters(path)
      const kinds = ['i2h_weight', 'h2h_weight', 'i2h_bias', 'h2h_bias']
      const lstm = ['l0', 'r0', 'l1', 'r1'].flatMap((place) => kinds.map((kind) => `0.${place}_${kind}`))
      const entries = decodeParams(new Uint8Array(readFileSync(path)))
      expect(entries.map(({ name }) => name)).toEqual([...lstm, '1.weight', '1.bias'])
      expect(entries.map(({ shape }) => [...shape]).slice(0, 4)).toEqual([[16, 5], [16, 4], [16], [16]])
      const other = new nn.Sequential()
      other.add(new rnn.LSTM(4, { numLayers: 2, bidirectional: true }), new nn.Dense(2))
      await other.loadParameters(path, { ctx })
      expect(await list(other(x))).toEqual(await list(y))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('names its parameters as Gluon does', () => {
    const layer = new rnn.RNN(2, { bidirectional: true, prefix: 'model_' })
    const names = [...layer.collectParams().keys()]
    expect(names.slice(0, 4)).toEqual(
      ['l0_i2h_weight', 'l0_h2h_weight', 'l0_i2h_bias', 'l0_h2h_bias'].map((n) => `model_${n}`),
    )
    expect(names[4]).toBe('model_r0_i2h_weight')
    expect(new rnn.LSTMCell(2, { prefix: 'cell_' }).collectParams().keys().next().value).toBe('cell_i2h_weight')
    expect(new rnn.GRUCell(2).prefix).toMatch(/^gru\d+_$/)
    expect(new rnn.GRU(2).prefix).toMatch(/^gru\d+_$/)
  })

  it('draws each kind of parameter by its initializer', async () => {
    const layer = new rnn.LSTM(2, {
      ...{ i2hWeightInitializer: 'ones', h2hWeightInitializer: 'zeros', i2hBiasInitializer: 'ones' },
      inputSize: 1,
    })
    layer.initialize({ ctx })
    const sums = [...layer.collectParams().values()].map((parameter) => parameter.data().sum().asscalar())
    expect(await Promise.all(sums)).toEqual([8, 0, 8, 0])
  })

  it('an LSTM may start with a bias that has it remember', async () => {
    const layer = new rnn.LSTM(2, {
      i2hBiasInitializer: new init.LSTMBias({ forgetBias: 3 }),
      h2hBiasInitializer: 'lstmbias',
    })
    layer.initialize({ ctx })
    const parameters = layer.collectParams()
    expect(await list(parameters.get(`${layer.prefix}l0_i2h_bias`).data())).toEqual([0, 0, 3, 3, 0, 0, 0, 0])
    expect(await list(parameters.get(`${layer.prefix}l0_h2h_bias`).data())).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
    const wrong = new rnn.RNN(2, { i2hBiasInitializer: new init.LSTMBias(), prefix: 'rnn_' })
    expect(() => wrong.initialize({ ctx })).toThrow(
      'LSTMBias cannot initialize rnn_l0_i2h_bias: it needs four gates along axis 0, got (2,)',
    )
  })

  it('states can be made by any function, of a type and on a context', async () => {
    const layer = new rnn.LSTM(3, { numLayers: 2, bidirectional: true })
    const states = layer.beginState(5, { func: nd.ones, ctx })
    expect(states.map(({ shape }) => [...shape])).toEqual([
      [4, 5, 3],
      [4, 5, 3],
    ])
    expect(states[0].context).toBe(ctx)
    expect(await states[1].sum().asscalar()).toBe(60)
    expect(layer.stateInfo(5)[0]).toEqual({ shape: [4, 5, 3], layout: 'LNC' })
    expect(new rnn.GRU(3).beginState(2).length).toBe(1)
  })

  it('takes one state without its list', async () => {
    const layer = new rnn.GRU(3)
    layer.initialize({ ctx })
    const [state] = layer.beginState(2, { func: nd.ones, ctx })
    const x = uniform(2, 2, 3)
    await expectClose(layer(x, state)[0], layer(x, [state])[0], 0)
  })

  it('has no gradient of its gradient, and says what has', () => {
    const layer = new rnn.LSTM(3)
    layer.initialize({ ctx })
    const x = withGrad(uniform(2, 2, 3))
    const twice = () =>
      autograd.record(() =>
        autograd.grad(layer(x).sum(), [x], null, { createGraph: true })[0].square().sum().backward(),
      )
    expect(twice).toThrow('[LSTM] its gradient has no gradient: unroll an rnn.LSTMCell for one')
  })
})
