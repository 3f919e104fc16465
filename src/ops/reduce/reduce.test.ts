// Reductions on both engines: shapes as MXNet has them, gradients at ties, and the same bits for any number of threads.
import { afterAll, describe, expect, test } from 'vitest'
import { backward, record } from '../../autograd/autograd.ts'
import { elementsIn } from '../../core/dtype.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { reference } from '../../engines/reference/start.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import '../../nd/methods.ts'
import { array } from '../../nd/creation.ts'
import { generator } from '../cases.ts'
import { reshape } from '../view/reshape.ts'
import { argmax, argmin } from './argmax.ts'
import { max, mean, min, norm, prod, sum } from './reduce.ts'
import { meanAndVariance } from './variance.ts'

const engines = [1, 2, 3].map((threads) => makeCpuEngine({ threads }))
afterAll(() => Promise.all(engines.map((engine) => engine.close())))
const [one, two, three] = engines.map((engine) => new Context('cpu', 0, () => engine))

async function read(x: NDArray): Promise<number[]> {
  const bytes = await x.context.engine.read(x)
  return Array.from(elementsIn(x.dtype, bytes.buffer, 0, x.size))
}

describe.each([two, reference()])('on %s', (ctx) => {
  test('over all axes the shape is (1,)', async () => {
    const x = array([[1, 2, 3]], { ctx })
    for (const run of [sum, mean, max, min, prod, norm, argmax, argmin]) expect([...run(x).shape]).toEqual([1])
    expect([...sum(x, { keepdims: true }).shape]).toEqual([1, 1])
    expect([...sum(array(5, { ctx })).shape]).toEqual([1])
    expect(await read(sum(array(5, { ctx })))).toEqual([5])
    for (const run of [max, argmax]) expect([...run(array(5, { ctx }), { keepdims: true }).shape]).toEqual([])
    expect([...argmax(x, { axis: 1 }).shape]).toEqual([1])
  })

  test('the mean of int32 is cut towards zero', async () => {
    expect(await read(mean(array([1, 2, 2], { ctx, dtype: 'int32' })))).toEqual([1])
    expect(await read(mean(array([-1, -2, -2], { ctx, dtype: 'int32' })))).toEqual([-1])
  })

  test('every largest element gets the gradient of max', async () => {
    const x = array(
      [
        [1, 5, 5],
        [-2, -2, -3],
      ],
      { ctx },
    )
    x.attachGrad()
    const y = record(() => max(x, { axis: 1 }))
    backward(y, array([2, 3], { ctx }))
    expect(await read(x.grad as NDArray)).toEqual([0, 2, 2, 3, 3, 0])
  })

  test('argmax gives the first of equals, as a float', async () => {
    const x = array(
      [
        [1, 5, 5],
        [-2, -2, -3],
      ],
      { ctx },
    )
    const y = argmax(x, { axis: 1 })
    expect([y.dtype, await read(y)]).toEqual(['float32', [1, 0]])
    expect(await read(argmin(x))).toEqual([5])
  })

  test.each([3, 70_000])('a mean of %d is infinite where an element is, and NaN of both infinities', async (n) => {
    const rows = Array.from({ length: 3 * n }, (_, i) => i % 5)
    rows[1] = -Infinity
    rows[2 * n - 1] = Infinity
    rows[2 * n] = Infinity
    rows[3 * n - 1] = -Infinity
    const x = reshape(array(rows, { ctx }), [3, n])
    const [means, variances] = meanAndVariance(x, { axes: [1] })
    expect(await read(means)).toEqual([-Infinity, Infinity, Number.NaN])
    expect(await read(variances)).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })

  test('argmax has no gradient', () => {
    const x = array([1, 2], { ctx })
    x.attachGrad()
    const y = record(() => argmax(x))
    expect(() => backward(y)).toThrow('was not recorded')
  })
})

describe('the same bits for 1, 2 and 3 threads', () => {
  const random = generator(11)
  const shape = [16, 24, 31, 29]
  const values = Float32Array.from({ length: 16 * 24 * 31 * 29 }, () => random() - 0.3)
  test.each([
    ['over all', null],
    ['over all but the channels', [0, 2, 3]],
    ['over images', [0]],
    ['over pixels', [2, 3]],
    ['over channels', [1]],
  ])('%s', async (_name, axis) => {
    const results = await Promise.all(
      [one, two, three].map((ctx) => read(sum(reshape(array(values, { ctx }), shape), { axis }))),
    )
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  })
})
