// What lrn, l2Normalization, upSampling, PixelShuffle, randn and exponential refuse, their edges, and what is drawn.
import { describe, expect, it } from 'vitest'
import { checkAnswers } from '../../test/messages.ts'
import { nd, nn, reference } from '../index.ts'

const ctx = reference()
const x = (...shape: number[]) => nd.ones(shape, { ctx })
const list = async (values: Promise<ArrayLike<number>>) => Array.from(await values)

describe('edges', () => {
  it('takes samples without elements, and rows of zeros', async () => {
    expect([...nd.lrn(x(0, 3, 2), { nsize: 3 }).shape]).toEqual([0, 3, 2])
    expect([...nd.upSampling(x(1, 0, 2, 2), { scale: 2 }).shape]).toEqual([1, 0, 4, 4])
    expect(await list(nd.l2Normalization(nd.zeros([1, 3], { ctx })).toArray())).toEqual([0, 0, 0])
  })

  it('takes windows wider than the channels', async () => {
    const y = nd.lrn(x(1, 1, 1), { nsize: 7, alpha: 7, beta: 1, knorm: 1 })
    expect(await y.asscalar()).toBe(0.5)
  })

  it('shuffles by a factor for each axis', async () => {
    const image = nd.array([0, 1, 2, 3, 4, 5], { shape: [1, 6, 1, 1], ctx })
    const y = new nn.PixelShuffle2D([2, 3])(image)
    expect([...y.shape]).toEqual([1, 1, 2, 3])
    expect(await list(y.toArray())).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('draws', () => {
  it('gives what normal gives, by sizes', async () => {
    nd.random.seed(1)
    const a = nd.random.randn(2, 3, { loc: 5, ctx })
    nd.random.seed(1)
    expect(await list(a.toArray())).toEqual(await list(nd.random.normal({ loc: 5, shape: [2, 3], ctx }).toArray()))
    expect([...nd.random.randn().shape]).toEqual([1])
  })

  it('has the mean, the deviation and the median of the exponential distribution', async () => {
    nd.random.seed(2)
    const y = nd.random.exponential({ scale: 2, shape: 20_000, ctx })
    expect(Math.abs((await nd.mean(y).asscalar()) - 2)).toBeLessThan(0.06)
    expect(Math.abs((await nd.std(y).asscalar()) - 2)).toBeLessThan(0.1)
    const below = await nd.mean(nd.lesser(y, 2 * Math.LN2)).asscalar()
    expect(Math.abs(below - 0.5)).toBeLessThan(0.015)
    expect(await nd.min(y).asscalar()).toBeGreaterThanOrEqual(0)
  })
})

checkAnswers({
  'an even window': [() => nd.lrn(x(1, 3), { nsize: 4 }), '[lrn] nsize must be odd, got 4'],
  // @ts-expect-error the size is required
  'no window': [() => nd.lrn(x(1, 3), {}), '[lrn] nsize must be a positive integer, got undefined'],
  'a mode that is none': [
    // @ts-expect-error no such mode
    () => nd.l2Normalization(x(1, 3), { mode: 'row' }),
    "[l2Normalization] mode must be 'instance', 'channel' or 'spatial', got 'row'",
  ],
  'no places': [
    () => nd.l2Normalization(x(1, 3), { mode: 'spatial' }),
    '[l2Normalization] x must have at least 3 axes, got (1, 3)',
  ],
  'a bilinear upSampling': [
    // @ts-expect-error one type alone
    () => nd.upSampling(x(1, 1, 2, 2), { scale: 2, sampleType: 'bilinear' }),
    "[upSampling] sampleType must be 'nearest', got 'bilinear': nd.deconvolution takes a bilinear weight",
  ],
  'channels that no factor divides': [
    () => new nn.PixelShuffle2D(2)(x(1, 6, 2, 2)),
    '[PixelShuffle2D] the input must be (N, C, H, W) with a multiple of 4 channels, got (1, 6, 2, 2)',
  ],
  'a factor of 0': [() => new nn.PixelShuffle1D(0), '[PixelShuffle1D] factor must be a positive integer, got 0'],
  'a negative scale': [
    () => nd.random.exponential({ scale: -1, ctx }),
    '[exponential] scale must be a non-negative number, got -1',
  ],
  'a size that is none': [
    () => nd.random.randn(2.5, { ctx }),
    '[randn] a shape holds non-negative integers, got (2.5,)',
  ],
})
