// Samplers: NumPy's order, the three fates of the last batch, and passes that are made again from their state.
import { data, nd } from 'glueball'
import { describe, expect, test } from 'vitest'

const { BatchSampler, FilterSampler, RandomSampler, SequentialSampler, SimpleDataset } = data

describe('orders', () => {
  test('sequential', () => {
    expect([...new SequentialSampler(3)]).toEqual([0, 1, 2])
    expect([...new SequentialSampler(2, { start: 5 })]).toEqual([5, 6])
    expect(() => new SequentialSampler(1.5)).toThrow('[SequentialSampler] length must be a non-negative integer')
  })

  test('random is np.random.permutation(10) after np.random.seed(0), then another', () => {
    nd.random.seed(0)
    const sampler = new RandomSampler(10)
    expect([...sampler]).toEqual([2, 8, 4, 9, 1, 6, 7, 3, 0, 5])
    expect([...sampler]).not.toEqual([2, 8, 4, 9, 1, 6, 7, 3, 0, 5])
    nd.random.seed(0)
    expect([...sampler]).toEqual([2, 8, 4, 9, 1, 6, 7, 3, 0, 5])
  })

  test('filter', () => {
    expect([
      ...new FilterSampler((word: string) => word.length > 1, new SimpleDataset(['a', 'bc', '', 'def'])),
    ]).toEqual([1, 3])
  })
})

describe('BatchSampler', () => {
  const batches = (n: number, lastBatch: 'keep' | 'discard' | 'rollover') =>
    new BatchSampler(new SequentialSampler(n), 3, { lastBatch })

  test('keep gives a short last batch', () => {
    const sampler = batches(7, 'keep')
    expect(sampler.length).toBe(3)
    expect([...sampler]).toEqual([[0, 1, 2], [3, 4, 5], [6]])
    expect([...batches(0, 'keep')]).toEqual([])
  })

  test('discard drops what is left', () => {
    const sampler = batches(7, 'discard')
    expect(sampler.length).toBe(2)
    expect([...sampler]).toHaveLength(2)
  })

  test('rollover begins the next pass with what is left', () => {
    const sampler = batches(7, 'rollover')
    expect([...sampler]).toHaveLength(2)
    expect(sampler.length).toBe(2)
    expect([...sampler][0]).toEqual([6, 0, 1])
    expect(sampler.length).toBe(3)
    expect([...sampler]).toHaveLength(3)
  })

  test('passes that run side by side are complete, and roll over together', () => {
    const sampler = batches(8, 'rollover')
    const [a, b] = [sampler[Symbol.iterator](), sampler[Symbol.iterator]()]
    for (const batch of [
      [0, 1, 2],
      [3, 4, 5],
    ])
      expect([a.next().value, b.next().value]).toEqual([batch, batch])
    expect([a.next().done, b.next().done]).toEqual([true, true])
    expect(sampler.length).toBe(4)
    expect([...sampler]).toEqual([
      [6, 7, 6],
      [7, 0, 1],
      [2, 3, 4],
      [5, 6, 7],
    ])
  })

  test('wrong use', () => {
    const sampler = new SequentialSampler(3)
    expect(() => new BatchSampler(sampler, 0)).toThrow('[BatchSampler] batchSize must be a positive integer, got 0')
    const lastBatch = 'drop' as 'keep'
    expect(() => new BatchSampler(sampler, 2, { lastBatch })).toThrow(
      "[BatchSampler] lastBatch must be 'keep', 'discard' or 'rollover', got 'drop'",
    )
    expect(() => new BatchSampler(sampler, 2).restore(null)).toThrow('another kind of sampler')
  })
})

describe('state', () => {
  test.each(['keep', 'discard', 'rollover'] as const)('a running pass is made again at any batch, %s', (lastBatch) => {
    nd.random.seed(4)
    const made = () => new BatchSampler(new RandomSampler(11), 4, { lastBatch })
    const sampler = made()
    for (const _ of sampler);
    const states: data.DataLoaderState['sampler'][] = []
    const pass: number[][] = []
    for (const batch of sampler) {
      pass.push(batch)
      states.push(JSON.parse(JSON.stringify(sampler.state())))
    }
    const after = sampler.state()
    const moved = data.shuffler.state()
    for (const state of states) {
      const again = made()
      again.restore(state)
      expect(again.state()).toEqual(state)
      expect([...again]).toEqual(pass)
      expect(again.state()).toEqual(after)
    }
    expect(data.shuffler.state()).toEqual(moved)
    expect([...sampler]).not.toEqual(pass)
  })

  test('is that of the pass that gave the latest item', () => {
    nd.random.seed(2)
    const sampler = new RandomSampler(5)
    const [a, b] = [sampler[Symbol.iterator](), sampler[Symbol.iterator]()]
    const first = a.next().value
    const state = sampler.state()
    b.next()
    expect(sampler.state()).not.toEqual(state)
    b.return?.()
    a.next()
    expect(sampler.state()).toEqual(state)
    sampler.restore(state)
    a.next()
    a.return?.()
    expect(sampler.state()).toEqual(state)
    expect([...sampler][0]).toBe(first)
  })

  test('between passes there is nothing to make again', () => {
    const sampler = new RandomSampler(3)
    expect(sampler.state()).toBeNull()
    for (const _ of sampler) break
    expect(sampler.state()).toBeNull()
  })
})
