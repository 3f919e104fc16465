// Datasets: samples, transforms and selections by their rules, and what misuse says.
import { data, nd } from 'glueball'
import { describe, expect, test } from 'vitest'

const { ArrayDataset, SequentialSampler, SimpleDataset, tuple } = data
const ten = new SimpleDataset(Array.from({ length: 10 }, (_, i) => i))

describe('selections', () => {
  test('shard gives the first shards the remainder', () => {
    const shards = [0, 1, 2].map((index) => [...ten.shard(3, index)])
    expect(shards).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ])
    expect(() => ten.shard(0, 0)).toThrow('[shard] numShards must be a positive integer, got 0')
    expect(() => ten.shard(3, 3)).toThrow('[shard] index must be from 0 to 2, got 3')
  })

  test('take gives all where there are fewer', () => {
    expect([...ten.take(3)]).toEqual([0, 1, 2])
    expect(ten.take(null).length).toBe(10)
    expect(String(ten)).toBe('<SimpleDataset of 10 samples>')
    expect(ten.take(11).length).toBe(10)
    expect(ten.take(0).length).toBe(0)
    expect(() => ten.take(-1)).toThrow('[take] takes a non-negative number of samples, got -1')
  })

  test('filter and sample select, one after the other', () => {
    const even = ten.filter((i) => i % 2 === 0)
    expect([...even]).toEqual([0, 2, 4, 6, 8])
    expect([...even.sample(new SequentialSampler(2, { start: 3 }))]).toEqual([6, 8])
    expect(even.at(-1)).toBe(8)
    expect(() => even.at(5)).toThrow('[Dataset] no sample at 5: there are 5')
  })
})

describe('transforms', () => {
  const pairs = new ArrayDataset([1, 2, 3], ['a', 'b', 'c'])

  test('transform spreads tuples, transformFirst leaves the others', () => {
    expect([...pairs.transform((number, letter) => letter + number)]).toEqual(['a1', 'b2', 'c3'])
    expect([...pairs.transformFirst((number) => number * 2)]).toEqual([
      [2, 'a'],
      [4, 'b'],
      [6, 'c'],
    ])
    expect([...ten.transformFirst((i) => i + 1).take(2)]).toEqual([1, 2])
  })

  test('lazy makes samples each time, otherwise once', () => {
    let calls = 0
    const counted = (i: number) => i + calls++ * 0
    const lazy = ten.transform(counted)
    expect(calls).toBe(0)
    lazy.at(1)
    lazy.at(1)
    expect(calls).toBe(2)
    const eager = ten.transform(counted, { lazy: false })
    expect(calls).toBe(12)
    expect(eager.at(4)).toBe(4)
    expect(calls).toBe(12)
  })

  test('promises are transformed when they are kept', async () => {
    const later = ten.transform((i) => Promise.resolve(i)).transform((i) => i + 1)
    expect(await later.at(3)).toBe(4)
  })
})

describe('ArrayDataset', () => {
  test('one array gives bare items, several give tuples', () => {
    expect(new ArrayDataset([5, 6]).at(1)).toBe(6)
    expect(new ArrayDataset(Float32Array.of(0.5, 1), [5, 6]).at(0)).toEqual([0.5, 5])
    expect(new ArrayDataset(ten, ten).at(2)).toEqual([2, 2])
  })

  test('rows of an NDArray are views', async () => {
    const array = nd.array([
      [1, 2],
      [3, 4],
    ])
    const row = new ArrayDataset(array).at(1)
    expect(await row.toArray()).toEqual(Float32Array.of(3, 4))
  })

  test('a list is one argument of transform, unless it is a tuple', () => {
    const rows = new SimpleDataset([
      [1, 2],
      [3, 4],
    ])
    expect([...rows.transform((row) => row.length)]).toEqual([2, 2])
    expect([...rows.transformFirst((row) => row.length)]).toEqual([2, 2])
    const marked = rows.transform((row) => tuple(row, row[0]))
    expect([...marked.transform((row, first) => row.length + first)]).toEqual([3, 5])
    const mixed = rows.transform((row) => [row, row[0]] as const)
    expect([...mixed.transform((row, first) => row.length + first)]).toEqual([3, 5])
  })

  test('sources must be arrays, lists or datasets', () => {
    const wrong: readonly (readonly [source: unknown, got: string])[] = [
      [undefined, 'undefined'],
      ['text', "'text'"],
      [3, '3'],
      [new Map(), 'a Map'],
      [BigInt64Array.of(1n), 'a BigInt64Array'],
    ]
    for (const [source, got] of wrong) {
      const message = `[ArrayDataset] takes arrays, lists and datasets, got ${got}`
      expect(() => new ArrayDataset([1], source as never)).toThrow(message)
    }
    expect(() => new SimpleDataset(undefined as never)).toThrow('[SimpleDataset] takes a list, got undefined')
  })

  test('lengths must be equal', () => {
    expect(() => new ArrayDataset([1], [1, 2])).toThrow('[ArrayDataset] all arrays must have one length, got 1, 2')
    expect(() => new ArrayDataset()).toThrow('[ArrayDataset] takes at least one array, got none')
  })
})
