// Places beyond 2^24, which float32 does not tell apart: exact as int32, and refused as float32 before a value is read.
import { afterAll, describe, expect, it } from 'vitest'
import { Context } from '../core/engine.ts'
import { makeCpuEngine } from '../engines/wasm/start.ts'
import { cpu, type NDArray, nd, reference } from '../index.ts'
import { softmaxCrossEntropy } from './softmax/crossEntropy.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const count = 2 ** 24 + 4

/** Bytes of 0 with ones at some places. */
function marked(ctx: Context, places: readonly number[], shape: readonly number[] = [count]): NDArray {
  const bytes = new Uint8Array(shape.reduce((size, n) => size * n, 1))
  for (const place of places) bytes[place] = 1
  return nd.array(bytes, { ctx, dtype: 'uint8', shape })
}

describe.each([new Context('cpu', 0, () => engine), reference()])('on %s', (ctx) => {
  it('argmax and argmin as int32 are exact, flat, along rows and along columns', async () => {
    const at = 2 ** 24 + 1
    using flat = marked(ctx, [at, at + 1])
    const int32 = { dtype: 'int32' } as const
    expect(await flat.argmax(int32).asscalar()).toBe(at)
    expect(await flat.argmax({ axis: 0, ...int32 }).asscalar()).toBe(at)
    // plain loops take seconds for each of these, and count in float64 whatever the axis
    if (ctx.deviceType === 'reference') return
    expect(await flat.notEqual(1).argmin(int32).asscalar()).toBe(at)
    using columns = marked(ctx, [2 * at + 1], [count, 2])
    expect([...(await columns.argmax({ axis: 0, ...int32 }).toArray())]).toEqual([0, at])
    expect([...columns.argmax({ axis: 0, keepdims: true, ...int32 }).shape]).toEqual([1, 2])
    using rows = marked(ctx, [at, count + at - 1], [2, count])
    expect([...(await rows.argmax({ axis: 1, ...int32 }).toArray())]).toEqual([at, at - 1])
    expect(() => flat.argmax({ dtype: 'float32' })).toThrow(
      "[argmax] float32 does not hold every place of 16777220: got (16777220,), expected { dtype: 'int32' }",
    )
    expect(() => columns.argmin({ axis: 0, dtype: 'float32' })).toThrow('[argmin] float32 does not hold every place of')
    expect([...(await columns.argmax({ axis: 1, dtype: 'float32' }).slice([0], [2]).toArray())]).toEqual([0, 0])
  })

  it('float32 holds the place 2^24, the last of as many and one', async () => {
    using flat = marked(ctx, [2 ** 24], [2 ** 24 + 1])
    expect(await flat.argmax({ dtype: 'float32' }).asscalar()).toBe(2 ** 24)
    using one = flat.slice([1], [2 ** 24 + 1])
    expect(await one.argmax({ dtype: 'float32' }).asscalar()).toBe(2 ** 24 - 1)
  })

  it('take and pick are exact by int32, and refuse float32', async () => {
    const at = 2 ** 24 + 1
    using flat = marked(ctx, [at])
    const indices = nd.array([at - 1, at, at + 1], { ctx, dtype: 'int32' })
    expect([...(await flat.take(indices).toArray())]).toEqual([0, 1, 0])
    using row = flat.reshape([1, -1])
    expect(await row.pick(nd.array([at], { ctx, dtype: 'int32' })).asscalar()).toBe(1)
    const floats = nd.array([3], { ctx })
    const refused = 'float32 does not hold every place of 16777220: got float32 indices, expected int32'
    expect(() => flat.take(floats)).toThrow(`[take] ${refused}`)
    expect(() => row.pick(floats)).toThrow(`[pick] ${refused}`)
    expect(() => floats.oneHot(count)).toThrow(`[oneHot] ${refused}`)
    expect([...(await row.take(floats, { axis: 0 }).slice([0, 0], [1, 2]).toArray())]).toEqual([0, 0])
  })
})

it('a float32 argmax of more than 2^24 throws at the call', () => {
  using x = nd.zeros([count])
  expect(() => x.argmax()).toThrow('[argmax] float32 does not hold every place of 16777220')
  expect(() => nd.argmin(x.reshape([2, -1]))).toThrow('[argmin] float32 does not hold every place of 16777220')
  expect(() => softmaxCrossEntropy(x.reshape([1, -1]), nd.zeros([1]))).toThrow(
    '[softmaxCrossEntropy] float32 does not hold every place of 16777220: got float32 labels',
  )
})

it('arange counts integers exactly or throws', async () => {
  const ctx = cpu()
  const from = 2 ** 24 - 1
  expect([...(await nd.arange(from, from + 2, { ctx }).toArray())]).toEqual([from, from + 1])
  expect(() => nd.arange(from, from + 3, { ctx })).toThrow(
    "[arange] float32 does not hold 16777217: expected { dtype: 'int32' } for integers above 2^24",
  )
  expect(() => nd.arange(-from - 2, -from, { ctx })).toThrow('[arange] float32 does not hold -16777217')
  expect([...(await nd.arange(from, from + 3, { ctx, dtype: 'int32' }).toArray())]).toEqual([from, from + 1, from + 2])
  expect([...(await nd.arange(0, 2 ** 26, { ctx, step: 2 ** 25 }).toArray())]).toEqual([0, 2 ** 25])
  expect((await nd.arange(0, 1, { ctx, step: 0.1 }).toArray()).length).toBe(10)
})
