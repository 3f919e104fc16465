// Batches: what samples become, element types that no value changes, and what makes no batch.
import { data, type NDArray, nd } from 'glueball'
import { describe, expect, test } from 'vitest'
import { Context } from '../../core/engine.ts'
import { liveOn } from '../../core/storage.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'

const { ArrayDataset, DataLoader, SimpleDataset, tuple } = data

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
      ['int8', Int8Array.of(-1, 2)],
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
