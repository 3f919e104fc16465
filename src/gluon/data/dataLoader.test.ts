// DataLoader: batches in both ways, orders that go on after a restart, a live event loop, and what misuse says.
import { autograd, cpu, data, type NDArray, nd, nn } from 'glueball'
import { describe, expect, test } from 'vitest'
import { Context } from '../../core/engine.ts'
import { liveOn } from '../../core/storage.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'

const { ArrayDataset, BatchSampler, DataLoader, SequentialSampler, SimpleDataset } = data

const values = async (array: NDArray) => Array.from(await array.toArray())

async function all<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const batches: B[] = []
  for await (const batch of loader) batches.push(batch)
  return batches
}

const numbers = (n: number) => new SimpleDataset(Array.from({ length: n }, (_, i) => i))

describe('batches', () => {
  test('of numbers: int32 where whole, else float32', async () => {
    const [whole, half] = await all(new DataLoader(new SimpleDataset([1, 2, 3, 0.5]), 3))
    expect([whole.dtype, half.dtype]).toEqual(['int32', 'float32'])
    expect([await values(whole), await values(half)]).toEqual([[1, 2, 3], [0.5]])
  })

  test('of a column of numbers: one type for all batches', async () => {
    const batches = await all(
      new DataLoader(
        new ArrayDataset([1, 2, 0.5]).transform((x) => x),
        2,
      ),
    )
    expect(batches.map(({ dtype }) => dtype)).toEqual(['int32', 'float32'])
    const column = new ArrayDataset(['a', 'b', 'c'], [1, 2, 0.5]).transformFirst((letter) => letter.length)
    const pairs = await all(new DataLoader(column, 2))
    expect(pairs.map(([, y]) => y.dtype)).toEqual(['float32', 'float32'])
  })

  test('of arrays, tuples, typed arrays and tuples in tuples', async () => {
    const dataset = new SimpleDataset(
      [1, 2, 3].map((i) => [nd.array([i, i]), Uint8Array.of(i, 0), [i, nd.array([i])] as const] as const),
    )
    const [[arrays, bytes, [inner, rows]]] = await all(new DataLoader(dataset, 2))
    expect([arrays.shape, bytes.shape, inner.shape, rows.shape].map(String)).toEqual([
      '(2, 2)',
      '(2, 2)',
      '(2,)',
      '(2, 1)',
    ])
    expect([arrays.dtype, bytes.dtype, inner.dtype]).toEqual(['float32', 'uint8', 'int32'])
    expect(await values(arrays)).toEqual([1, 1, 2, 2])
    expect(await values(bytes)).toEqual([1, 0, 2, 0])
  })

  test('from stacks are the same as sample by sample', async () => {
    const x = nd.random.uniform({ shape: [10, 3, 2] })
    const y = Int32Array.from({ length: 10 }, (_, i) => i * i)
    const stacked = new ArrayDataset(x, y)
    const single = stacked.transform((a, b) => [a, b] as const)
    expect(stacked.columns().columns.every(({ batch }) => batch)).toBe(true)
    expect(single.columns()).toBeUndefined()
    const [a, b] = await Promise.all([all(new DataLoader(stacked, 4)), all(new DataLoader(single, 4))])
    expect(a.length).toBe(3)
    for (const [i, batch] of a.entries()) {
      expect(batch.map(({ dtype, shape }) => `${dtype} ${shape}`)).toEqual(
        b[i].map(({ dtype, shape }) => `${dtype} ${shape}`),
      )
      expect(await values(batch[0])).toEqual(await values(b[i][0]))
      expect(await values(batch[1])).toEqual(await values(b[i][1]))
    }
  })

  test('by a function of one’s own', async () => {
    const loader = new DataLoader(numbers(5), 2, { batchifyFn: (samples) => samples.map((i) => i * 2) })
    expect(await all(loader)).toEqual([[0, 2], [4, 6], [8]])
    const bad = new DataLoader(numbers(1), 1, { batchifyFn: async (samples) => samples })
    await expect(all(bad)).rejects.toThrow('[DataLoader] batchifyFn must be synchronous')
  })

  test('of samples that are read', async () => {
    const read = new ArrayDataset(nd.array([[1], [2], [3]])).transform(async (x) => {
      const [value] = await x.toArray()
      return x.multiply(value)
    })
    const [batch] = await all(new DataLoader(read, 3))
    expect(await values(batch)).toEqual([1, 4, 9])
  })

  test('release the samples they were made of, not those that are held', async () => {
    const held = nd.array([1, 2])
    const shared = new SimpleDataset([0, 1]).transform(() => held)
    const [batch] = await all(new DataLoader(shared, 2))
    expect(await values(batch)).toEqual([1, 2, 1, 2])
    expect(await values(held)).toEqual([1, 2])
    // an engine of its own, where the collector finds nothing meanwhile
    const engine = makeCpuEngine({ threads: 1 })
    const ctx = new Context('cpu', 1, () => engine)
    const made = new SimpleDataset([1, 2]).transform((i) => nd.array([i], { ctx }).add(1))
    const [sums] = await all(new DataLoader(made, 2, { ctx }))
    expect([await values(sums), liveOn(engine).count]).toEqual([[2, 3], 1])
    await engine.close()
  })

  test('of what can’t be one', async () => {
    const shapes = new SimpleDataset([nd.array([1]), nd.array([1, 2])])
    await expect(all(new DataLoader(shapes, 2))).rejects.toThrow('[batchify] samples of different shapes make no batch')
    await expect(all(new DataLoader(new SimpleDataset(['a']), 1))).rejects.toThrow('cannot make a batch of string')
    const ragged = new SimpleDataset([[1, 2], [1]])
    await expect(all(new DataLoader(ragged, 2))).rejects.toThrow('[batchify] samples must have 2 elements each, got 1')
  })
})

describe('passes', () => {
  test('each is new; length counts batches', async () => {
    nd.random.seed(1)
    const loader = new DataLoader(numbers(10), 4, { shuffle: true })
    expect(loader.length).toBe(3)
    const first = await Promise.all((await all(loader)).map(values))
    const second = await Promise.all((await all(loader)).map(values))
    expect(first.map(({ length }) => length)).toEqual([4, 4, 2])
    expect(first).not.toEqual(second)
    expect(second.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('a state goes on behind the batch it was taken at, then with the same passes', async () => {
    for (let stop = 0; stop <= 5; stop++) {
      nd.random.seed(stop)
      const loader = new DataLoader(numbers(9), 2, { shuffle: true })
      let state = loader.state()
      let generator = data.shuffler.state()
      const seen: number[][] = []
      for (let epoch = 0; epoch < 3; epoch++) {
        for await (const batch of loader) {
          seen.push(await values(batch))
          if (seen.length !== 5 + stop) continue
          state = JSON.parse(JSON.stringify(loader.state()))
          generator = data.shuffler.state()
        }
      }
      nd.random.seed(99)
      data.shuffler.restore(generator)
      const resumed = new DataLoader(numbers(9), 2, { shuffle: true })
      resumed.restore(state)
      const rest: number[][] = []
      // a state of the last batch of a pass gives an iteration that finds nothing left
      for (let epoch = stop === 0 ? 0 : 1; epoch < 3; epoch++) {
        for await (const batch of resumed) rest.push(await values(batch))
      }
      expect(rest).toEqual(seen.slice(5 + stop))
    }
  })

  test('one that was left begins anew', async () => {
    const loader = new DataLoader(numbers(4), 2)
    for await (const _ of loader) break
    expect(loader.state().taken).toBe(0)
    expect(await all(loader)).toHaveLength(2)
  })

  test('a damaged state is refused', () => {
    const loader = new DataLoader(numbers(4), 2)
    expect(() => loader.restore({ taken: -1, sampler: null })).toThrow('[DataLoader] the state is not one of a loader')
  })
})

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
    expect(() => new DataLoader(dataset, 0)).toThrow('[BatchSampler] batchSize must be a whole number above 0, got 0')
  })
})
