// Pooling of known values on both engines: ties, negatives, NaN, windows without pixels, and who gets the gradient.
import { afterAll, describe, expect, test } from 'vitest'
import { backward, grad, record } from '../../autograd/autograd.ts'
import { elementsIn } from '../../core/dtype.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { reference } from '../../engines/reference/start.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import '../../nd/methods.ts'
import { array, full } from '../../nd/creation.ts'
import { generator } from '../cases.ts'
import { square } from '../elementwise/elementwise.ts'
import { averagePool, maxPool, type PoolOptions } from './pool.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const contexts = [new Context('cpu', 0, () => engine), reference()]

async function read(x: NDArray): Promise<number[]> {
  const bytes = await x.context.engine.read(x)
  return Array.from(elementsIn(x.dtype, bytes.buffer, 0, x.size))
}

/** The pooled image of one channel and, for a gradient of ones, that of the image. */
async function pooled(
  ctx: Context,
  rows: readonly (readonly number[])[],
  pool: (x: NDArray, options: PoolOptions) => NDArray,
  options: PoolOptions,
): Promise<{ y: number[]; shape: number[]; dx: number[] }> {
  const x = array([[rows]], { ctx })
  x.attachGrad()
  const y = record(() => pool(x, options))
  backward(y)
  return { y: await read(y), shape: [...y.shape], dx: await read(x.grad as NDArray) }
}

describe.each(contexts)('on %s', (ctx) => {
  test('of equal elements the first in row-major order gets the gradient', async () => {
    const rows = [
      [1, 7, 7],
      [7, 1, 7],
      [0, 0, 0],
    ]
    const { y, dx } = await pooled(ctx, rows, maxPool, { kernel: 3 })
    expect(y).toEqual([7])
    expect(dx).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0])
  })

  test('overlapping windows add their gradients up', async () => {
    const rows = [
      [0, 0, 0],
      [0, 5, 0],
      [0, 0, 0],
    ]
    const { y, dx } = await pooled(ctx, rows, maxPool, { kernel: 2, strides: 1 })
    expect(y).toEqual([5, 5, 5, 5])
    expect(dx).toEqual([0, 0, 0, 0, 4, 0, 0, 0, 0])
  })

  test('padding does not win over negatives', async () => {
    const rows = [
      [-3, -2],
      [-9, -4],
    ]
    const { y, dx } = await pooled(ctx, rows, maxPool, { kernel: 2, strides: 2, padding: 1 })
    expect(y).toEqual([-3, -2, -9, -4])
    expect(dx).toEqual([1, 1, 1, 1])
  })

  test('a window of -Infinity alone has a winner, and none starts behind the image', async () => {
    const rows = [
      [-Infinity, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]
    const { y, shape, dx } = await pooled(ctx, rows, maxPool, { kernel: 2, strides: 2, padding: 1, ceilMode: true })
    expect(shape).toEqual([1, 1, 2, 2])
    expect(y).toEqual([-Infinity, 2, 6, 8])
    expect(dx).toEqual([1, 0, 1, 0, 0, 0, 1, 0, 1])
  })

  test('NaN wins, the first one', async () => {
    const rows = [[1, Number.NaN, 9, Number.NaN]]
    const { y, dx } = await pooled(ctx, rows, maxPool, { kernel: [1, 4] })
    expect(y).toEqual([Number.NaN])
    expect(dx).toEqual([0, 1, 0, 0])
  })

  test('strides that do not divide leave the rest out, or take part of a window in ceil mode', async () => {
    const rows = [[1, 2, 3, 4, 5, 6]]
    expect((await pooled(ctx, rows, maxPool, { kernel: [1, 3], strides: 2 })).y).toEqual([3, 5])
    expect((await pooled(ctx, rows, maxPool, { kernel: [1, 3], strides: 2, ceilMode: true })).y).toEqual([3, 5, 6])
  })

  test('the mean counts padding but not what lies beyond it', async () => {
    const rows = [[4, 8, 12, 16, 20]]
    const options = { kernel: [1, 4], strides: [1, 4], padding: [0, 1], ceilMode: true } as const
    const [fourth, third] = [0.25, Math.fround(1 / 3)]
    const dx = [fourth, fourth, fourth, third, third]
    expect(await pooled(ctx, rows, averagePool, options)).toEqual({ y: [6, 12], shape: [1, 1, 1, 2], dx })
    const without = (x: NDArray, o: PoolOptions) => averagePool(x, { ...o, countIncludePad: false })
    expect((await pooled(ctx, rows, without, options)).y).toEqual([8, 18])
  })

  test('a window of more than 255 places keeps its winner', async () => {
    const side = 17
    const values = Array.from({ length: side }, (_, i) =>
      Array.from({ length: side }, (_, j) => (i * j === 240 ? 1 : 0)),
    )
    const { y, dx } = await pooled(ctx, values, maxPool, { kernel: side })
    expect(y).toEqual([1])
    expect(dx.indexOf(1)).toBe(15 * side + 16)
    expect(dx.filter((value) => value !== 0)).toEqual([1])
  })

  test('max-pooling of images of one value gives each window one winner', async () => {
    const x = full([2, 20, 13, 13], -1, { ctx })
    x.attachGrad()
    const y = record(() => maxPool(x, { kernel: 3, strides: 2 }))
    backward(y)
    const dx = await read(x.grad as NDArray)
    expect(new Set(await read(y))).toEqual(new Set([-1]))
    expect(dx.reduce((sum, value) => sum + value, 0)).toBe(2 * 20 * 6 * 6)
    expect(new Set(dx)).toEqual(new Set([0, 1]))
  })

  test('a second derivative of max-pooling is refused', () => {
    const x = full([1, 1, 2, 2], 3, { ctx })
    x.attachGrad()
    const refused = () =>
      record(() => {
        const y = square(maxPool(x, { kernel: 2 }))
        const [dx] = grad(y, x, null, { createGraph: true })
        backward(dx)
      })
    expect(refused).toThrow('[maxPoolGradient] max-pooling has no second derivative here')
  })

  test('a second derivative of the mean is that of its square', async () => {
    const x = array([[[[1, 2, 3, 6]]]], { ctx })
    x.attachGrad()
    record(() => {
      const y = square(averagePool(x, { kernel: [1, 4] }))
      const [dx] = grad(y, x, null, { createGraph: true })
      backward(square(dx))
    })
    // y = m², dx = m ÷ 2, Σ dx² = m², and its derivative again m ÷ 2
    expect(await read(x.grad as NDArray)).toEqual([1.5, 1.5, 1.5, 1.5])
  })
})

describe('both orders of memory give the same bits', () => {
  const [cpu] = contexts
  const windows: readonly (PoolOptions & { readonly size: readonly [number, number] })[] = [
    { size: [8, 8], kernel: 2 },
    { size: [9, 35], kernel: 2, strides: 2, ceilMode: true },
    { size: [11, 41], kernel: 3, strides: 2, padding: 1 },
    { size: [6, 23], kernel: 3, strides: 2 },
    { size: [7, 21], kernel: [3, 5], strides: 1, padding: [1, 2] },
    { size: [5, 70], kernel: [2, 3], strides: [3, 4], padding: [1, 0], ceilMode: true },
    { size: [9, 33], kernel: [4, 5], strides: [3, 3], padding: 2, ceilMode: true },
    { size: [40, 44], kernel: 8, strides: 5, padding: [4, 3] },
    { size: [300, 12], kernel: [1, 2], strides: [1, 3] },
  ]
  const special = [Number.NaN, Infinity, -Infinity, -0, 0, 2]

  test.each(windows)('$size, $kernel over $strides', async ({ size, ...options }) => {
    const random = generator(3)
    const shape = [2, 19, ...size]
    for (const specials of [0, 0.02, 0.7]) {
      const values = Float32Array.from({ length: 38 * size[0] * size[1] }, () => {
        return random() < specials ? special[Math.floor(random() * special.length)] : random() - 0.5
      })
      for (const pool of [
        maxPool,
        averagePool,
        (x: NDArray) => averagePool(x, { ...options, countIncludePad: false }),
      ]) {
        const results = (['plain', 'channelsLast'] as const).map(async (order) => {
          const x = array(values, { shape, ctx: cpu })
          engine.lay(x.value, order)
          x.attachGrad()
          const y = record(() => pool(x, options))
          backward(
            y,
            array(
              Float32Array.from({ length: y.size }, (_, i) => Math.sin(i)),
              { shape: y.shape, ctx: cpu },
            ),
          )
          return [await read(y), await read(x.grad as NDArray)]
        })
        const [plain, last] = await Promise.all(results)
        expect(plain.map((list, i) => list.findIndex((value, k) => !Object.is(value, last[i][k])))).toEqual([-1, -1])
      }
    }
  })
})
