// A convolution, a BatchNorm and an activation run as one in prediction, with the values of the layers one by one.
import { autograd, cpu, gluon, init, memoryInfo, type NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../core/engine.ts'
import { listen } from '../../core/listen.ts'
import type { Block } from '../block.ts'

const list = async (array: NDArray): Promise<number[]> => [...(await array.toArray())]

/** The ops that a function calls. */
function opsOf(run: () => unknown): string[] {
  const names: string[] = []
  const end = listen(({ op }) => names.push(op))
  try {
    run()
  } finally {
    end()
  }
  return names
}

const images = (ctx: Context) => nd.random.uniform({ low: -1, shape: [2, 4, 6, 5], ctx })

/** A network whose statistics have moved from where they start. */
function trained<Net extends Block>(net: Net, ctx: Context): Net {
  net.initialize({ ctx, init: new init.Normal({ sigma: 0.5 }) })
  for (let i = 0; i < 3; i++) autograd.trainMode(() => net(images(ctx)))
  return net
}

/** What the layers give when they are called by themselves. */
const oneByOne = (net: Iterable<Block>, x: NDArray) => [...net].reduce((y, block) => block(y), x)

async function expectClose(got: NDArray, want: NDArray): Promise<void> {
  const [a, b] = [await list(got), await list(want)]
  const largest = Math.max(...b.map(Math.abs))
  expect(largest).toBeGreaterThan(0.01)
  for (let i = 0; i < b.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual(1e-5 * largest)
}

describe.each([cpu(), reference()])('in prediction on %s', (ctx) => {
  const relu = () => new nn.Activation('relu')
  it.each([
    ['a convolution with a bias', 1, () => [new nn.Conv2D(3, 3), new nn.BatchNorm(), relu()]],
    ['without one', 1, () => [new nn.Conv2D(3, 3, { useBias: false, padding: 1 }), new nn.BatchNorm(), relu()]],
    ['without an activation', 1, () => [new nn.Conv2D(3, 3), new nn.BatchNorm()]],
    ['by channel', 1, () => [new nn.Conv2D(4, 3, { groups: 4 }), new nn.BatchNorm({ scale: false }), relu()]],
    ['BatchNormReLU', 1, () => [new nn.Conv2D(3, 3), new nn.BatchNormReLU({ center: false })]],
    ['two in a row', 2, () => [new nn.Conv2D(3, 3), new nn.BatchNorm(), new nn.Conv2D(5, 1), new nn.BatchNorm()]],
    ['another function between', 1, () => [new nn.Conv2D(3, 3), new nn.BatchNorm(), new nn.Swish()]],
  ])('%s runs as one', async (_, convolutions, layers) => {
    const net = trained(new nn.HybridSequential(...layers()), ctx)
    const x = images(ctx)
    await expectClose(net(x), oneByOne(net, x))
    const calls = opsOf(() => net(x))
    expect(calls.filter((name) => name === 'conv')).toHaveLength(convolutions)
    expect(calls.filter((name) => /normalise|batchNorm/.test(name))).toEqual([])
  })

  it('gives the bits of all later calls at the first one, which shows the shapes', async () => {
    const net = new nn.HybridSequential(new nn.Conv2D(3, 3), new nn.BatchNorm(), new nn.Activation('relu'))
    net.initialize({ ctx, init: new init.Normal({ sigma: 0.5 }) })
    const x = images(ctx)
    const first = await list(net(x))
    expect(await list(net(x))).toEqual(first)
    expect(net.at(0).fold).toBe(undefined)
  })

  it('follows each of the parameters', async () => {
    const net = trained(new nn.Sequential(new nn.Conv2D(3, 3), new nn.BatchNorm(), new nn.Activation('relu')), ctx)
    const x = images(ctx)
    net(x)
    for (const parameter of net.collectParams().values()) {
      parameter.setData(nd.random.uniform({ low: 0.5, shape: parameter.shape, ctx }))
      await expectClose(net(x), oneByOne(net, x))
    }
  })

  it('keeps nothing while it trains', () => {
    const net = trained(new nn.Sequential(new nn.Conv2D(3, 3), new nn.BatchNorm()), ctx)
    const x = images(ctx)
    const bytes = () => memoryInfo(ctx).liveBytes
    const before = bytes()
    net(x).dispose()
    expect(bytes()).toBeGreaterThan(before)
    autograd.trainMode(() => net(x)).dispose()
    expect(bytes()).toBe(before)
  })

  it('follows a training step, and a Trainer that moves the parameters', async () => {
    const net = trained(new nn.Sequential(new nn.Conv2D(3, 3), new nn.BatchNorm()), ctx)
    const x = images(ctx)
    net(x)
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1 })
    for (let i = 0; i < 2; i++) {
      autograd.record(() => net(x).square().mean()).backward()
      trainer.step(1)
      await expectClose(net(x), oneByOne(net, x))
    }
  })
})

describe('runs the layers one by one', () => {
  const layers = () => [new nn.Conv2D(3, 3), new nn.BatchNorm(), new nn.Activation('relu')] as const
  const normalises = (net: Block, x: NDArray) => opsOf(() => net(x)).includes('normaliseChannels')

  it('while a hook watches one of the first two, and the activation apart where it is watched', () => {
    for (const watched of [0, 1, 2]) {
      const net = trained(new nn.Sequential(...layers()), cpu())
      let calls = 0
      const handle = net.at(watched).registerForwardHook(() => void calls++)
      expect(normalises(net, images(cpu()))).toBe(watched < 2)
      expect(calls).toBe(1)
      handle.detach()
      expect(normalises(net, images(cpu()))).toBe(false)
    }
  })

  it('in training, while recording, and in a trace', async () => {
    const net = trained(new nn.Sequential(...layers()), cpu())
    const x = images(cpu())
    expect(opsOf(() => autograd.trainMode(() => net(x)))).toContain('batchNorm')
    autograd.record(() => expect(normalises(net, x)).toBe(true), { trainMode: false })
    expect(String(await net.explain(x))).toContain('normaliseChannels')
  })

  it('where a class has a forward of its own', async () => {
    class Doubled extends nn.Conv2D {
      override forward(x: NDArray): NDArray {
        return super.forward(x).multiply(2)
      }
    }
    const net = trained(new nn.Sequential(new Doubled(3, 3), new nn.BatchNorm()), cpu())
    const x = images(cpu())
    expect(normalises(net, x)).toBe(true)
    await expectClose(net(x), oneByOne(net, x))
  })

  it('where the numbers of channels differ, which it says', () => {
    const net = new nn.Sequential(new nn.Conv2D(3, 3, { inChannels: 4 }), new nn.BatchNorm({ inChannels: 5 }))
    net.initialize()
    expect(() => net(images(cpu()))).toThrow(/size 3 along axis 1 .* gamma and beta take 5/)
  })
})

describe.each([cpu(), reference()])('a BatchNorm without a convolution before it on %s', (ctx) => {
  it('takes the activation behind it, to the same bits', async () => {
    const net = trained(
      new nn.HybridSequential(new nn.BatchNorm(), new nn.Activation('relu'), new nn.Conv2D(3, 3)),
      ctx,
    )
    const x = images(ctx)
    const calls = opsOf(() => net(x))
    expect(await list(net(x))).toEqual(await list(oneByOne(net, x)))
    expect(calls.length).toBeLessThan(opsOf(() => oneByOne(net, x)).length)
    x.attachGrad()
    autograd.record(() => net(x), { trainMode: false }).backward()
    const gradient = await list(x.grad as NDArray)
    autograd.record(() => oneByOne(net, x), { trainMode: false }).backward()
    expect(gradient).toEqual(await list(x.grad as NDArray))
  })
})
