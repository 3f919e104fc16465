// The random functions on both engines: MXNet's published numbers, seeding, and the state kept and restored.
import { afterAll, describe, expect, test } from 'vitest'
import { elementsIn } from '../../core/dtype.ts'
import { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { release } from '../../core/ownership.ts'
import { reference } from '../../engines/reference/start.ts'
import { makeCpuEngine } from '../../engines/wasm/start.ts'
import {
  generator,
  generatorState,
  normal,
  onSeed,
  randint,
  restoreGenerator,
  seed,
  shuffle,
  uniform,
} from './random.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const contexts = [new Context('cpu', 0, () => engine), reference()]

async function read(array: NDArray): Promise<number[]> {
  const bytes = await array.context.engine.read(array)
  release(array, 'it was read')
  return Array.from(elementsIn(array.dtype, bytes.buffer, 0, array.size))
}

/** As NumPy prints float32: the nearest float32 to the digits, or eight decimals of it. */
function expectPrinted(values: readonly number[], printed: readonly number[]): void {
  const close = (value: number, i: number) =>
    value === Math.fround(printed[i]) || Math.abs(value - printed[i]) <= 0.5e-8 ? printed[i] : value
  expect(values.map(close)).toEqual(printed)
}

describe.each(contexts)('on %s', (context) => {
  test('the first numbers of seed 0', async () => {
    seed(0)
    expectPrinted(await read(uniform([4], { context })), [0.5488135, 0.5928446, 0.71518934, 0.84426576])
    seed(0)
    expectPrinted(await read(normal([4], { context })), [2.2122061, 0.7740038, 1.0434405, 1.1839255])
  })

  test('weights of two dense layers as published: uniform, then normal, then Xavier', async () => {
    seed(0)
    await read(uniform([2, 20], { context }))
    const first = await read(uniform([256, 20], { low: -0.07, high: 0.07, context }))
    expectPrinted(first.slice(0, 3), [0.06700657, -0.00369488, 0.0418822])
    expectPrinted(first.slice(255 * 20, 255 * 20 + 3), [0.00297424, -0.0281784, -0.06881659])
    await read(uniform([10, 256], { low: -0.07, high: 0.07, context }))
    const second = await read(normal([256, 20], { scale: 0.01, context }))
    expectPrinted(second.slice(0, 4), [0.01074176, 0.00066428, 0.00848699, -0.0080038])
    await read(normal([10, 256], { scale: 0.01, context }))
    const bound = Math.sqrt(3 / ((256 + 20) / 2))
    const third = await read(uniform([256, 20], { low: -bound, high: bound, context }))
    expectPrinted(third.slice(0, 4), [0.00512482, -0.06579044, -0.10849719, -0.09586414])
  })

  test('a state goes on where it was taken', async () => {
    seed(7)
    await read(uniform([1000], { context }))
    const state = await generatorState(context)
    const draw = () => Promise.all([uniform([70_000], { context }), normal([33], { context })].map(read))
    const once = await draw()
    seed(8)
    expect(await draw()).not.toEqual(once)
    restoreGenerator(state, context)
    expect(await draw()).toEqual(once)
    expect(() => restoreGenerator(state.slice(1), context)).toThrow('got a state of 639999 words, expected 640000')
  })

  test('the state is an array of the library, the same at each call', () => {
    expect(generator(context)).toBe(generator(context))
    expect(generator(context).owner).toBe('library')
  })

  test('numbers go into a given array', async () => {
    const out = uniform([3], { context })
    seed(0)
    expect(uniform([3], { out })).toBe(out)
    expectPrinted(await read(out), [0.5488135, 0.5928446, 0.71518934])
    const wrong = uniform([3], { context })
    expect(() => normal([2], { out: wrong })).toThrow('[normal] cannot write float32 (2,) into float32 (3,)')
    release(wrong, 'done')
  })

  test('shuffling keeps every row', async () => {
    seed(3)
    const numbers = randint(0, 1000, [40], { context })
    const before = await context.engine.read(numbers)
    const after = await read(shuffle(numbers))
    const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b)
    expect(sorted(after)).toEqual(sorted(new Int32Array(before.buffer, 0, 40)))
    expect(after).not.toEqual([...new Int32Array(before.buffer, 0, 40)])
    release(numbers, 'done')
  })
})

test('the number of threads changes nothing', async () => {
  const drawn = [1, 3].map(async (threads) => {
    const own = makeCpuEngine({ threads })
    const context = new Context('cpu', threads, () => own)
    seed(11)
    const values = await read(normal([70_001], { context }))
    await own.close()
    return values
  })
  const [one, three] = await Promise.all(drawn)
  expect(three).toEqual(one)
})

test('wrong use is told', () => {
  const [context] = contexts
  expect(() => seed(0.5)).toThrow('[seed] cannot seed by 0.5')
  expect(() => normal([2], { scale: -1, context })).toThrow('[normal] scale must be a non-negative number, got -1')
  expect(() => uniform([2], { low: Number.NaN, context })).toThrow('[uniform] the distribution needs finite numbers')
  expect(() => randint(3, 3, [1], { context })).toThrow('[randint] takes integers low < high of 32 bits, got 3 and 3')
  expect(() => uniform([-1], { context })).toThrow('[uniform] a shape holds non-negative integers')
})

test('others hear of each seed', () => {
  const heard: number[] = []
  onSeed((value) => heard.push(value))
  seed(5)
  seed(0)
  expect(heard).toEqual([5, 0])
})
