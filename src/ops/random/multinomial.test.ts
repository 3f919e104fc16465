// multinomial: draws as often as the probabilities say, never what has none, and gradients of the logarithms.
import { describe, expect, it } from 'vitest'
import { autograd, cpu, type NDArray, nd, reference } from '../../index.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())

describe.each([cpu(), reference()])('multinomial on %s', (ctx) => {
  it('draws the class at which the sum of probabilities passes a number of uniform', async () => {
    const p = [0.1, 0, 0.35, 0.05, 0.5]
    nd.random.seed(3)
    const drawn = await list(nd.random.multinomial(nd.array(p, { ctx }), { shape: 500 }))
    nd.random.seed(3)
    const numbers = await list(nd.random.uniform({ shape: 500, ctx }))
    const expected = numbers.map((u) => {
      let sum = 0
      return p.findIndex((x) => (sum = Math.fround(sum + Math.fround(x))) > u)
    })
    expect(drawn).toEqual(expected)
    expect(new Set(drawn)).toEqual(new Set([0, 2, 3, 4]))
  })

  it('gives logarithms of probabilities, with their gradient', async () => {
    const p = nd.array([0.25, 0.75], { ctx })
    p.attachGrad()
    nd.random.seed(1)
    const [drawn, logs] = autograd.record(() => {
      const results = nd.random.multinomial(p, { shape: 20, getProb: true })
      results[1].backward()
      return results
    })
    const classes = await list(drawn)
    const expected = classes.map((k) => Math.fround(Math.log([0.25, 0.75][k])))
    for (const [i, log] of (await list(logs)).entries()) expect(log).toBeCloseTo(expected[i], 6)
    const ones = classes.filter((k) => k === 1).length
    const slopes = await list(p.grad as NDArray)
    expect(slopes[0]).toBeCloseTo((20 - ones) / 0.25, 4)
    expect(slopes[1]).toBeCloseTo(ones / 0.75, 4)
  })

  it('takes the last class where rounding leaves too little', async () => {
    const none = nd.zeros([2, 3], { ctx })
    expect(await list(nd.sampleMultinomial(none))).toEqual([2, 2])
  })

  it('refuses an unknown option', () => {
    expect(() => nd.random.multinomial(nd.ones([2], { ctx }), { size: 3 } as never)).toThrow(
      "[multinomial] unknown option 'size'",
    )
  })
})
