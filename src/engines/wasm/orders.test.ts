// Orders of memory: elements brought into either, and what handles, views and the tape see while their storage moves.
import { afterAll, describe, expect, it } from 'vitest'
import { elementsIn } from '../../core/dtype.ts'
import { Context } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import { liveOn } from '../../core/storage.ts'
import { autograd, gluon, type NDArray, nd } from '../../index.ts'
import { makeCpuEngine } from './start.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const ctx = new Context('cpu', 0, () => engine)

const images: readonly (readonly number[])[] = [
  [0, 3, 2, 2],
  [2, 3, 4, 5],
  [3, 1, 4, 4],
  [2, 7, 1, 1],
  [1, 4, 4, 4],
  [2, 17, 3, 9],
  [2, 96, 26, 26],
]

/** 0, 1, 2, … channels last. */
function last(shape: readonly number[], dtype: 'float32' | 'int32' | 'uint8' = 'float32'): NDArray {
  const x = nd.array(
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => i % 251),
    { ctx, dtype, shape },
  )
  engine.lay(x.value, 'channelsLast')
  return x
}

const list = async (x: NDArray) => [...(await x.toArray())]

/** The elements of a storage as they lie, read as a vector. */
async function memory({ dtype, storage, size }: NDArray): Promise<number[]> {
  const bytes = await engine.read({ storage, offset: 0, dtype, shape: [size] })
  return [...elementsIn(dtype, bytes.slice().buffer, 0, size)]
}

describe.each(['float32', 'int32', 'uint8'] as const)('%s', (dtype) => {
  it.each(images)('lays (%i, %i, %i, %i) channels last, and reads it as its shape says', async (...shape) => {
    const [, c, h, w] = shape
    const x = last(shape, dtype)
    const values = Array.from({ length: sizeOf(shape) }, (_, i) => i % 251)
    const moved = values.map((_, i) => {
      const [image, pixel, channel] = [Math.floor(i / (c * h * w)), Math.floor(i / c) % (h * w), i % c]
      return values[(image * c + channel) * h * w + pixel]
    })
    const [lying, read] = [await memory(x), await list(x)]
    expect(lying.findIndex((value, i) => value !== moved[i])).toBe(-1)
    expect(read.findIndex((value, i) => value !== values[i])).toBe(-1)
    expect([lying.length, read.length]).toEqual([x.size, x.size])
  })
})

describe('an array that lies channels last', () => {
  const shape = [2, 3, 2, 2]
  const values = Array.from({ length: 24 }, (_, i) => i)

  it('shares its memory with views and other handles, whichever came first', async () => {
    const x = last(shape)
    const before = x.detach()
    const row = x.at(1)
    row.setSlice([0], [1], -1)
    before.at(0).setSlice([2], [3], -2)
    const want = values.map((i) => (i >= 12 && i < 16 ? -1 : i >= 8 && i < 12 ? -2 : i))
    for (const array of [x, before]) expect(await list(array)).toEqual(want)
  })

  it('is written in place in the memory of its views', async () => {
    const whole = nd.zeros([2, ...shape], { ctx })
    whole.at(1).iadd(last(shape))
    expect(await list(whole)).toEqual([...values.map(() => 0), ...values])
  })

  it('stays so when it is the target of an op that leaves its results plain', async () => {
    const x = last(shape)
    x.iadd(nd.ones(shape, { ctx }))
    expect(await list(x)).toEqual(values.map((i) => i + 1))
    expect((await memory(x)).slice(0, 3)).toEqual([1, 5, 9])
  })

  it('is of equal size after a view, and what it lay in is free', async () => {
    const x = last(shape)
    await x.waitToRead()
    const { bytes, count } = liveOn(engine)
    x.reshape([24]).dispose()
    expect(liveOn(engine)).toMatchObject({ bytes, count })
    expect(await memory(x)).toEqual(values)
  })

  it('spoils what the tape has saved of it when a view is written to, as a plain one does', () => {
    const w = nd.ones([1, 3, 1, 1], { ctx })
    w.attachGrad()
    const x = last(shape)
    const y = autograd.record(() => x.multiply(w).sum())
    x.at(0).setSlice([0], [1], 5)
    expect(() => y.backward()).toThrow('was written in place after the forward pass')
  })

  it('is summed for a gradient as it was recorded, whatever was looked at since', async () => {
    const images = last([2, 24, 11, 13])
    const gradient = async (look: (x: NDArray) => unknown) => {
      const scale = nd.ones([1, 24, 1, 1], { ctx })
      scale.attachGrad()
      const [x, y] = autograd.record(() => {
        const x = images.multiply(0.37)
        return [x, x.multiply(scale).reshape([2, -1]).square().sum()]
      })
      look(x)
      y.backward()
      return list(scale.grad as NDArray)
    }
    const want = await gradient(() => {})
    expect(await gradient((x) => x.at(0).sum())).toEqual(want)
  })
})

describe('an array of one number, which lies in any order', () => {
  const shape = [2, 3, 2, 2]
  const values = Array.from({ length: 24 }, (_, i) => i)

  it('takes the order of what is written to all of it', async () => {
    const z = nd.zeros(shape, { ctx })
    nd.multiply(last(shape), 1, { out: z })
    const moved = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    expect((await memory(z)).slice(0, 12)).toEqual(moved)
    expect(await list(z)).toEqual(values)
  })

  it('is read by kernels of either order without being moved', async () => {
    const z = nd.full(shape, 2, { ctx })
    expect(await list(last(shape).multiply(z))).toEqual(values.map((value) => 2 * value))
    expect(await list(z.add(1).sum({ axis: [0, 2, 3] }))).toEqual([24, 24, 24])
    expect(await list(last(shape).add(z))).toEqual(values.map((value) => value + 2))
  })

  it('lies as its shape says once it was viewed or written in part', async () => {
    const z = nd.zeros(shape, { ctx })
    const second = z.at(1)
    nd.multiply(last(shape), 1, { out: z })
    expect(await list(second)).toEqual(values.slice(12))
    expect(await list(z)).toEqual(values)
    const y = nd.ones(shape, { ctx })
    y.at(1).imultiply(5)
    expect(await list(y)).toEqual([...Array(12).fill(1), ...Array(12).fill(5)])
    expect(await list(last(shape).multiply(y))).toEqual(values.map((value) => (value < 12 ? value : 5 * value)))
  })

  it('written in place, it takes the order of the kernel', async () => {
    const z = nd.ones(shape, { ctx })
    z.iadd(last(shape))
    z.iadd(1)
    expect(await list(z)).toEqual(values.map((value) => value + 2))
  })

  it('as the gradient of the only parameter of a Trainer it lies as its shape says, since updates take it as a list', async () => {
    const whole = [2, 4, 4, 2] // 256 bytes, so that nothing else is in the list
    const image = new gluon.Parameter('image', { shape: whole })
    image.initialize({ ctx, init: 'zeros' })
    const trainer = new gluon.Trainer([image], 'sgd', { learningRate: 1 })
    for (let step = 0; step < 2; step++) {
      autograd.record(() => last(whole).multiply(image.data())).backward()
      trainer.step(1)
    }
    expect(await list(image.data())).toEqual(Array.from({ length: 64 }, (_, i) => 0 - 2 * i))
  })
})
