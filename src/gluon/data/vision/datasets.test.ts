// The embedded images as a dataset, and from the file to the batch: the first batch equals the reference's to the byte.
import { cpu, data, gluon, type NDArray, nd, reference } from 'glueball'
import { beforeAll, describe, expect, test } from 'vitest'
import { liveOn } from '../../../core/storage.ts'
import { resizeBilinear } from '../../../ops/resize/resize.reference.ts'
import { NumpyRandom } from '../numpyRandom.ts'

const { FashionMNIST, MNIST, transforms } = gluon.data.vision
const { Compose, Normalize, Resize, ToTensor } = transforms

let train: data.vision.FashionMNIST
beforeAll(async () => {
  train = await FashionMNIST.load({ subset: true })
})

/** An image of the set resized by plain loops and divided by 255. */
function expected(index: number, side: number): Float32Array {
  const image = train.pixels.subarray(index * 784, (index + 1) * 784)
  const out = new Uint8Array(side * side)
  resizeBilinear(image, { count: 1, height: 28, width: 28, channels: 1 }, out, side, side)
  return Float32Array.from(out, (value) => value / 255)
}

async function firstOf<B>(loader: AsyncIterable<B>): Promise<B> {
  for await (const batch of loader) return batch
  throw new Error('no batch')
}

describe('FashionMNIST', () => {
  test('has the images and labels of the subset', async () => {
    expect(train).toHaveLength(10_000)
    expect(await FashionMNIST.load({ subset: true, train: false })).toHaveLength(2000)
    expect(train.edition).toBe('embedded subset')
    expect([...train.labels.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
    expect(train.classes[train.labels[0]]).toBe('ankle boot')
    expect(MNIST.classes).toHaveLength(10)
  })

  test('samples are images of bytes with a number', async () => {
    const [image, label] = train.at(3)
    expect(`${image.dtype} ${image.shape}`).toBe('uint8 (28, 28, 1)')
    expect(await image.toArray()).toEqual(train.pixels.slice(3 * 784, 4 * 784))
    expect(label).toBe(3)
    expect(train.at(-1)[1]).toBe(train.labels[9999])
    expect(() => train.at(10_000)).toThrow('[Dataset] no sample at 10000: there are 10000')
  })

  test('slices are images and labels that share memory', async () => {
    const [images, labels] = train.slice(9998)
    expect(String(images.shape)).toBe('(2, 28, 28, 1)')
    expect(await images.toArray()).toEqual(train.pixels.slice(9998 * 784))
    expect([...labels]).toEqual([...train.labels.slice(9998)])
    expect(train.slice(2, 1)[1]).toHaveLength(0)
  })

  test('images are uploaded once to a context', async () => {
    const { engine } = train.at(0)[0].context
    const before = liveOn(engine).bytes
    const [a, b] = [train.at(5)[0], train.at(6)[0]]
    await firstOf(new data.DataLoader(train, 64))
    expect(a.storage).toBe(b.storage)
    expect(liveOn(engine).bytes - before).toBeLessThan(1e6)
  })

  test('a folder given is looked into, and what lacks is told', async () => {
    await expect(FashionMNIST.load({ root: import.meta.dirname })).rejects.toThrow('[Fashion-MNIST]')
  })
})

describe('from the file to the batch', () => {
  const transform = () => new Compose([new Resize(112), new ToTensor()])

  test('the first batch equals the reference transform to the byte', async () => {
    nd.random.seed(42)
    const order = new NumpyRandom(42).shuffleIndices(10_000)
    const loader = new data.DataLoader(train.transformFirst(transform()), 128, { shuffle: true })
    expect(loader.length).toBe(79)
    const [images, labels] = await firstOf(loader)
    expect(`${images.dtype} ${images.shape}, ${labels.dtype} ${labels.shape}`).toBe(
      'float32 (128, 1, 112, 112), int32 (128,)',
    )
    const got = (await images.toArray()) as Float32Array
    for (let k = 0; k < 128; k++) {
      const same = Buffer.compare(bytesOf(got.subarray(k * 12_544, (k + 1) * 12_544)), bytesOf(expected(order[k], 112)))
      expect(same, `image ${k}`).toBe(0)
    }
    expect([...(await labels.toArray())]).toEqual([...order.slice(0, 128)].map((i) => train.labels[i]))
  })

  test('sample by sample gives the same bytes, and labels stay int32', async () => {
    const whole = train.take(20).transformFirst(transform())
    const own = train.take(20).transformFirst((image) => new ToTensor()(new Resize(112)(image)))
    expect(whole.columns()?.columns[0].batch).toBeDefined()
    expect(own.columns()?.columns[0].batch).toBeUndefined()
    const [a, b] = await Promise.all([firstOf(new data.DataLoader(whole, 20)), firstOf(new data.DataLoader(own, 20))])
    expect(b[0].shape).toEqual(a[0].shape)
    expect(await b[0].toArray()).toEqual(await a[0].toArray())
    expect([b[1].dtype, await b[1].toArray()]).toEqual(['int32', await a[1].toArray()])
  })

  test('samples come apart inside other samples too', async () => {
    const weighted = new data.ArrayDataset(train.take(2), [0.5, 2])
    const [[images, labels], weights] = await firstOf(new data.DataLoader(weighted, 2))
    expect([images.shape, labels.shape, weights.shape].map(String)).toEqual(['(2, 28, 28, 1)', '(2,)', '(2,)'])
  })

  test('the reference engine makes the same batch', async () => {
    const normalized = train.take(5).transformFirst(new Compose([transform(), new Normalize(0.13, 0.31)]))
    const on = async (ctx: ReturnType<typeof cpu>): Promise<ArrayLike<number>> => {
      const [images] = await firstOf(new data.DataLoader(normalized, 5, { ctx }))
      expect(images.context).toBe(ctx)
      return images.toArray()
    }
    expect(await on(cpu())).toEqual(await on(reference()))
  })

  test('selections keep whole batches in the stream', async () => {
    const shirts = train.filter(([, label]) => label === 6).shard(2, 1)
    const [images, labels] = await firstOf(new data.DataLoader(shirts.transformFirst(new ToTensor()), 9))
    expect(new Set(await labels.toArray())).toEqual(new Set([6]))
    expect(shirts.columns()).toBeDefined()
    const first = await shirts.at(0)[0].toArray()
    expect(((await images.toArray()) as Float32Array).slice(0, 784)).toEqual(Float32Array.from(first, (v) => v / 255))
  })
})

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

test('a loop over batches that are dropped stays within the budget', async () => {
  const loader = new data.DataLoader(train.transformFirst(new Compose([new Resize(112), new ToTensor()])), 128)
  const { engine } = train.at(0)[0].context
  const live = liveOn(engine)
  live.peak = live.bytes
  const before = live.bytes
  let handed = 0
  for await (const [images] of loader) handed += images.size * 4
  expect(handed).toBeGreaterThan(500e6)
  expect(live.peak - before).toBeLessThan(160e6)
})

test('a hook on a transform sees samples', async () => {
  const resize = new Resize(30)
  const shapes: string[] = []
  resize.registerForwardHook((_block, [x]: [NDArray]) => shapes.push(String(x.shape)))
  const loader = new data.DataLoader(train.take(2).transformFirst(resize), 2)
  const [images] = await firstOf(loader)
  expect(String(images.shape)).toBe('(2, 30, 30, 1)')
  expect(shapes).toEqual(['(28, 28, 1)', '(28, 28, 1)'])
})
