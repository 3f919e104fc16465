// The edges against PyTorch and NumPy: sums over nothing, windows at the border, histories that end; both engines.
import { autograd, type Context, cpu, gluon, init, type NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { averagePool, maxPool } from '../../src/ops/pool/pool.ts'
import golden from '../golden/edges.json' with { type: 'json' }

type Kind = 'sum' | 'mean' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin' | 'norm'

async function list(x: NDArray): Promise<number[]> {
  return [...(await x.toArray())]
}

function leaf(values: nd.NestedNumbers, ctx: Context): NDArray {
  const x = nd.array(values, { ctx })
  x.attachGrad()
  return x
}

function expectClose(got: readonly number[], want: readonly number[]): void {
  expect(got.length).toBe(want.length)
  for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 5)
}

/** Over all axes NumPy's result has no axis, MXNet's has one. */
const atLeastOne = (shape: readonly number[]) => (shape.length > 0 ? shape : [1])

/** A sigmoid that saves its output. */
class Sigmoid extends autograd.Function {
  forward(x: NDArray): NDArray {
    const y = nd.divide(1, x.negative().exp().add(1))
    this.saveForBackward(y)
    return y
  }

  backward(dy: NDArray): NDArray {
    const [y] = this.savedTensors
    return dy.multiply(y).multiply(nd.subtract(1, y))
  }
}

/** A normalisation that writes its running mean in `forward`. */
class Centre extends nn.HybridBlock {
  readonly gamma = this.parameter('gamma', { shape: [2], init: 'ones' })
  readonly mean = this.parameter('mean', { shape: [2], init: 'zeros', gradReq: 'null' })

  forward(x: NDArray): NDArray {
    const mean = x.mean({ axis: 0 })
    const y = x.subtract(mean).multiply(this.gamma.data())
    // after gamma was saved for the gradient
    this.mean.setData(this.mean.data().multiply(0.5).add(mean.multiply(0.5)))
    return y
  }
}

describe.each([cpu(), reference()])('on %s', (ctx) => {
  it.each(golden.reductions as [Kind, number[], number | null, number[] | null, (number | null)[]][])(
    '%s of zeros of %j over axis %s',
    async (kind, shape, axis, result, values) => {
      const reduce = (x: NDArray) => (axis === null ? x[kind]() : x[kind]({ axis }))
      if (result === null) {
        expect(() => reduce(nd.zeros(shape, { ctx }))).toThrow(`[${kind}] nothing to choose from: got (`)
        return
      }
      const x = nd.zeros(shape, { ctx })
      x.attachGrad()
      const y = autograd.record(() => reduce(x))
      expect([...y.shape]).toEqual(atLeastOne(result))
      expect(await list(y)).toEqual(values.map((value) => value ?? Number.NaN))
      if (kind === 'argmax' || kind === 'argmin') return
      y.backward()
      expect([...(x.grad as NDArray).shape]).toEqual(shape)
    },
  )

  it.each(golden.dots as [number[], number[], number[]][])('%j · %j', async (first, second, shape) => {
    const [a, b] = [first, second].map((sizes) => nd.ones(sizes, { ctx }))
    for (const x of [a, b]) x.attachGrad()
    const y = autograd.record(() => nd.dot(a, b))
    expect([...y.shape]).toEqual(atLeastOne(shape))
    expect(new Set(await list(y))).toEqual(new Set(y.size > 0 ? [0] : []))
    y.backward()
    for (const x of [a, b]) expect(new Set(await list(x.grad as NDArray))).toEqual(new Set(x.size > 0 ? [0] : []))
  })

  it('pools as many windows as PyTorch, rounded up', () => {
    for (const [size, kernel, stride, padding, windows] of golden.pooled_sizes) {
      const options = {
        ...{ kernel: [1, kernel] as const, strides: [1, stride] as const },
        ...{ padding: [0, padding] as const, ceilMode: true },
      }
      for (const pool of [maxPool, averagePool]) {
        using x = nd.zeros([1, 1, 1, size], { ctx })
        using y = pool(x, options)
        expect([...y.shape], JSON.stringify({ size, ...options })).toEqual([1, 1, 1, windows])
      }
    }
  })

  it('differentiates a function through the output that it saved', async () => {
    const graph = { createGraph: true }
    for (const [at, ...wanted] of golden.second_derivatives) {
      const x = leaf([at], ctx)
      const derivatives = autograd.record(() => {
        const found: NDArray[] = []
        for (let y: NDArray = new Sigmoid().call(x); found.length < 3; found.push(y))
          [y] = autograd.grad(y, x, null, graph)
        const [slope] = autograd.grad(new Sigmoid().call(x).square(), x, null, graph)
        return [...found, autograd.grad(slope, x, null, graph)[0]]
      })
      expectClose((await Promise.all(derivatives.map(list))).flat(), wanted)
    }
  })

  it('trains with a running mean that forward writes', async () => {
    const { x, weight, steps, rate, ...wanted } = golden.running_statistics
    const centre = new Centre()
    const dense = new nn.Dense(1, { inUnits: 2, useBias: false })
    const net = new nn.HybridSequential()
    net.add(centre, dense)
    net.initialize({ ctx, init: new init.Zero() })
    dense.weight.setData(nd.array(weight, { ctx }))
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: rate })
    // with a gradient of its own, so that gamma is saved
    const batch = leaf(x, ctx)
    for (let step = 0; step < steps; step++) {
      autograd.record(() => net(batch).square().sum()).backward()
      trainer.step(64)
    }
    expectClose(await list(centre.gamma.data()), wanted.gamma)
    expectClose(await list(dense.weight.data()), wanted.trained)
    expectClose(await list(centre.mean.data()), wanted.mean)
  })

  it('trains with a moving average in the loss that is kept from step to step', async () => {
    const { start, steps, rate, trained, average: last } = golden.moving_average
    const w = leaf(start, ctx)
    let average = nd.zeros([1], { ctx })
    for (let step = 0; step < steps; step++) {
      const loss = autograd.record(() => {
        const mean = w.multiply(w).mean()
        average = mean.multiply(0.25).add(average.multiply(0.75))
        return mean.subtract(average).add(w.sum().divide(4)).square()
      })
      loss.backward()
      w.isubtract((w.grad as NDArray).multiply(rate))
    }
    expectClose(await list(w), trained)
    expectClose(await list(average), [last])
  })
})

describe.each([cpu(), reference()])('nothing to sum in a layer on %s', (ctx) => {
  it.each([
    { shape: [2, 0], flatten: true, y: [2, 3] },
    { shape: [2, 0, 5], flatten: true, y: [2, 3] },
    { shape: [2, 4, 0], flatten: false, y: [2, 4, 3] },
    { shape: [2, 0, 4], flatten: false, y: [2, 0, 3] },
    { shape: [0, 0], flatten: true, y: [0, 3] },
    { shape: [0, 4], flatten: true, y: [0, 3] },
  ])('Dense on $shape, flatten $flatten', async ({ shape, flatten, y: wanted }) => {
    for (const activation of [null, 'relu', 'sigmoid'] as const) {
      const dense = new nn.Dense(3, { flatten, activation, biasInitializer: 'ones' })
      dense.initialize({ ctx, init: new init.Xavier({ factorType: 'in' }) })
      const x = nd.ones(shape, { ctx })
      x.attachGrad()
      const y = autograd.record(() => dense(x))
      expect([...y.shape]).toEqual(wanted)
      const value = activation === 'sigmoid' ? 1 / (1 + Math.exp(-1)) : 1
      for (const got of await list(y)) expect(got).toBeCloseTo(value, 6)
      y.backward()
      const slope = (activation === 'sigmoid' ? value * (1 - value) : 1) * (y.size / 3)
      for (const got of await list(dense.bias!.grad())) expect(got).toBeCloseTo(slope, 6)
      expect(new Set(await list(dense.weight.grad()))).toEqual(new Set(dense.weight.shape[1] > 0 ? [0] : []))
      new gluon.Trainer(dense.collectParams(), 'sgd', { learningRate: 0.1, momentum: 0.9 }).step(1)
      for (const got of await list(dense.bias!.data())) expect(got).toBeCloseTo(1 - 0.1 * slope, 6)
      const other = nd.ones(
        shape.map((n) => n + 7),
        { ctx },
      )
      expect(() => dense(other)).toThrow(/\[Dense\] the input has \d+ units/)
    }
  })

  it('Conv2D refuses images without channels, and takes the next that have some', async () => {
    const conv = new nn.Conv2D(3, 3)
    conv.initialize({ ctx })
    const refused = /\[Conv2D\] wrong shape of the input: got \(1, 0, 4, 4\), expected no axis empty but the batch/
    expect(() => conv(nd.ones([1, 0, 4, 4], { ctx }))).toThrow(refused)
    expect([...conv(nd.ones([1, 2, 4, 4], { ctx })).shape]).toEqual([1, 3, 2, 2])
  })

  it('a network takes a batch of none', async () => {
    const net = gluon.models.lenet()
    net.initialize({ ctx, init: new init.Xavier() })
    const loss = new gluon.loss.SoftmaxCrossEntropyLoss()
    const x = nd.ones([0, 1, 28, 28], { ctx })
    const y = autograd.record(() => loss(net(x), nd.zeros([0], { ctx })))
    expect([...y.shape]).toEqual([0])
    y.backward()
    for (const parameter of net.collectParams().values()) {
      expect(new Set(await list(parameter.grad()))).toEqual(new Set([0]))
    }
    const dropped = autograd.trainMode(() => new nn.Dropout(0.5)(nd.ones([0, 3], { ctx })))
    expect([...dropped.shape]).toEqual([0, 3])
  })

  it('at, iteration and reshape take shapes with a size of 0', async () => {
    const x = nd.ones([2, 0, 3], { ctx })
    expect([...x].map((row) => [...row.shape])).toEqual([
      [0, 3],
      [0, 3],
    ])
    expect([...nd.ones([0, 3, 4], { ctx }).reshape([0, -1]).shape]).toEqual([0, 12])
    expect([...x.reshape([-1, 0, 3]).shape]).toEqual([2, 0, 3])
    expect([...x.reshape([0, 0, -1]).shape]).toEqual([2, 0, 3])
    expect(() => nd.ones([0], { ctx }).reshape([-1, 0])).toThrow('[reshape]')
  })
})
