// Passes over a loader: each by itself, also side by side, and going on from a state.
import { data, type NDArray, nd } from 'glueball'
import { describe, expect, test } from 'vitest'

const { DataLoader, RandomSampler, SimpleDataset } = data

const values = async (array: NDArray) => Array.from(await array.toArray())

async function all<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const batches: B[] = []
  for await (const batch of loader) batches.push(batch)
  return batches
}

const numbers = (n: number) => new SimpleDataset(Array.from({ length: n }, (_, i) => i))

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
