// Trainer: the update's formula, multipliers, schedules, its state, and what it says about wrong use.
import { autograd, gluon, lrScheduler, type NDArray, nd, nn, optimizer, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const ctx = reference()
const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]
type SGDOptions = optimizer.SGDOptions

/** A layer y = x·w + b with w = [1, −2], b = 0.5. */
function layer(prefix = 'layer_'): nn.Dense {
  const dense = new nn.Dense(1, { inUnits: 2, prefix })
  dense.weight.setData(nd.array([[1, -2]], { ctx }))
  dense.bias?.setData(nd.array([0.5], { ctx }))
  return dense
}

/** Runs backward of the sum of the outputs for x = [3, 4] and [5, 6]: gradients [8, 10] and 2. */
function backward(net: gluon.Block): void {
  const x = nd.array([3, 4, 5, 6], { ctx, shape: [2, 2] })
  autograd.record(() => net(x)).backward()
}

async function stepped(options: SGDOptions, steps: number, change?: (net: nn.Dense) => void): Promise<number[]> {
  const net = layer()
  change?.(net)
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', options)
  for (let i = 0; i < steps; i++) {
    backward(net)
    trainer.step(2)
  }
  return [...(await list(net.weight.data())), ...(await list(net.bias!.data()))]
}

/** SGD by its formula, with gradients ÷ 2 of [4, 5, 1]. */
function byFormula(
  { learningRate = 0.01, momentum = 0, wd = 0, clipGradient = 0 }: SGDOptions,
  steps: number,
): number[] {
  return [1, -2, 0.5].map((start, i) => {
    let [w, m] = [start, 0]
    for (let step = 0; step < steps; step++) {
      const g = [4, 5, 1][i]
      const clipped = clipGradient ? Math.max(-clipGradient, Math.min(clipGradient, g)) : g
      m = momentum * m - learningRate * (clipped + wd * w)
      w += m
    }
    return w
  })
}

describe('the update', () => {
  it.each([
    { learningRate: 0.1 },
    { learningRate: 0.1, wd: 0.5 },
    { learningRate: 0.1, momentum: 0.9 },
    { learningRate: 0.1, momentum: 0.9, wd: 0.1, clipGradient: 2 },
    {},
  ] as SGDOptions[])('follows the formula with %o', async (options) => {
    const expected = byFormula(options, 3)
    for (const [i, value] of (await stepped(options, 3)).entries()) expect(value).toBeCloseTo(expected[i], 5)
  })

  it('multiplies rate and decay by the parameter’s factors, and decays biases too', async () => {
    const got = await stepped({ learningRate: 0.1, wd: 0.5 }, 1, ({ weight, bias }) => {
      weight.lrMult = 0.5
      bias!.wdMult = 0
    })
    const expected = [1 - 0.05 * (4 + 0.5), -2 - 0.05 * (5 - 1), 0.5 - 0.1]
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i], 6)
  })

  it('leaves parameters without gradients as they are', async () => {
    const got = await stepped({ learningRate: 0.1 }, 2, ({ weight }) => {
      weight.gradReq = 'null'
    })
    expect(got.slice(0, 2)).toEqual([1, -2])
    expect(got[2]).toBeCloseTo(0.3, 6)
  })

  it('adds up gradients with gradReq add until they are set to zero', async () => {
    const net = layer()
    net.collectParams().setattr('gradReq', 'add')
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
    backward(net)
    backward(net)
    trainer.step(2)
    expect((await list(net.weight.data()))[0]).toBeCloseTo(1 - 0.1 * 8, 6)
    net.collectParams().zeroGrad()
    backward(net)
    trainer.step(2)
    expect((await list(net.weight.data()))[0]).toBeCloseTo(1 - 0.1 * 12, 6)
  })

  it('asks the scheduler for the rate of update 1 first', async () => {
    const scheduler = new lrScheduler.FactorScheduler(1, { factor: 0.5 })
    const net = layer()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.4, lrScheduler: scheduler })
    const rates: number[] = []
    for (let i = 0; i < 3; i++) {
      backward(net)
      trainer.step(2)
      rates.push(trainer.learningRate)
    }
    expect(rates).toEqual([0.4, 0.2, 0.1])
    expect((await list(net.bias!.data()))[0]).toBeCloseTo(0.5 - 0.7, 6)
    expect(() => trainer.setLearningRate(1)).toThrow(/set by lrScheduler/)
  })

  it('changes its rate', async () => {
    const net = layer()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 1 })
    trainer.setLearningRate(0.25)
    expect(trainer.learningRate).toBe(0.25)
    backward(net)
    trainer.step(2)
    expect(await list(net.bias!.data())).toEqual([0.25])
  })

  it('can be done in two halves, and by an optimizer object', async () => {
    const net = layer()
    const trainer = new gluon.Trainer(net.collectParams(), new optimizer.SGD({ learningRate: 0.5 }))
    backward(net)
    trainer.allreduceGrads()
    trainer.update(2)
    expect(await list(net.bias!.data())).toEqual([0])
  })
})

describe('a Trainer', () => {
  it('follows parameters that are initialized anew, cast, or taken over by another Trainer', async () => {
    const net = layer()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
    const step = async (by = trainer): Promise<number> => {
      backward(net)
      by.step(2)
      return (await list(net.bias!.data()))[0]
    }
    expect(await step()).toBeCloseTo(0.4, 6)
    net.bias?.initialize({ ctx, init: 'zeros', forceReinit: true })
    expect(await step()).toBeCloseTo(-0.1, 6)
    const other = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 1 })
    expect(await step(other)).toBeCloseTo(-1.1, 6)
    expect(await step()).toBeCloseTo(-1.2, 6)
    net.cast('float64')
    const x = nd.array([3, 4, 5, 6], { ctx, shape: [2, 2], dtype: 'float64' })
    autograd.record(() => net(x)).backward()
    trainer.step(2)
    expect((await list(net.bias!.data()))[0]).toBeCloseTo(-1.3, 6)
    expect(net.weight.data().dtype).toBe('float64')
  })

  it('keeps momentum when one parameter moves', async () => {
    const net = layer()
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1, momentum: 0.5 })
    backward(net)
    trainer.step(2)
    net.bias?.initialize({ ctx, init: 'zeros', forceReinit: true })
    backward(net)
    trainer.step(2)
    expect((await list(net.weight.data()))[0]).toBeCloseTo(1 - 0.4 - 0.6, 6)
  })

  it('resumes from its state to the same values', async () => {
    const options = { learningRate: 0.1, momentum: 0.9 }
    const [first, second] = [layer(), layer()]
    const trainer = new gluon.Trainer(first.collectParams(), 'sgd', options)
    for (let i = 0; i < 2; i++) {
      backward(first)
      trainer.step(2)
    }
    const state = await trainer.state()
    expect(state.numUpdate).toBe(2)
    second.weight.setData(first.weight.data())
    second.bias?.setData(first.bias!.data())
    const resumed = new gluon.Trainer(second.collectParams(), 'sgd', options)
    resumed.restore(state)
    for (const [net, by] of [
      [first, trainer],
      [second, resumed],
    ] as const) {
      backward(net)
      by.step(2)
    }
    expect(await list(second.weight.data())).toEqual(await list(first.weight.data()))
    expect(resumed.optimizer.numUpdate).toBe(3)
  })
})

describe('wrong use', () => {
  it('names the parameters that are not initialized', () => {
    const net = new nn.Sequential({ prefix: 'net_' })
    net.add(new nn.Dense(2, { prefix: 'a_' }), new nn.Dense(2, { prefix: 'b_' }))
    expect(() => new gluon.Trainer(net.collectParams(), 'sgd')).toThrow(
      /call net.initialize\(\) before making a Trainer: a_weight, a_bias, b_weight, b_bias are not initialized/,
    )
  })

  it('names a layer that forward never uses', () => {
    class Net extends nn.Block {
      used = new nn.Dense(1, { prefix: 'used_' })
      unused = new nn.Dense(1, { prefix: 'unused_' })
      forward(x: NDArray): NDArray {
        return this.used(x)
      }
    }
    const net = new Net()
    net.initialize({ ctx })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
    backward(net)
    expect(() => trainer.step(2)).toThrow(/cannot step: unused_weight .*leave out layers that its forward never uses/)
  })

  it('names parameters whose gradient is stale, or leaves them out when told to', async () => {
    const [a, b] = [layer('a_'), layer('b_')]
    const net = new nn.Sequential()
    net.add(a, b)
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
    expect(() => trainer.step(2)).toThrow(/gradients of a_weight, a_bias, b_weight, b_bias were not refreshed/)
    backward(b)
    expect(() => trainer.step(2)).toThrow(
      /gradients of a_weight, a_bias were not refreshed by backward since the last step.*ignoreStaleGrad/,
    )
    trainer.step(2, { ignoreStaleGrad: true })
    expect(await list(a.weight.data())).toEqual([1, -2])
    expect((await list(b.bias!.data()))[0]).toBeCloseTo(0.4, 6)
    expect(trainer.optimizer.numUpdate).toBe(1)
    expect(() => trainer.step(2)).toThrow(/gradients of a_weight, a_bias, b_weight, b_bias were not refreshed/)
  })

  it('refuses wrong batch sizes, optimizers, rates and parameters', () => {
    const net = layer()
    const trainer = new gluon.Trainer([...net.collectParams().values()], 'SGD')
    backward(net)
    for (const size of [0, -1, Number.NaN]) expect(() => trainer.step(size)).toThrow(/a positive number, got/)
    expect(() => new gluon.Trainer(net.collectParams(), 'sdg')).toThrow(
      /no optimizer is named 'sdg', did you mean 'sgd'\? There are adadelta, adagrad, adam, /,
    )
    expect(() => new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: -1 })).toThrow(/got -1/)
    expect(() => new gluon.Trainer(new nn.Flatten().collectParams(), 'sgd')).toThrow(/no parameters/)
    expect(() => new gluon.Trainer(['w' as never], 'sgd')).toThrow(/Trainer takes Parameters, got 'w'/)
    expect(() => new gluon.Trainer(net.collectParams(), new optimizer.SGD(), { wd: 1 })).toThrow(/must be left out/)
  })
})
