// What a trainer asks of its optimizer: one call for all parameters, or one for each; own optimizers; types by the name.
import { autograd, cpu, gluon, lrScheduler, memoryInfo, type NDArray, nd, nn, optimizer, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import type { Call } from '../core/engine.ts'
import { listen } from '../core/listen.ts'
import { sizeOf } from '../core/shape.ts'

/** Two layers of 2 inputs and 3, and 1 outputs: arrays of (3, 2), (3,), (1, 3) and (1,). */
function network(ctx = reference()): nn.Sequential {
  const net = new nn.Sequential()
  net.add(new nn.Dense(3, { inUnits: 2 }), new nn.Dense(1, { inUnits: 3 }))
  net.initialize({ ctx, init: 'ones' })
  return net
}

function backward(net: gluon.Block, ctx = reference()): void {
  autograd.record(() => net(nd.array([3, 4, 5, 6], { ctx, shape: [2, 2] }))).backward()
}

/** The calls that one step makes. */
function callsOf(trainer: gluon.Trainer, batchSize = 2): Call[] {
  const calls: Call[] = []
  const stop = listen((call) => call.parts === undefined && calls.push(call))
  trainer.step(batchSize)
  stop()
  return calls
}

/** Notes what it is given, and takes a step of SGD. */
class Noting extends optimizer.Optimizer {
  readonly stateCount: number = 1
  readonly seen: { readonly shapes: readonly string[]; readonly numbers: optimizer.UpdateNumbers }[] = []

  update(weight: NDArray, gradient: NDArray, state: readonly NDArray[], numbers: optimizer.UpdateNumbers): void {
    const shapes = [weight, gradient, ...state].map((array) => array.shape.join(' × '))
    this.seen.push({ shapes, numbers })
    weight.isubtract(gradient.multiply(numbers.lr * numbers.rescale))
    state[0].iadd(1)
  }
}

class ByParameter extends Noting {
  override readonly perParameter = true
}

describe('an optimizer of ranges', () => {
  it('gets neighbours with the same multipliers at once, with what is between them', () => {
    const net = network()
    const own = new Noting({ learningRate: 0.5, wd: 0.1, rescaleGrad: 3 })
    const trainer = new gluon.Trainer(net.collectParams(), own)
    backward(net)
    trainer.step(2)
    expect(own.seen).toEqual([
      { shapes: ['256', '256', '256'], numbers: { lr: 0.5, wd: 0.1, rescale: 1.5, update: 1 } },
    ])
    net.at(0).collectParams().setattr('lrMult', 0.5)
    net.at(1).collectParams().setattr('wdMult', 2)
    backward(net)
    trainer.step(2)
    expect(own.seen.slice(1)).toEqual([
      { shapes: ['128', '128', '128'], numbers: { lr: 0.5, wd: 0.2, rescale: 1.5, update: 2 } },
      { shapes: ['128', '128', '128'], numbers: { lr: 0.25, wd: 0.1, rescale: 1.5, update: 2 } },
    ])
  })
})

describe('an optimizer of one parameter at a time', () => {
  it('gets each in its own shape, and none that is stale', async () => {
    const net = network()
    const own = new ByParameter({ learningRate: 1 })
    const trainer = new gluon.Trainer(net.collectParams(), own)
    backward(net)
    trainer.step(1)
    const shapes = ['1', '1 × 3', '3', '3 × 2']
    expect(own.seen.map((seen) => seen.shapes)).toEqual(shapes.map((shape) => [shape, shape, shape]))
    net.at(1).collectParams().setattr('gradReq', 'null')
    backward(net)
    trainer.step(1)
    expect(own.seen.slice(4).map((seen) => seen.shapes[0])).toEqual(['3', '3 × 2'])
    const { arrays } = await trainer.state()
    expect(arrays.map(({ name, data }) => [name, ...data])).toEqual([
      ['0:0', 2, 2, 2, 2, 2, 2],
      ['1:0', 2, 2, 2],
      ['2:0', 1, 1, 1],
      ['3:0', 1],
    ])
  })

  it('gives the values that an optimizer of ranges gives', async () => {
    const values = await Promise.all(
      [new Noting(), new ByParameter()].map(async (own) => {
        const net = network()
        const trainer = new gluon.Trainer(net.collectParams(), own)
        for (let step = 0; step < 3; step++) {
          backward(net)
          trainer.step(2)
        }
        return Promise.all([...net.collectParams().values()].map(async (p) => [...(await p.data().toArray())]))
      }),
    )
    expect(values[0]).toEqual(values[1])
  })
})

describe('what a step costs', () => {
  it('is one pass for Adam, whatever the network: two million parameters are read once and written once', () => {
    const ctx = cpu()
    const net = new nn.Sequential()
    net.add(new nn.Dense(1000, { inUnits: 1000 }), new nn.Dense(1000, { inUnits: 1000 }))
    net.initialize({ ctx })
    const trainer = new gluon.Trainer(net.collectParams(), 'adam')
    const pass = () => {
      autograd.record(() => net(nd.ones([1, 1000], { ctx }))).backward()
    }
    pass()
    trainer.step(1)
    pass()
    const { liveBytes } = memoryInfo(ctx, { resetPeak: true })
    const calls = callsOf(trainer, 1)
    expect(memoryInfo(ctx).peakBytes).toBe(liveBytes)
    expect(calls.map(({ name, outputs }) => [name, outputs.length])).toEqual([['adamUpdate', 0]])
    const [{ inputs, mutates }] = calls
    expect(inputs.map(({ shape }) => sizeOf(shape))).toEqual(Array(4).fill(2_002_048))
    expect(mutates).toEqual([0, 2, 3])
  })

  it.each([
    ['sgd', 1],
    ['nag', 1],
    ['signum', 1],
    ['adamw', 1],
    ['adamax', 1],
    ['nadam', 1],
    ['adagrad', 1],
    ['rmsprop', 1],
    ['adadelta', 1],
    ['ftrl', 1],
    ['lars', 4 * 2],
    ['lamb', 4 * 3],
  ])('is the number of calls of %s', (name, count) => {
    const net = network()
    const trainer = new gluon.Trainer(net.collectParams(), name)
    backward(net)
    trainer.step(2)
    backward(net)
    const { liveBytes } = memoryInfo(reference())
    expect(callsOf(trainer).length).toBe(count)
    expect(memoryInfo(reference()).liveBytes).toBe(liveBytes)
  })
})

describe('register', () => {
  it('makes an optimizer known by its name in any case, also to a trainer', async () => {
    class Renamed extends Noting {
      static override readonly className = 'MyNoting'
    }
    expect(optimizer.register(Renamed)).toBe(Renamed)
    expect(optimizer.create('mynoting', { learningRate: 0.25 }).learningRate).toBe(0.25)
    const net = network()
    const trainer = new gluon.Trainer(net.collectParams(), 'MyNoting', { learningRate: 0.5 })
    expect(trainer.optimizer).toBeInstanceOf(Renamed)
    expect((await trainer.state()).optimizer).toBe('MyNoting')
    expect(() => optimizer.create('noting')).toThrow(/no optimizer is named 'noting', did you mean 'mynoting'\?/)
  })

  it('takes a later class of the same name', () => {
    const first = class Twice extends Noting {}
    const second = class Twice extends Noting {}
    optimizer.register(first)
    optimizer.register(second)
    expect(optimizer.create('twice')).toBeInstanceOf(second)
  })

  it('refuses a class without a name', () => {
    expect(() => optimizer.register((() => class extends Noting {})())).toThrow(/takes a class with a name/)
  })
})

describe('a function as a scheduler', () => {
  it('gives the rate of each update, from 1 on', () => {
    const net = network()
    const asked: number[] = []
    const rate = (numUpdate: number) => {
      asked.push(numUpdate)
      return 1 / numUpdate
    }
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { lrScheduler: rate })
    for (const expected of [1, 1 / 2, 1 / 3]) {
      backward(net)
      trainer.step(2)
      expect(trainer.learningRate).toBe(expected)
    }
    expect([...new Set(asked)]).toEqual([1, 2, 3])
    expect(() => trainer.setLearningRate(1)).toThrow(/set by lrScheduler/)
  })

  it('goes on where a state was taken, which holds no rate', async () => {
    const net = network()
    const lrScheduler = (numUpdate: number) => 1 / numUpdate
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { lrScheduler })
    backward(net)
    trainer.step(2)
    const state = await trainer.state()
    expect(state.learningRate).toBeUndefined()
    const other = new gluon.Trainer(net.collectParams(), 'sgd', { lrScheduler })
    other.restore(state)
    backward(net)
    other.step(2)
    expect(other.learningRate).toBe(1 / 2)
  })
})

it('types the options by the name', () => {
  const params = network().collectParams()
  new gluon.Trainer(params, 'adam', { beta1: 0.8, lrScheduler: new lrScheduler.MultiFactorScheduler([3]) })
  new gluon.Trainer(params, 'AdaGrad', { eps: 1e-3 })
  new gluon.Trainer(params, new optimizer.LAMB({ upperBound: 10 }))
  const trainer: gluon.Trainer = new gluon.Trainer(params, 'rmsprop', { centered: true, gamma2: 0.5 })
  expect(trainer.optimizer).toBeInstanceOf(optimizer.RMSProp)
  const both: 'sgd' | 'nag' = trainer.learningRate > 1 ? 'sgd' : 'nag'
  expect(optimizer.create(both, { momentum: 0.5 })).toBeInstanceOf(optimizer.NAG)
  // @ts-expect-error Adam has no momentum
  expect(() => new gluon.Trainer(params, 'adam', { momentum: 0.9 })).toThrow(/unknown option 'momentum'/)
  // @ts-expect-error SGD has no beta1
  expect(() => optimizer.create('sgd', { beta1: 0.9 })).toThrow(/unknown option 'beta1'/)
  // @ts-expect-error case does not matter
  expect(() => optimizer.create('NADAM', { rho: 0.9 })).toThrow(/unknown option 'rho'/)
  // @ts-expect-error AdaDelta has no rate
  expect(() => optimizer.create('adadelta', { learningRate: 1 })).toThrow(/unknown option 'learningRate'/)
})
