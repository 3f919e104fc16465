// Recurrent layers and cells: equal to each other, names, states, layouts, dropout, lengths, memory, wrong arguments.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, cpu, gluon, init, memoryInfo, type NDArray, nd, nn, random, reference, rnn } from 'glueball'
import { describe, expect, it } from 'vitest'
import { listen } from '../../core/invoke.ts'
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
      const stop = listen(() => calls[way]++)
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
      'LSTMBias cannot initialize rnn_l0_i2h_bias: it needs 4 values for each unit, got (2,)',
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

describe('a recurrent cell', () => {
  it.each([
    ['LSTMCell', () => new rnn.LSTMCell(3, { inputSize: 3 })],
    ['GRUCell', () => new rnn.GRUCell(3, { inputSize: 3 })],
    ['RNNCell', () => new rnn.RNNCell(3, { inputSize: 3 })],
  ] as const)('%s has gradients of gradients', async (_, make) => {
    const cell = make()
    cell.initialize({ ctx, init: 'xavier' })
    cell.cast('float64')
    const values = await list(uniform(2, 2, 3))
    /** Σ (d outputs / d x)². */
    const penalty = (numbers: number[]) => {
      const x = withGrad(nd.array(numbers, { shape: [2, 2, 3], dtype: 'float64', ctx }))
      const value = autograd.record(() => {
        const [outputs] = cell.unroll(2, x, { mergeOutputs: true })
        return autograd.grad(outputs.square().sum(), [x], null, { createGraph: true })[0].square().sum()
      })
      return { x, value }
    }
    const { x, value } = penalty(values)
    value.backward()
    const slope = await list(x.grad as NDArray)
    for (const i of [0, 4, 11]) {
      const at = async (change: number) => penalty(values.with(i, values[i] + change)).value.asscalar()
      const difference = ((await at(1e-4)) - (await at(-1e-4))) / 2e-4
      expect(Math.abs(slope[i] - difference)).toBeLessThan(1e-6 + 1e-6 * Math.abs(difference))
    }
  })

  it('unrolls a list, and gives a list or one array', async () => {
    const cell = new rnn.GRUCell(3)
    cell.initialize({ ctx })
    const x = uniform(2, 4, 5)
    const steps = Array.from({ length: 4 }, (_, t) => nd.squeeze(x.sliceAxis(1, t, t + 1), 1))
    const [outputs] = cell.unroll(4, steps)
    const [merged] = cell.unroll(4, x, { mergeOutputs: true })
    expect(outputs.length).toBe(4)
    expect([...merged.shape]).toEqual([2, 4, 3])
    await expectClose(nd.stack(...outputs, { axis: 1 }), merged, 0)
    const [one, states] = cell(steps[0], cell.beginState(2, { ctx }))
    await expectClose(one, outputs[0], 0)
    expect(states.length).toBe(1)
  })

  const cells = [
    ['LSTMCell', () => new rnn.LSTMCell(3)],
    ['a stack', () => stackOf(new rnn.GRUCell(3), new rnn.DropoutCell(0.5), new rnn.RNNCell(3))],
    ['both directions', () => new rnn.BidirectionalCell(new rnn.LSTMCell(3), new rnn.LSTMCell(3))],
    [
      'a stack of both',
      () => stackOf(new rnn.BidirectionalCell(new rnn.GRUCell(3), new rnn.GRUCell(2)), new rnn.RNNCell(3)),
    ],
    ['ResidualCell', () => new rnn.ResidualCell(new rnn.GRUCell(5))],
    ['ZoneoutCell', () => new rnn.ZoneoutCell(new rnn.GRUCell(3), { zoneoutOutputs: 0.5, zoneoutStates: 0.5 })],
  ] as const

  function stackOf(...parts: rnn.RecurrentCell[]): rnn.SequentialRNNCell {
    const stack = new rnn.SequentialRNNCell()
    stack.add(...parts)
    return stack
  }

  it.each(cells)('%s of samples of several lengths goes as far as each of them', async (_, make) => {
    const cell = make()
    cell.initialize({ ctx, init: 'xavier' })
    const x = uniform(3, 4, 5)
    const lengths = [2, 4, 1]
    const validLength = nd.array(lengths, { ctx })
    const [outputs, states] = cell.unroll(4, x, { validLength })
    for (const [n, length] of lengths.entries()) {
      const own = x.slice([n, 0], [n + 1, length])
      const [alone, end] = cell.unroll(length, own, { mergeOutputs: true })
      await expectClose(outputs.slice([n, 0], [n + 1, length]), alone)
      const rest = await list(outputs.slice([n, length], [n + 1, 4]))
      expect(rest.every((value) => value === 0)).toBe(true)
      for (const [i, state] of states.entries()) await expectClose(state.slice([n], [n + 1]), end[i])
    }
    const [steps] = cell.unroll(4, x, { validLength, mergeOutputs: false })
    await expectClose(nd.stack(...steps, { axis: 1 }), outputs, 0)
    const turned = nd.swapaxes(x, 0, 1)
    const [other] = cell.unroll(4, turned, { validLength, layout: 'TNC' })
    await expectClose(other, nd.swapaxes(outputs, 0, 1), 0)
  })

  it('sums what a residual cell adds, and keeps what zoneout keeps', async () => {
    const base = new rnn.RNNCell(5)
    const residual = new rnn.ResidualCell(base)
    residual.initialize({ ctx })
    const [x, states] = [uniform(2, 5), residual.beginState(2, { ctx })]
    await expectClose(residual(x, states)[0], base(x, states)[0].add(x))
    random.seed(1)
    const zoneout = new rnn.ZoneoutCell(base, { zoneoutOutputs: 0.5, zoneoutStates: 0.5 })
    const old = [nd.full([2, 5], 7, { ctx })]
    const plain = await list(base(x, old)[0])
    expect(await list(zoneout(x, old)[0])).toEqual(plain)
    zoneout.reset()
    const [output, [next]] = autograd.trainMode(() => zoneout(x, old))
    const [outputs, kept] = [await list(output), await list(next)]
    expect(outputs.every((value, i) => value === 0 || value === plain[i])).toBe(true)
    expect(kept.every((value, i) => value === 7 || value === plain[i])).toBe(true)
    expect(new Set(outputs.map((value) => value === 0)).size).toBe(2)
    expect(kept.includes(7)).toBe(true)
    const [again] = autograd.trainMode(() => zoneout(x, old))
    const before = outputs
    expect((await list(again)).every((value, i) => value === before[i] || value === plain[i])).toBe(true)
  })

  it("saves a stack under Gluon's names", () => {
    const stack = stackOf(
      new rnn.BidirectionalCell(new rnn.GRUCell(3), new rnn.GRUCell(2)),
      new rnn.ResidualCell(new rnn.RNNCell(5)),
    )
    const names = [...stack.walk()].flatMap(([path, block]) =>
      [...block.ownParameters.keys()].map((key) => `${path}.${key}`),
    )
    expect(names.filter((name) => name.endsWith('i2h_weight'))).toEqual([
      '0.l_cell.i2h_weight',
      '0.r_cell.i2h_weight',
      '1.base_cell.i2h_weight',
    ])
  })
})

describe('as Gluon prints it', () => {
  it.each([
    [new rnn.LSTM(256), 'LSTM(None -> 256, TNC)'],
    [
      new rnn.GRU(8, { numLayers: 2, dropout: 0.5, bidirectional: true, layout: 'NTC', inputSize: 3 }),
      'GRU(3 -> 8, NTC, num_layers=2, dropout=0.5, bidirectional)',
    ],
    [new rnn.RNN(4), 'RNN(None -> 4, TNC)'],
    [new rnn.RNNCell(4, { inputSize: 2 }), 'RNNCell(2 -> 4, tanh)'],
    [new rnn.LSTMCell(4), 'LSTMCell(None -> 16)'],
    [new rnn.DropoutCell(0.5), 'DropoutCell(rate=0.5, axes=())'],
    [new rnn.ResidualCell(new rnn.GRUCell(4)), 'ResidualCell(GRUCell(None -> 12))'],
    [
      new rnn.ZoneoutCell(new rnn.GRUCell(4), { zoneoutStates: 0.1 }),
      'ZoneoutCell(p_out=0, p_state=0.1, GRUCell(None -> 12))',
    ],
    [
      new rnn.BidirectionalCell(new rnn.RNNCell(1), new rnn.RNNCell(2, { activation: 'relu' })),
      'BidirectionalCell(forward=RNNCell(None -> 1, tanh), backward=RNNCell(None -> 2, relu))',
    ],
  ])('%s', (block, text) => {
    expect(String(block)).toBe(text)
  })

  it('a stack of cells', () => {
    const stack = new rnn.SequentialRNNCell()
    stack.add(new rnn.LSTMCell(4), new rnn.DropoutCell(0.5))
    expect(String(stack)).toBe('SequentialRNNCell(\n(0): LSTMCell(None -> 16)\n(1): DropoutCell(rate=0.5, axes=())\n)')
    expect(stack.length).toBe(2)
    expect(stack.at(-1)).toBeInstanceOf(rnn.DropoutCell)
  })
})

describe('wrong use', () => {
  const layer = new rnn.LSTM(3, { inputSize: 2, prefix: 'lstm_' })
  layer.initialize({ ctx })
  const cell = new rnn.GRUCell(3, { inputSize: 2 })
  cell.initialize({ ctx })
  const x = nd.zeros([4, 5, 2], { ctx })
  const state = nd.zeros([1, 5, 3], { ctx })
  const any = (value: unknown) => value as never
  it.each([
    ['hiddenSize', () => new rnn.LSTM(0), '[LSTM] hiddenSize must be a positive integer, got 0'],
    ['options first', () => new rnn.GRU(any({ hiddenSize: 3 })), '[GRU] hiddenSize comes first, by position'],
    [
      'an unknown option',
      () => new rnn.GRU(3, any({ numLayer: 2 })),
      "unknown option 'numLayer', did you mean 'numLayers'?",
    ],
    ['a layout', () => new rnn.RNN(3, { layout: any('CNT') }), "[RNN] layout must be 'TNC' or 'NTC', got 'CNT'"],
    [
      'an activation',
      () => new rnn.RNN(3, { activation: any('sigmoid') }),
      "[RNN] activation must be 'relu' or 'tanh'",
    ],
    ['dropout', () => new rnn.LSTM(3, { dropout: 1 }), '[LSTM] dropout must be from 0 to below 1, got 1'],
    ['a matrix', () => layer(nd.zeros([4, 2], { ctx })), '[LSTM] the input must be (T, N, C), got (4, 2)'],
    ['features', () => layer(nd.zeros([4, 5, 7], { ctx })), '[LSTM] the input has 7 features, the weight takes 2'],
    ['one state of two', () => layer(x, state), 'expected a list of 2 states of shape (1, 5, 3) and (1, 5, 3), got 1'],
    [
      'a state of another batch',
      () => layer(x, [state, nd.zeros([1, 4, 3], { ctx })]),
      'in lstm (LSTM): [LSTM] wrong shape of state 1: got (1, 4, 3), expected (1, 5, 3) for this batch',
    ],
    [
      'beginState without a batch',
      () => layer.beginState(any({})),
      '[LSTM.beginState] batchSize comes first, by position',
    ],
    ['a cell of three axes', () => cell(x, [state]), '[GRUCell] the input must be (N, C), got (4, 5, 2)'],
    ['a cell without states', () => cell(nd.zeros([5, 2], { ctx }), any(undefined)), 'got undefined: see beginState'],
    [
      'another length',
      () => cell.unroll(3, x),
      '[unroll] GRUCell is to go 3 steps, got inputs (4, 5, 2) with the steps on axis 1',
    ],
    [
      'a list of another length',
      () => cell.unroll(3, [x.at(0)]),
      'inputs must be an array or a list of 3 arrays, got a list of 1',
    ],
    [
      'lengths of another batch',
      () => cell.unroll(4, x, { layout: 'TNC', validLength: nd.zeros([4], { ctx }) }),
      '[unroll] wrong shape of validLength: got (4,), expected (5,), one length for each sample',
    ],
    [
      'a step both ways',
      () => new rnn.BidirectionalCell(cell, cell)(x, []),
      'cannot go one step, as it also comes from the end',
    ],
    [
      'a modified pair',
      () => new rnn.ZoneoutCell(new rnn.BidirectionalCell(cell, cell)),
      "a BidirectionalCell can't go one step",
    ],
    [
      'what is no cell',
      () => new rnn.SequentialRNNCell().add(any(new nn.Dense(2))),
      '[SequentialRNNCell] takes recurrent cells',
    ],
    [
      'a share of zoneout',
      () => new rnn.ZoneoutCell(cell, { zoneoutStates: 2 }),
      'zoneoutStates must be from 0 to below 1, got 2',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message)
  })
})
