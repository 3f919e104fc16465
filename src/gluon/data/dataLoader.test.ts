// DataLoader: training on batches, a live event loop, bounds on running ahead, and what misuse says.
import { autograd, cpu, data, gluon, loss, metric, nd, nn } from 'glueball'
import { describe, expect, test } from 'vitest'
import { Context } from '../../core/engine.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'

const { ArrayDataset, BatchSampler, DataLoader, SequentialSampler, SimpleDataset } = data

async function all<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const batches: B[] = []
  for await (const batch of loader) batches.push(batch)
  return batches
}

const numbers = (n: number) => new SimpleDataset(Array.from({ length: n }, (_, i) => i))

describe('running', () => {
  test('timers tick while ready batches are taken', async () => {
    const loader = new DataLoader(new ArrayDataset(nd.zeros([20, 2])), 1)
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    for await (const batch of loader) {
      batch.dispose()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2) // the timer is due at each batch
    }
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(15)
  })

  test('timers tick while slow samples are made', async () => {
    const slow = numbers(20).transform((i) => {
      const end = performance.now() + 3
      while (performance.now() < end);
      return i
    })
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    await all(new DataLoader(slow, 20))
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(3)
  })

  test('training on batches works, and leaves the batch to the user', async () => {
    const loader = new DataLoader(new ArrayDataset(nd.random.uniform({ shape: [8, 3] })), 4)
    const net = new nn.Dense(2)
    net.initialize()
    for await (const x of loader) {
      const loss = autograd.record(() => net(x).sum())
      loss.backward()
      expect(x.owner).toBe('user')
      expect(Number.isFinite(await loss.asscalar())).toBe(true)
    }
  })

  test('a regression and classes as plain numbers train, whatever numbers a batch has', async () => {
    const line = new ArrayDataset([[1], [2], [3], [0.5]], [2, 4, 6, 1])
    const net = new nn.Dense(1)
    net.initialize({ init: 'zeros' })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05 })
    for (let epoch = 0; epoch < 60; epoch++) {
      for await (const [x, y] of new DataLoader(line, 1)) {
        autograd.record(() => new loss.L2Loss()(net(x), y)).backward()
        trainer.step(1)
      }
    }
    expect(await net(nd.array([[4]])).asscalar()).toBeCloseTo(8, 1)
    const classes = new ArrayDataset(
      [
        [0, 1],
        [1, 0],
      ],
      [0, 1],
    )
    const accuracy = new metric.Accuracy()
    for await (const [scores, y] of new DataLoader(classes, 2)) {
      expect(Number.isFinite(await new loss.SoftmaxCrossEntropyLoss()(scores, y).mean().asscalar())).toBe(true)
      accuracy.update(y, scores)
    }
    expect(await accuracy.get()).toEqual(['accuracy', 0])
  })

  test('batches wait for the engine to which they are moved', async () => {
    const engine = makeCpuEngine({ threads: 1 })
    const ctx = new Context('cpu', 1, () => engine)
    const opened: (() => void)[] = []
    engine.fence = () => new Promise((resolve) => opened.push(resolve))
    let given = 0
    const pass = (async () => {
      for await (const batch of new DataLoader(new ArrayDataset(nd.zeros([5, 1])), 1)) {
        batch.asInContext(ctx)
        given++
      }
    })()
    await expect.poll(() => opened.length).toBe(2)
    // nothing else holds the third batch
    await cpu().engine.fence()
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(given).toBe(2)
    for (const next of [3, 4, 5]) {
      opened.shift()!()
      await expect.poll(() => given).toBe(next)
    }
    await pass
    await engine.close()
  })

  test('a loop beside them takes no waiting from them', async () => {
    const engine = makeCpuEngine({ threads: 1 })
    const ctx = new Context('cpu', 1, () => engine)
    const opened: (() => void)[] = []
    engine.fence = () => new Promise((resolve) => opened.push(resolve))
    const beside = new DataLoader(new ArrayDataset(nd.zeros([50, 1])), 1)[Symbol.asyncIterator]()
    let given = 0
    const pass = (async () => {
      for await (const batch of new DataLoader(new ArrayDataset(nd.zeros([5, 1])), 1)) {
        batch.asInContext(ctx)
        given++
        await beside.next()
      }
    })()
    await expect.poll(() => opened.length).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(given).toBe(2)
    while (given < 5) {
      for (const open of opened.splice(0)) open()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    for (const open of opened.splice(0)) open()
    await pass
    await engine.close()
  })

  test('a failure of the engine comes with the next batch', async () => {
    const x = nd.zeros([4, 1])
    const loader = new DataLoader(new ArrayDataset(x), 1)
    const { engine } = x.context
    const failure = new Error('a kernel failed')
    const taking = engine.takeFailure
    const run = async () => {
      for await (const batch of loader) {
        batch.dispose()
        engine.takeFailure = () => failure
      }
    }
    await expect(run()).rejects.toBe(failure)
    engine.takeFailure = taking
  })
})

describe('wrong use', () => {
  const dataset = numbers(4)
  const sampler = new SequentialSampler(4)
  const batchSampler = new BatchSampler(sampler, 2)

  test('shuffle with a sampler', () => {
    expect(() => new DataLoader(dataset, 2, { shuffle: true, sampler })).toThrow(
      '[DataLoader] shuffle and sampler exclude each other',
    )
  })

  test('a batchSampler with what it decides', async () => {
    const message = '[DataLoader] batchSampler decides the batches: leave out'
    expect(() => new DataLoader(dataset, 2, { batchSampler })).toThrow(`${message} batchSize`)
    expect(() => new DataLoader(dataset, null, { batchSampler, shuffle: true })).toThrow(`${message} shuffle`)
    expect(() => new DataLoader(dataset, null, { batchSampler, sampler })).toThrow(`${message} sampler`)
    expect(() => new DataLoader(dataset, null, { batchSampler, lastBatch: 'keep' })).toThrow(`${message} lastBatch`)
    expect(await all(new DataLoader(dataset, null, { batchSampler }))).toHaveLength(2)
  })

  test('no size', () => {
    expect(() => new DataLoader(dataset)).toThrow('[DataLoader] give a batchSize, or a batchSampler')
    expect(() => new DataLoader(dataset, 0)).toThrow('[BatchSampler] batchSize must be a positive integer, got 0')
  })
})
