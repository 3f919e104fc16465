// BatchNorm's running statistics: when they move, where they lie, what they are saved as, and that training resumes to the bit.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, cpu, gluon, memoryInfo, type NDArray, nd, nn, reference } from 'glueball'
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../../core/engine.ts'
import { listen } from '../../core/listen.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import { decodeParams, encodeParams } from '../../io/params.ts'
import { generator } from '../../ops/cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-batchnorm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const list = async (array: NDArray | null): Promise<number[]> => (array ? [...(await array.toArray())] : [])

/** (4, 2): means 2.5 and 10, biased variances 1.25 and 20. */
const columns = [
  [1, 4],
  [2, 8],
  [3, 12],
  [4, 16],
]

function made(ctx: Context, options: nn.BatchNormOptions = {}): { norm: nn.BatchNorm; x: NDArray } {
  const norm = new nn.BatchNorm(options)
  norm.initialize({ ctx })
  return { norm, x: nd.array(columns, { ctx }) }
}

const running = async ({ running_mean, running_var }: nn.BatchNorm) => [
  ...(await list(running_mean.data())),
  ...(await list(running_var.data())),
]

const close = (values: readonly number[], digits = 5) => values.map((value) => expect.closeTo(value, digits))

describe.each([cpu(), reference()])('running statistics on %s', (ctx) => {
  it('move once for each call in training, by the biased variance', async () => {
    const { norm, x } = made(ctx)
    autograd.record(() => norm(x))
    // 0.9 · 0 + 0.1 · mean and 0.9 · 1 + 0.1 · variance
    expect(await running(norm)).toEqual(close([0.25, 1, 1.025, 2.9]))
    autograd.trainMode(() => norm(x))
    expect(await running(norm)).toEqual(close([0.475, 1.9, 1.0475, 4.61]))
  })

  it('stay in prediction, recorded or not, and by useGlobalStats', async () => {
    const { norm, x } = made(ctx)
    norm(x)
    autograd.record(() => norm(x), { trainMode: false })
    autograd.record(() => autograd.predictMode(() => norm(x)))
    expect(norm.summary(x)).toContain('Trainable params: 4\n   Non-trainable params: 4')
    const { norm: fixed } = made(ctx, { useGlobalStats: true })
    x.attachGrad()
    autograd.record(() => fixed(x)).backward()
    for (const one of [norm, fixed]) expect(await running(one)).toEqual([0, 0, 1, 1])
    // by running mean 0 and variance 1
    expect(await list(x.grad)).toEqual(close(Array(8).fill(1 / Math.sqrt(1 + 1e-5)), 6))
  })

  it('move with the forward pass, not with each backward', async () => {
    const { norm, x } = made(ctx)
    const y = autograd.record(() => norm(x).square())
    const once = await running(norm)
    y.backward(null, { retainGraph: true })
    const gradient = await list(norm.gamma.grad())
    y.backward()
    expect(await running(norm)).toEqual(once)
    expect(await list(norm.gamma.grad())).toEqual(gradient)
  })

  it('may move several times before one backward, as of real and generated images', async () => {
    const { norm, x } = made(ctx)
    const loss = autograd.record(() =>
      norm(x)
        .sum()
        .add(norm(x.multiply(2)).sum()),
    )
    loss.backward()
    expect(await running(norm)).toEqual(close([0.725, 2.9, 1.4225, 10.61]))
    expect(await list(norm.beta.grad())).toEqual([8, 8])
  })

  it('predict by what was gathered', async () => {
    const { norm, x } = made(ctx, { momentum: 0, epsilon: 0, inChannels: 2 })
    autograd.trainMode(() => norm(x))
    const scaled = [-1.5, -0.5, 0.5, 1.5].map((value) => value / Math.sqrt(1.25))
    expect(await list(norm(x))).toEqual(close(scaled.flatMap((value) => [value, value])))
  })

  it('have no gradient, and lie apart from the arena of what a Trainer trains', async () => {
    const net = new nn.HybridSequential()
    const norm = new nn.BatchNorm()
    net.add(norm, new nn.Dense(1))
    net.initialize({ ctx })
    const x = nd.array(columns, { ctx })
    const params = net.collectParams()
    const trainer = new gluon.Trainer(params, 'sgd', { learningRate: 0.1, momentum: 0.9 })
    for (let step = 0; step < 5; step++) {
      autograd.record(() => net(x)).backward()
      trainer.step(4)
    }
    expect((await list(norm.runningMean.data()))[0]).toBeCloseTo(2.5 * (1 - 0.9 ** 5), 5)
    expect(norm.gamma.data().storage).toBe(norm.beta.data().storage)
    expect(norm.running_mean.data().storage).not.toBe(norm.gamma.data().storage)
    params.setattr('gradReq', 'write')
    expect([norm.runningMean.gradReq, norm.runningVar.gradReq, norm.beta.gradReq]).toEqual(['null', 'null', 'write'])
    expect(() => norm.running_mean.grad()).toThrow(/has no gradient: its gradReq is 'null'/)
  })
})

describe('factors', () => {
  const ctx = reference()

  it('give the same gradient of beta at each step for the same inputs', async () => {
    for (const ctx of [cpu(), reference()]) {
      const { norm, x } = made(ctx)
      const dy = nd.array([1, -2, 0.5, 3, -1, 1, 2, 0.25], { ctx, shape: [4, 2] })
      const seen: number[][] = []
      for (let step = 0; step < 4; step++) {
        autograd.record(() => norm(x)).backward(dy)
        seen.push(await list(norm.beta.grad()))
      }
      expect(seen).toEqual(Array(4).fill([2.5, 2.25]))
    }
  })

  it('are fixed without scale and centre: gamma is 1, whatever it holds', async () => {
    const { norm, x } = made(ctx, { scale: false, center: false, epsilon: 0, inChannels: 2 })
    const plain = made(ctx, { epsilon: 0 }).norm
    norm.gamma.setData(nd.array([5, 6], { ctx }))
    for (const run of [autograd.trainMode, autograd.predictMode]) {
      expect(await list(run(() => norm(x)))).toEqual(await list(run(() => plain(x))))
    }
    norm.collectParams().setattr('gradReq', 'write')
    expect([norm.gamma.gradReq, norm.beta.gradReq]).toEqual(['null', 'null'])
    x.attachGrad()
    autograd.record(() => norm(x)).backward()
    expect(await list(x.grad)).toEqual(close(Array(8).fill(0)))
  })

  it('are shared by params', async () => {
    const { norm, x } = made(ctx, { prefix: 'shared_' })
    norm(x)
    const other = new nn.BatchNorm({ params: norm.collectParams() })
    expect([other.gamma, other.running_var]).toEqual([norm.gamma, norm.running_var])
    autograd.trainMode(() => other(x))
    expect(await list(norm.runningMean.data())).toEqual(close([0.25, 1]))
  })

  it('are drawn by their initializers', async () => {
    const options = { betaInitializer: 'ones', gammaInitializer: 'zeros', runningMeanInitializer: 'ones' } as const
    const { norm, x } = made(ctx, { ...options, runningVarianceInitializer: 'zeros' })
    norm(x)
    expect(await Promise.all([norm.gamma, norm.beta].map((p) => list(p.data())))).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(await running(norm)).toEqual([1, 1, 0, 0])
  })

  it('keep their type but for float16', () => {
    const { norm } = made(ctx, { inChannels: 2 })
    norm.cast('float16')
    expect(norm.running_var.dtype).toBe('float32')
    norm.cast('float64')
    expect([norm.gamma.dtype, norm.running_mean.dtype]).toEqual(['float64', 'float64'])
  })
})

/** Dense, batch norm, relu, dense, under prefixes of their own. */
function network(ctx: Context): { readonly net: nn.HybridSequential; readonly trainer: gluon.Trainer } {
  const net = new nn.HybridSequential()
  net.add(new nn.Dense(7), new nn.BatchNorm(), new nn.Activation('relu'), new nn.Dense(2))
  nd.random.seed(3)
  net.initialize({ ctx })
  return { net, trainer: new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.9 }) }
}

function train({ net, trainer }: ReturnType<typeof network>, ctx: Context, steps: readonly number[]): void {
  for (const seed of steps) {
    const random = generator(seed)
    const x = nd.array(
      Array.from({ length: 33 }, () => 2 * random() - 1),
      { ctx, shape: [11, 3] },
    )
    autograd.record(() => net(x).square()).backward()
    trainer.step(11)
  }
}

const values = async ({ net }: ReturnType<typeof network>) =>
  Promise.all([...net.collectParams().values()].map(async (parameter) => list(parameter.data())))

describe.each([cpu(), reference()])('a network on %s', (ctx) => {
  it('resumes to the bit from parameters and the trainer’s state', async () => {
    const whole = network(ctx)
    train(whole, ctx, [1, 2, 3, 4, 5, 6])
    const first = network(ctx)
    train(first, ctx, [1, 2, 3])
    const path = join(folder, `${ctx}.params`)
    await first.net.saveParameters(path)
    const state = JSON.parse(JSON.stringify(await first.trainer.state()))
    const second = network(ctx)
    await second.net.loadParameters(path, { ctx })
    second.trainer.restore(state)
    train(second, ctx, [4, 5, 6])
    expect(await values(second)).toEqual(await values(whole))
  })

  it('holds no more memory after further steps', () => {
    const net = new nn.HybridSequential()
    net.add(new nn.Dense(4), new nn.LayerNorm(), new nn.PReLU(), new nn.BatchNorm({ scale: false }), new nn.GELU())
    net.initialize({ ctx })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05 })
    const x = nd.ones([5, 3], { ctx })
    const held = [1, 2, 3, 4].map(() => {
      const y = autograd.record(() => net(x))
      y.backward()
      trainer.step(5)
      y.dispose()
      net(x).dispose()
      return memoryInfo(ctx).storages
    })
    expect(held[3]).toBe(held[1])
  })

  it('saves the running statistics under Gluon’s names, and loads them', async () => {
    const saved = network(ctx)
    train(saved, ctx, [1])
    const path = join(folder, `names-${ctx}.params`)
    await saved.net.saveParameters(path)
    const entries = decodeParams(new Uint8Array(readFileSync(path)))
    const kept = ['1.gamma', '1.beta', '1.running_mean', '1.running_var']
    expect(entries.map(({ name }) => name)).toEqual(['0.weight', '0.bias', ...kept, '3.weight', '3.bias'])
    const names = [...saved.net.collectParams('.*running').keys()]
    expect(names.map((name) => name.replace(/^batchnorm\d+_/, ''))).toEqual(['running_mean', 'running_var'])
    const loaded = network(ctx)
    await loaded.net.loadParameters(path, { ctx })
    expect(await values(loaded)).toEqual(await values(saved))
  })

  it('loads what MXNet has exported, with arg: and aux: before the names', async () => {
    const norm = new nn.BatchNorm({ prefix: 'bn_' })
    const path = join(folder, 'exported.params')
    const of = (name: string, value: number) => {
      return { name, shape: [2], dtype: 'float32' as const, data: Float32Array.of(value, value) }
    }
    const entries = [of('arg:bn_gamma', 1), of('arg:bn_beta', 2), of('aux:bn_running_mean', 3)]
    writeFileSync(path, encodeParams([...entries, of('aux:bn_running_var', 4)]))
    await norm.loadParameters(path, { ctx })
    expect(await running(norm)).toEqual([3, 3, 4, 4])
  })
})

it('trains to the same bits with any number of threads', async () => {
  const results = [1, 3].map(async (threads) => {
    const engine = makeCpuEngine({ threads })
    const ctx = new Context('cpu', 0, () => engine)
    const net = new nn.HybridSequential()
    const norms = [new nn.BatchNorm(), new nn.InstanceNorm({ scale: true }), new nn.GroupNorm({ numGroups: 4 })]
    net.add(new nn.Conv2D(16, 3), ...norms, new nn.SELU(), new nn.LayerNorm(), new nn.Dense(3))
    nd.random.seed(5)
    net.initialize({ ctx })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.01, momentum: 0.9 })
    const x = nd.random.normal({ shape: [8, 3, 30, 30], ctx })
    for (let step = 0; step < 3; step++) {
      autograd.record(() => net(x).square()).backward()
      trainer.step(8)
    }
    const values = await Promise.all([...net.collectParams().values()].map((parameter) => list(parameter.data())))
    await engine.close()
    return values
  })
  const [one, three] = await Promise.all(results)
  expect(three).toEqual(one)
  expect(one.flat().every(Number.isFinite)).toBe(true)
})

describe.each([cpu(), reference()])('an Activation behind a BatchNorm in a Sequential on %s', (ctx) => {
  const random = generator(9)
  const pixels = nd.array(
    Float32Array.from({ length: 4 * 3 * 6 * 6 }, () => random() - 0.5),
    { ctx, shape: [4, 3, 6, 6] },
  )

  /** A network that is always the same. */
  function network(norm = new nn.BatchNorm()) {
    nd.random.seed(3)
    const net = new nn.HybridSequential(
      new nn.Conv2D(5, 3, { padding: 1, inChannels: 3 }),
      norm,
      new nn.Activation('relu'),
      new nn.Conv2D(4, 3, { inChannels: 5 }),
    )
    net.initialize({ ctx })
    return net
  }

  /** Outputs, gradients and running statistics of a step, and the names of its calls that rectify. */
  async function step(net: nn.HybridSequential) {
    const relus: string[] = []
    const stop = listen(({ name, parts }) => parts === undefined && name.startsWith('relu') && relus.push(name))
    const y = autograd.record(() => net(pixels).square())
    y.backward()
    stop()
    const parameters = [...net.collectParams().values()]
    const arrays = parameters.map((one) => (one.gradReq === 'null' ? one.data() : one.grad()))
    return { relus, values: await Promise.all([y, ...arrays].map(list)) }
  }

  it('is computed with it, to the bits of both apart, which a hook between them sees', async () => {
    const fused = await step(network())
    for (const at of [1, 2] as const) {
      const net = network()
      const seen: NDArray[] = []
      if (at === 1) net.at(1).registerForwardHook((_block, _inputs, y) => void seen.push(y))
      else net.at(2).registerForwardPreHook((_block, [x]) => void seen.push(x))
      const apart = await step(net)
      expect(apart.values).toEqual(fused.values)
      expect(apart.relus.length).toBeGreaterThan(0)
      expect(Math.min(...(await list(seen[0])))).toBeLessThan(0)
    }
    expect(fused.relus).toEqual([])
  })

  it('is not computed with one that has a forward of its own', async () => {
    class Doubled extends nn.BatchNorm {
      override forward(x: NDArray): NDArray {
        return super.forward(x).subtract(1)
      }
    }
    const { relus } = await step(network(new Doubled()))
    expect(relus.length).toBeGreaterThan(0)
  })
})
