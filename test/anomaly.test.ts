// autograd.detectAnomaly names the first op that makes a NaN or an infinite value, its block, and the line of the user.
import { autograd, cpu, gluon, loss, type NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

const { detectAnomaly } = autograd

/** Takes a logarithm, which is -infinity at 0, and its slope infinite. */
class Log extends nn.HybridBlock {
  forward(x: NDArray): NDArray {
    return x.log()
  }
}

function network(ctx = reference()) {
  const net = new nn.HybridSequential(new nn.Dense(2, { prefix: 'd_', inUnits: 2 }), new Log({ prefix: 'log_' }), {
    prefix: 'net_',
  })
  net.initialize({ ctx, init: 'ones' })
  return net
}

describe.each([reference(), cpu()])('on %s', (ctx) => {
  const net = network(ctx)

  it('gives what the function gives where all is finite', async () => {
    const x = nd.ones([1, 2], { ctx })
    const y = await detectAnomaly(() => net(x))
    expect([...(await y.toArray())].map((value) => value.toFixed(4))).toEqual(['0.6931', '0.6931'])
    expect(await detectAnomaly(async () => 3)).toBe(3)
  })

  it('names op, block and line of the forward pass', async () => {
    const x = nd.array([1, 1, 1, -1, -2, 1], { shape: [3, 2], ctx })
    await expect(detectAnomaly(() => net(x))).rejects.toThrow(
      /^in net\.1 \(Log\): \[log\] gives 2 NaN and 2 infinite among the elements of \(3, 2\), at .*anomaly\.test\.ts:\d+:\d+\)?$/,
    )
    await expect(detectAnomaly(() => nd.zeros([2], { ctx }).log(), { infinity: false })).resolves.toBeDefined()
  })

  it('names the op whose gradient it was, and where that was called', async () => {
    const x = nd.array([0, 4], { ctx })
    x.attachGrad()
    const message =
      /^\[sqrt\] in its gradient, \w+ (gives|writes) 1 infinite among the elements of \(2,\); sqrt was called at .*anomaly\.test\.ts:\d+:\d+\)?$/
    await expect(detectAnomaly(() => autograd.record(() => x.sqrt()).backward())).rejects.toThrow(message)
    const path = detectAnomaly(() => {
      const y = autograd.record(() => net(nd.array([[1e-45, 0]], { ctx })))
      y.backward()
    })
    await expect(path).rejects.toThrow(/^in net\.1 \(Log\): \[log\] in its gradient, /)
  })

  it('names what was not finite when it was given', async () => {
    const x = nd.array([1, Number.NaN], { ctx })
    await expect(detectAnomaly(() => x.add(1))).rejects.toThrow(
      /^\[add\] is given 1 NaN among the elements of \(2,\), which no op made here, at /,
    )
  })

  it('names the first of several', async () => {
    const run = () => nd.zeros([1], { ctx }).log().exp().subtract(1).log()
    await expect(detectAnomaly(run)).rejects.toThrow('[log] gives 1 infinite')
    const run2 = () => nd.zeros([1], { ctx }).log().exp().subtract(1).sqrt()
    await expect(detectAnomaly(run2, { infinity: false })).rejects.toThrow('[sqrt] gives 1 NaN')
  })

  it('finds the line through many levels of blocks', async () => {
    const deep = Array.from({ length: 8 }).reduce<nn.Block>((inner) => new nn.HybridSequential(inner), new Log())
    await expect(detectAnomaly(() => deep(nd.zeros([1], { ctx })))).rejects.toThrow(
      /\(Log\): \[log\] gives 1 infinite .*, at .*anomaly\.test\.ts/,
    )
  })

  it('finds an update that leaves what float32 holds', async () => {
    const dense = new nn.Dense(1, { inUnits: 1, useBias: false })
    dense.initialize({ ctx })
    const trainer = new gluon.Trainer(dense.collectParams(), 'sgd', { learningRate: 1e38 })
    const step = async () => {
      autograd.record(() => dense(nd.full([1, 1], 100, { ctx }))).backward()
      trainer.step(1)
    }
    await expect(detectAnomaly(step)).rejects.toThrow(/^\[sgd\w*\] writes 1 infinite/)
  })

  it('watches a training step, gradients of a composite included', async () => {
    const model = network(ctx).slice(0, 1)
    const trainer = new gluon.Trainer(model.collectParams(), 'adam')
    const criterion = new loss.SoftmaxCrossEntropyLoss()
    await detectAnomaly(async () => {
      for (let step = 0; step < 3; step++) {
        const [x, labels] = [nd.random.normal({ shape: [4, 2], ctx }), nd.zeros([4], { ctx })]
        autograd.record(() => criterion(model(x), labels)).backward()
        trainer.step(4)
        await nd.waitall()
      }
    })
    expect(await model.at(0).weight.data().sum().asscalar()).not.toBeNaN()
  })
})

it('ends with the error of the function, and watches no longer', async () => {
  await expect(
    detectAnomaly(() => {
      throw new Error('mine')
    }),
  ).rejects.toThrow('mine')
  await expect(detectAnomaly(3 as never)).rejects.toThrow('autograd.detectAnomaly takes a function, as () => …, got 3')
  await expect(detectAnomaly(() => 1, { nan: false } as never)).rejects.toThrow("unknown option 'nan'")
  expect(await nd.zeros([1]).log().asscalar()).toBe(Number.NEGATIVE_INFINITY)
})
