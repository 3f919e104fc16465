// DataLoader: batches in both ways, orders that go on after a restart, a live event loop, and what misuse says.
import { autograd, data, type NDArray, nd, nn } from 'glueball'
import { describe, expect, test } from 'vitest'
import { Context } from '../../core/engine.ts'
import { liveOn } from '../../core/storage.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'

const { ArrayDataset, BatchSampler, DataLoader, RandomSampler, SequentialSampler, SimpleDataset, tuple } = data

const values = async (array: NDArray) => Array.from(await array.toArray())

async function all<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const batches: B[] = []
  for await (const batch of loader) batches.push(batch)
  return batches
}

const numbers = (n: number) => new SimpleDataset(Array.from({ length: n }, (_, i) => i))

describe('batches', () => {
  test('of numbers are float32, whatever the numbers', async () => {
    const [whole, half] = await all(new DataLoader(new SimpleDataset([1, 2, 3, 0.5]), 3))
    expect([whole.dtype, half.dtype]).toEqual(['float32', 'float32'])
    expect([await values(whole), await values(half)]).toEqual([[1, 2, 3], [0.5]])
    const mapped = new ArrayDataset([1, 2], [4, 6]).transform((x, y) => tuple(x * 2, y))
    for (const set of [new ArrayDataset([1, 2], [4, 6]), mapped]) {
      for await (const pair of new DataLoader(set, 1))
        expect(pair.map(({ dtype }) => dtype)).toEqual(['float32', 'float32'])
    }
  })

  test('of typed arrays have their element type', async () => {
    const types = async (set: data.Dataset<unknown>) => {
      const [batch] = await all(new DataLoader(set, 2) as AsyncIterable<unknown>)
      return (batch as NDArray).dtype
    }
    const sources = [
      ['int32', Int32Array.of(1, 2)],
      ['int32', Int16Array.of(1, 2)],
      ['uint8', Uint8Array.of(1, 2)],
      ['uint8', Uint8ClampedArray.of(1, 2)],
      ['float32', Float64Array.of(1, 2)],
    ] as const
    for (const [dtype, source] of sources) {
      expect(await types(new ArrayDataset(source as Int32Array))).toBe(dtype)
      expect(await types(new ArrayDataset(source as Int32Array).filter(() => true))).toBe(dtype)
      expect(await types(new SimpleDataset([source, source]))).toBe(dtype)
    }
    const labels = new ArrayDataset(['a', 'b'], Int32Array.of(1, 2)).transformFirst((letter) => letter.length)
    const [[letters, y]] = await all(new DataLoader(labels, 2))
    expect([letters.dtype, y.dtype]).toEqual(['float32', 'int32'])
    const mixed = new SimpleDataset([Float32Array.of(1), Int32Array.of(1)])
    await expect(all(new DataLoader(mixed, 2))).rejects.toThrow('samples of different element types make no batch')
    const unsigned = new SimpleDataset([Uint32Array.of(1) as never])
    await expect(all(new DataLoader(unsigned, 1))).rejects.toThrow('no element type holds a Uint32Array')
  })

  test('of features that are lists hold one array', async () => {
    const x = [
      [1, 2, 3],
      [4, 5, 6],
    ]
    const [[features, labels]] = await all(new DataLoader(new ArrayDataset(x, [0, 1]), 2))
    expect([features.shape, labels.shape].map(String)).toEqual(['(2, 3)', '(2,)'])
    expect([features.dtype, await values(features)]).toEqual(['float32', [1, 2, 3, 4, 5, 6]])
    for (const set of [
      new SimpleDataset(x),
      new ArrayDataset(x),
      new ArrayDataset(x, [0, 1]).transform((row) => row),
    ]) {
      const [batch] = await all(new DataLoader(set, 2))
      expect([String(batch.shape), await values(batch)]).toEqual(['(2, 3)', [1, 2, 3, 4, 5, 6]])
    }
    const deep = [
      [Int32Array.of(1, 2), Int32Array.of(3, 4)],
      [Int32Array.of(5, 6), Int32Array.of(7, 8)],
    ]
    const [[frames]] = await all(new DataLoader(new ArrayDataset(deep, [0, 1]), 2))
    expect([String(frames.shape), frames.dtype]).toEqual(['(2, 2, 2)', 'int32'])
    const [[arrays]] = await all(new DataLoader(new ArrayDataset([[nd.ones(3), nd.zeros(3)]], [0]), 1))
    expect([String(arrays.shape), await values(arrays)]).toEqual(['(1, 2, 3)', [1, 1, 1, 0, 0, 0]])
  })

  test('come apart by tuples: marked ones, and lists that hold more than numbers or lists', async () => {
    const pairs = [
      [1, 2],
      [3, 4],
    ] as const
    const [rows] = await all(new DataLoader(new SimpleDataset(pairs), 2))
    expect(String(rows.shape)).toBe('(2, 2)')
    const [[a, b]] = await all(new DataLoader(new SimpleDataset(pairs.map(([x, y]) => tuple(x, y))), 2))
    expect([await values(a), await values(b)]).toEqual([
      [1, 3],
      [2, 4],
    ])
    const later = new SimpleDataset(pairs).transform(async ([x, y]) => tuple(x, y))
    const [[c]] = await all(new DataLoader(later, 2))
    expect(await values(c)).toEqual([1, 3])
    const kept = new SimpleDataset(pairs).transform(([x, y]) => [Promise.resolve(x), y] as const)
    const [[d]] = await all(new DataLoader(kept, 2))
    expect(await values(d)).toEqual([1, 3])
    const first = new ArrayDataset([1, 3], [2, 4]).transformFirst((x) => x + 1)
    const [[e, f]] = await all(new DataLoader(first, 2))
    expect([await values(e), await values(f)]).toEqual([
      [2, 4],
      [2, 4],
    ])
    class Own extends data.Dataset<[NDArray, number]> {
      readonly length = 2
      at(i: number): [NDArray, number] {
        return [nd.ones(3), i]
      }
    }
    const own: data.DataLoader<[NDArray, NDArray]> = new DataLoader(new Own(), 2)
    for await (const pair of own) expect(pair.map(({ shape }) => String(shape))).toEqual(['(2, 3)', '(2,)'])
    const [[g, h]] = await all(
      new DataLoader(
        new SimpleDataset([
          [[1, 2], 0],
          [[3, 4], 1],
        ] as [number[], number][]),
        2,
      ),
    )
    expect([g.shape, h.shape].map(String)).toEqual(['(2, 2)', '(2,)'])
  })

  test('of arrays, tuples, typed arrays and tuples in tuples', async () => {
    const dataset = new SimpleDataset(
      [1, 2, 3].map((i) => [nd.array([i, i]), Uint8Array.of(i, 0), tuple(i, nd.array([i]))] as const),
    )
    const [[arrays, bytes, [inner, rows]]] = await all(new DataLoader(dataset, 2))
    expect([arrays.shape, bytes.shape, inner.shape, rows.shape].map(String)).toEqual([
      '(2, 2)',
      '(2, 2)',
      '(2,)',
      '(2, 1)',
    ])
    expect([arrays.dtype, bytes.dtype, inner.dtype]).toEqual(['float32', 'uint8', 'float32'])
    expect(await values(arrays)).toEqual([1, 1, 2, 2])
    expect(await values(bytes)).toEqual([1, 0, 2, 0])
  })

  test('from stacks are the same as sample by sample', async () => {
    const x = nd.random.uniform({ shape: [10, 3, 2] })
    const y = Int32Array.from({ length: 10 }, (_, i) => i * i)
    const stacked = new ArrayDataset(x, y)
    const single = stacked.transformFirst((a) => a)
    expect(stacked.columns().columns.every(({ batch }) => batch)).toBe(true)
    expect(single.columns()?.columns.every(({ batch }) => batch)).toBe(false)
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
    const { engine } = held.context
    const before = liveOn(engine).count
    const made = new SimpleDataset([1, 2]).transform((i) => nd.array([i]).add(1))
    const [sums] = await all(new DataLoader(made, 2))
    expect(liveOn(engine).count).toBe(before + 1)
    sums.dispose()
  })

  test('of what can’t be one', async () => {
    const shapes = new SimpleDataset([nd.array([1]), nd.array([1, 2])])
    await expect(all(new DataLoader(shapes, 2))).rejects.toThrow('[batchify] samples of different shapes make no batch')
    await expect(all(new DataLoader(new SimpleDataset(['a']), 1))).rejects.toThrow('cannot make a batch of string')
    const refused = (samples: readonly unknown[], message: string) =>
      expect(() => data.defaultBatchifyFn(samples)).toThrow(`[batchify] ${message}`)
    const hint = 'A sample of several elements is tuple(…)'
    refused([[1, 2], [1]], `the inner lists must all be as the first, (2, 2). ${hint}`)
    refused([tuple(1, 2), tuple(1)], 'samples must have 2 elements each, got 1')
    refused([tuple(1, 2), 1], 'samples must all be tuples, or none, got a tuple and 1')
    refused(
      [tuple(1, [2, nd.ones(1)])],
      `values must be numbers, got an NDArray: join arrays by nd.stack(...list). ${hint}`,
    )
    refused([Float32Array.of(1, 2), Float32Array.of(1)], 'samples of different lengths make no batch, got 2 and 1')
    refused([1n], 'cannot make a batch of bigint: pass batchifyFn to say how')
    refused([{ x: 1 }], 'cannot make a batch of object: pass batchifyFn to say how')
    refused([], 'a batch holds at least one sample, got none')
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

  test('those of interleaved loops are complete, each in the order of a loop alone', async () => {
    const alone: number[][] = []
    nd.random.seed(3)
    const loader = new DataLoader(numbers(7), 2, { shuffle: true })
    for (let pass = 0; pass < 2; pass++) alone.push((await Promise.all((await all(loader)).map(values))).flat())
    nd.random.seed(3)
    const seen: number[][] = [[], []]
    const loops = seen.map(() => loader[Symbol.asyncIterator]())
    for (let batch = 0; batch < 4; batch++) {
      for (const [i, loop] of loops.entries()) seen[i].push(...(await values((await loop.next()).value as NDArray)))
    }
    expect(seen).toEqual(alone)
    for (const loop of loops) expect((await loop.next()).done).toBe(true)
  })

  test('one that is left early leaves the others as they are, and their states', async () => {
    nd.random.seed(5)
    const sampler = new RandomSampler(9)
    const make = () => new DataLoader(numbers(9), 2, { sampler })
    const [loader, other] = [make(), make()]
    const seen: number[][] = []
    const states: data.DataLoaderState[] = []
    for await (const batch of loader) {
      seen.push(await values(batch))
      for await (const _ of loader) break
      for await (const _ of other) break
      await other[Symbol.asyncIterator]().next()
      expect(loader.state().taken).toBe(0)
      const inner = loader[Symbol.asyncIterator]()
      await inner.next()
      expect(loader.state().taken).toBe(1)
      await inner.return()
    }
    expect(seen.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    const loops = [loader[Symbol.asyncIterator](), loader[Symbol.asyncIterator]()]
    const rest: number[][] = []
    for (let batch = 0; batch < 5; batch++) {
      rest.push(await values((await loops[0].next()).value as NDArray))
      states.push(JSON.parse(JSON.stringify(loader.state())))
      await loops[1].next()
    }
    for (const [i, state] of states.entries()) {
      expect(state.taken).toBe(i + 1)
      const resumed = make()
      resumed.restore(state)
      expect(resumed.state()).toEqual(state)
      expect(await Promise.all((await all(resumed)).map(values))).toEqual(rest.slice(i + 1))
    }
  })

  test('a restored one is left alone by those that ran before', async () => {
    nd.random.seed(6)
    const loader = new DataLoader(numbers(6), 2, { shuffle: true })
    const before = loader[Symbol.asyncIterator]()
    await before.next()
    const state = loader.state()
    const rest = await values((await before.next()).value as NDArray)
    loader.restore(state)
    await before.next()
    expect(loader.state()).toEqual(state)
    await before.return()
    expect(loader.state()).toEqual(state)
    const [next] = await all(loader)
    expect(await values(next)).toEqual(rest)
  })

  test('a batch that is still made has not been taken', async () => {
    let made: (() => void) | undefined
    const slow = numbers(4).transform((i) => (i < 2 ? i : new Promise<number>((resolve) => (made = () => resolve(i)))))
    const loop = new DataLoader(slow, 1)
    const batches = loop[Symbol.asyncIterator]()
    for (let i = 0; i < 2; i++) await batches.next()
    const third = batches.next()
    await expect.poll(() => made).toBeDefined()
    expect(loop.state().taken).toBe(2)
    made?.()
    await third
    expect(loop.state().taken).toBe(3)
  })

  test('a damaged state is refused', () => {
    const loader = new DataLoader(numbers(4), 2)
    expect(() => loader.restore({ taken: 3, sampler: loader.state().sampler })).toThrow(
      '[DataLoader] the state is of another loader: it says that 3 batches were taken, and a pass of this one has 2',
    )
    const shuffled = new DataLoader(numbers(4), 2, { shuffle: true })
    for (const sampler of [null, 3, { rolled: 1, sampler: null }]) {
      expect(() => shuffled.restore({ taken: 0, sampler })).toThrow('[BatchSampler] the state is of another kind')
    }
    const other = { taken: 0, sampler: { rolled: [], sampler: [1, 2] } }
    expect(() => loader.restore(other)).toThrow('[SequentialSampler] the state is of another kind of sampler')
    expect(() => shuffled.restore(other)).toThrow('cannot restore the generator: got 2 values')
    expect(() => loader.restore({ taken: -1, sampler: null })).toThrow('[DataLoader] the state is not one of a loader')
  })
})

describe('running', () => {
  test('timers tick while ready batches are taken', async () => {
    const loader = new DataLoader(new ArrayDataset(nd.zeros([400, 2])), 1)
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    for await (const batch of loader) batch.dispose()
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(3)
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
    await new Promise((resolve) => setTimeout(resolve, 50))
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
    expect(() => new DataLoader(dataset, 0)).toThrow('[BatchSampler] batchSize must be a whole number above 0, got 0')
  })
})
