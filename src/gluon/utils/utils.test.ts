// splitData, splitAndLoad and clipGlobalNorm: values, gradients and wrong uses.
import { autograd, cpu, gluon, nd, reference } from 'glueball'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { checkAnswers } from '../../../test/messages.ts'
import type { NDArray } from '../../core/ndarray.ts'

const { splitData, splitAndLoad, clipGlobalNorm } = gluon.utils
const numbers = async (x: NDArray) => [...(await x.toArray())]
afterEach(() => void vi.restoreAllMocks())

describe('splitData', () => {
  const x = nd.arange(14).reshape([7, 2])

  it('cuts into slices of one length', async () => {
    const slices = splitData(x.slice([0], [6]), 3)
    expect(await Promise.all(slices.map(numbers))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ])
  })

  it('gives the first slices one entry more where the rest may be uneven', () => {
    const shapes = (parts: number) => splitData(x, parts, { evenSplit: false }).map(({ shape }) => shape[0])
    expect(shapes(3)).toEqual([3, 2, 2])
    expect(shapes(1)).toEqual([7])
    expect(shapes(9)).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 0])
  })

  it('cuts along another axis, counted from the end too', async () => {
    expect(await numbers(splitData(x, 2, { batchAxis: 1 })[1])).toEqual([1, 3, 5, 7, 9, 11, 13])
    expect(await numbers(splitData(x, 2, { batchAxis: -1 })[0])).toEqual([0, 2, 4, 6, 8, 10, 12])
  })

  it('carries gradients', async () => {
    const w = nd.ones([4, 1])
    w.attachGrad()
    autograd.record(() => splitData(w, 2)[1].multiply(3)).backward()
    expect(await numbers(w.grad as NDArray)).toEqual([0, 0, 3, 3])
  })
})

describe('splitAndLoad', () => {
  it('moves the batch to the context of the list', async () => {
    const [moved] = splitAndLoad(nd.array([1, 2]), [reference()])
    expect(moved.context).toBe(reference())
    expect(await numbers(moved)).toEqual([1, 2])
    const [made] = splitAndLoad([[1, 2], [3, 4]], [cpu()]) // biome-ignore format: a matrix
    expect([...made.shape]).toEqual([2, 2])
  })
})

describe('clipGlobalNorm', () => {
  it.each([reference(), cpu()])('scales all arrays by one factor on %s', async (ctx) => {
    const arrays = [nd.full([3, 3], 2, { ctx }), nd.full([4], -3, { ctx }), nd.zeros([0], { ctx })]
    const norm = await clipGlobalNorm(arrays, 3)
    expect(norm).toBeCloseTo(Math.sqrt(9 * 4 + 4 * 9), 5)
    expect(await numbers(arrays[0])).toEqual(Array(9).fill(Math.fround(Math.fround(3 / Math.fround(norm)) * 2)))
    const after = await clipGlobalNorm(arrays, 3)
    expect(after).toBeCloseTo(3, 5)
  })

  it('leaves smaller arrays as they are, to the bit', async () => {
    const x = nd.array([0.1, -0, 1e-30])
    expect(await clipGlobalNorm([x], 1)).toBeCloseTo(0.1, 7)
    expect(await numbers(x)).toEqual([Math.fround(0.1), -0, Math.fround(1e-30)])
  })

  it('takes values whose squares overflow, and a norm of 0', async () => {
    const large = nd.full([2], 1e30)
    expect((await clipGlobalNorm([large], 1)) / Math.SQRT2 / 1e30).toBeCloseTo(1, 6)
    expect((await numbers(large))[0]).toBeCloseTo(Math.SQRT1_2, 6)
    expect(await clipGlobalNorm([nd.zeros([3])], 1)).toBe(0)
  })

  it('gives the norm as an array where it is not checked', async () => {
    const norm = clipGlobalNorm([nd.full([4], 2)], 1, { checkIsfinite: false })
    expectTypeOf(norm).toEqualTypeOf<NDArray>()
    expectTypeOf(clipGlobalNorm([nd.ones([1])], 1)).toEqualTypeOf<Promise<number>>()
    expect([...norm.shape]).toEqual([1])
    expect(await norm.asscalar()).toBe(4)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('warns of %s', async (value) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const x = nd.array([1, value])
    expect(await clipGlobalNorm([x], 1)).toBe(value)
    expect((await numbers(x)).at(-1)).toBeNaN()
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^\[clipGlobalNorm\] the norm is (NaN|Infinity): /))
  })

  it('is not recorded', async () => {
    const w = nd.full([2], 3)
    w.attachGrad()
    const y = autograd.record(() => w.multiply(w))
    y.backward()
    await autograd.record(() => void clipGlobalNorm([w.grad as NDArray], 1, { checkIsfinite: false }))
    const [first] = await numbers(w.grad as NDArray)
    expect(first).toBeCloseTo(Math.SQRT1_2, 6)
  })
})

const x = nd.ones([7, 2])
checkAnswers({
  'slices of unequal length': [
    () => splitData(x, 2),
    "[splitData] axis 0 can't be cut evenly into 2: got 7 entries, expected a multiple of 2, or { evenSplit: false } for " +
      'slices that differ by one entry',
  ],
  'no slices': [() => splitData(x, 0), '[splitData] the number of slices must be a positive integer, got 0'],
  'an axis by position': [
    () => splitData(x, 7, 1 as never),
    '[splitData] options are one object at the end, as { evenSplit: false }: got 1',
  ],
  'several contexts': [
    () => splitAndLoad(x, [cpu(), reference()]),
    '[splitAndLoad] takes one context, as cpu() or [cpu()], since a parameter lives on one: got 2: cpu(0), reference(0)',
  ],
  'no context': [
    () => splitAndLoad(x, []),
    '[splitAndLoad] takes one context, as cpu() or [cpu()], since a parameter lives on one: got an empty list',
  ],
  'the name of a context': [
    () => splitAndLoad(x, 'cpu' as never),
    "[splitAndLoad] a context is cpu(), await gpu() or reference(), got 'cpu'",
  ],
  'an array for a list': [
    () => clipGlobalNorm(x as never, 1),
    '[clipGlobalNorm] takes a list of arrays, got an NDArray',
  ],
  'no arrays': [() => clipGlobalNorm([], 1), '[clipGlobalNorm] takes at least one array, got an empty list'],
  'no bound': [
    () => clipGlobalNorm([x], undefined as never),
    '[clipGlobalNorm] maxNorm must be a non-negative number, got undefined',
  ],
  integers: [
    () => clipGlobalNorm([nd.ones([2], { dtype: 'int32' })], 1),
    '[clipGlobalNorm] takes arrays of a float type, got int32',
  ],
})
