// Values that earlier versions had wrong: numbers beside integers, and gradients lengths and deviations at the ends of their range.
import { describe, expect, it } from 'vitest'
import { autograd, cpu, type NDArray, nd, reference } from '../../src/index.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const of = (values: number[], dtype?: 'int32' | 'uint8') => nd.array(values, { ctx, ...(dtype && { dtype }) })

  async function gradient(values: number[], run: (x: NDArray) => NDArray): Promise<number[]> {
    const x = of(values)
    x.attachGrad()
    autograd.record(() => run(x)).backward()
    return list(x.grad as NDArray)
  }

  it('numbers meet bytes by value', async () => {
    const x = of([100, 200, 250], 'uint8')
    expect(await list(x.clip(0, 300))).toEqual([100, 200, 250])
    expect(await list(x.minimum(300))).toEqual([100, 200, 250])
    expect(await list(x.maximum(-5))).toEqual([100, 200, 250])
    expect(await list(x.greater(-1))).toEqual([1, 1, 1])
    expect(await list(x.lesser(256))).toEqual([1, 1, 1])
    expect(await list(x.equal(356))).toEqual([0, 0, 0])
    expect(await list(x.notEqual(Number.NaN))).toEqual([1, 1, 1])
  })

  it('numbers meet int32 by value, from both sides and beyond both ends', async () => {
    const x = of([0, 2, 3], 'int32')
    expect(await list(x.lesser(2.5))).toEqual([1, 1, 0])
    expect(await list(nd.greater(2.5, x))).toEqual([1, 1, 0])
    expect(await list(x.greaterEqual(2.5))).toEqual([0, 0, 1])
    expect(await list(x.lesserEqual(1e10))).toEqual([1, 1, 1])
    expect(await list(x.greater(1e10))).toEqual([0, 0, 0])
    expect(await list(x.lesser(-1e10))).toEqual([0, 0, 0])
    expect(() => x.divide(0.5)).toThrow("[divide] int32 can't hold 0.5: use astype('float32') first")
  })

  it('softrelu keeps its digits far below 0', async () => {
    expect((await list(nd.softrelu(of([-20]))))[0]).toBeCloseTo(2.0611536e-9, 15)
  })

  it('gradients of 0 times what others would make infinite are right', async () => {
    expect(await gradient([2, 0, 3], (x) => x.prod())).toEqual([0, 6, 0])
    expect(await gradient([2, 0, 3, 0, 5], (x) => x.cumprod())).toEqual([1, 8, 0, 0, 0])
    expect(await gradient([0, 2], (x) => x.power(0))).toEqual([0, 0])
    expect(await gradient([0, 0], (x) => x.norm())).toEqual([0, 0])
    expect(await gradient([0.1, 0.1, 0.1], (x) => x.std())).toEqual([0, 0, 0])
  })

  it('sums of exponentials neither overflow nor vanish, and share their gradient', async () => {
    const [a, b] = [
      of([0, 1000, -1000, -88, Infinity, Infinity, -Infinity, 5]),
      of([0, 1000, -1001, 88, Infinity, -Infinity, -Infinity, -Infinity]),
    ]
    for (const x of [a, b]) x.attachGrad()
    const y = autograd.record(() => a.logaddexp(b))
    y.backward()
    const both = Math.log1p(Math.exp(-1))
    const want = [Math.LN2, 1000 + Math.LN2, both - 1000, 88, Infinity, Infinity, -Infinity, 5]
    expect(await list(y)).toEqual(want.map(Math.fround))
    const ofA = [0.5, 0.5, 1 / (1 + Math.exp(-1)), 0, 0.5, 1, 0, 1]
    for (const [i, slope] of (await list(a.grad as NDArray)).entries()) expect(slope).toBeCloseTo(ofA[i], 6)
    const ofB = [0.5, 0.5, 1 / (1 + Math.exp(1)), 1, 0.5, 0, 0, 0]
    for (const [i, slope] of (await list(b.grad as NDArray)).entries()) expect(slope).toBeCloseTo(ofB[i], 6)
  })

  it('the slope of running products has a slope, beside a zero too', async () => {
    const x = of([2, 0, 3])
    x.attachGrad()
    autograd.record(() => autograd.grad(x.cumprod(), x, null, { createGraph: true })[0]).backward()
    // ∂² of x + x y + x y z: 1 + z by x and y, y by x and z, x by y and z
    expect(await list(x.grad as NDArray)).toEqual([4 + 0, 4 + 2, 2 + 0])
  })

  it('the slope of a sum of exponentials has a slope, of equals and of operands far apart', async () => {
    const x = of([0, 200, -200])
    x.attachGrad()
    autograd.record(() => autograd.grad(nd.logaddexp(x, 0), x, null, { createGraph: true })[0]).backward()
    expect(await list(x.grad as NDArray)).toEqual([0.25, 0, 0])
  })

  it('deviations are roots of mean squares, and 0 of equals', async () => {
    expect(await list(of([1, 2, 3, 4, 10]).std())).toEqual([Math.fround(Math.sqrt(10))])
    const x = of(Array(3000).fill(0.1))
    expect(await list(x.reshape([3, 1000]).std({ axis: 1 }))).toEqual([0, 0, 0])
    const slopes = await gradient([1, 2, 3, 4, 10], (x) => x.std())
    const want = [-3, -2, -1, 0, 6].map((distance) => distance / 5 / Math.sqrt(10))
    for (const [i, slope] of slopes.entries()) expect(slope).toBeCloseTo(want[i], 6)
  })

  it('lengths neither overflow nor vanish', async () => {
    const values = (x: number[]) => x.map(Math.fround)
    expect(await list(of([3e20, 4e20]).norm())).toEqual(values([5e20]))
    const small = (await list(of([3e-30, 4e-30]).norm()))[0]
    expect(Math.abs(small / 5e-30 - 1)).toBeLessThan(2e-7)
    const slopes = await gradient([3e20, 4e20], (x) => x.norm())
    for (const [i, want] of [0.6, 0.8].entries()) expect(slopes[i]).toBeCloseTo(want, 6)
  })
})
