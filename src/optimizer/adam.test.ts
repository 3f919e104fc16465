// Adam beside its formulas in float64, and through the trainer.
import { expect, it } from 'vitest'
import { autograd, gluon, nd, optimizer } from '../index.ts'

it('follows its formulas over five steps, with decay and a bound', async () => {
  const options = { learningRate: 0.1, wd: 0.01, clipGradient: 0.4, beta1: 0.8, beta2: 0.95, epsilon: 1e-6 }
  const weights = nd.array([1, -2, 0.5])
  const [mean, square] = [nd.zeros([3]), nd.zeros([3])]
  const adam = new optimizer.Adam(options)
  let [w, m, v] = [
    [1, -2, 0.5],
    [0, 0, 0],
    [0, 0, 0],
  ]
  for (let t = 1; t <= 5; t++) {
    const gradient = [t, -1 / t, 0.3 * t]
    adam.update(weights, nd.array(gradient), [mean, square], { lr: 0.1, wd: 0.01, rescale: 0.25, update: t })
    const g = gradient.map((x, i) => Math.min(0.4, Math.max(-0.4, 0.25 * x + 0.01 * w[i])))
    m = m.map((x, i) => 0.8 * x + 0.2 * g[i])
    v = v.map((x, i) => 0.95 * x + 0.05 * g[i] ** 2)
    const rate = (0.1 * Math.sqrt(1 - 0.95 ** t)) / (1 - 0.8 ** t)
    w = w.map((x, i) => x - (rate * m[i]) / (Math.sqrt(v[i]) + 1e-6))
  }
  Array.from(await weights.toArray(), Number).forEach((x, i) => expect(Math.abs(x - w[i])).toBeLessThan(2e-6))
})

it('trains by its name, with a rate of 0.001 unless another is said, and resumes to the same bits', async () => {
  const train = async (stopAt: number) => {
    const net = new gluon.nn.Dense(2, { inUnits: 3, weightInitializer: 'ones' })
    await net.initialize()
    let trainer = new gluon.Trainer(net.collectParams(), 'adam', { wd: 1e-3 })
    expect(trainer.learningRate).toBe(0.001)
    for (let t = 0; t < 6; t++) {
      if (t === stopAt) {
        const state = await trainer.state()
        trainer = new gluon.Trainer(net.collectParams(), 'adam', { wd: 1e-3 })
        trainer.restore(JSON.parse(JSON.stringify(state)))
      }
      const x = nd.array([
        [1, 2, t],
        [0, -1, 1],
      ])
      const loss = autograd.record(() => net(x).square().sum())
      loss.backward()
      trainer.step(2)
    }
    return net.weight.data().toArray()
  }
  expect(await train(3)).toEqual(await train(-1))
})

it('refuses a beta below 0', () => {
  expect(() => new optimizer.Adam({ beta1: -1 })).toThrow('beta1 must be a number from 0 to below 1, got -1')
  expect(() => new optimizer.Adam({ momentum: 0.9 } as never)).toThrow(/momentum/)
})
