// The gradient of cumprod's gradient, beside zeros too: compared with the sums of products that define it.
import { autograd, cpu, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'

/** Σ over k, of weights times the product of the first k + 1 elements without those at `left`. */
function sumWithout(x: readonly number[], weights: readonly number[], left: readonly number[]): number {
  const productTo = (k: number) => x.reduce((y, v, i) => (i > k || left.includes(i) ? y : y * v), 1)
  return weights.reduce((sum, w, k) => (k >= Math.max(...left) ? sum + w * productTo(k) : sum), 0)
}

describe.each([cpu(), reference()])('on %s', (ctx) => {
  it.each([
    ['no zero', [2, -1, 3, 0.5, 2]],
    ['one zero', [2, 0, 3, 0.5, 2]],
    ['two zeros', [2, 0, 3, 0, 2]],
    ['zeros at both ends', [0, 4, 3, 0.5, 0]],
    ['three zeros', [0, 0, 3, 0, 1]],
    ['one element', [0]],
  ])('with %s', async (_name, values) => {
    const weights = values.map((_, k) => k + 1)
    const along = values.map((_, i) => 1 - 2 * i)
    const x = nd.array(values, { ctx }).attachGrad()
    autograd
      .record(() => {
        const y = nd.cumprod(x).multiply(nd.array(weights, { ctx }))
        const [slope] = autograd.grad(y, [x], null, { createGraph: true })
        return slope.multiply(nd.array(along, { ctx }))
      })
      .backward()
    const slopes = values.map((_, i) => {
      return along.reduce((sum, a, j) => (i === j ? sum : sum + a * sumWithout(values, weights, [i, j])), 0)
    })
    expect(Array.from(await x.grad.toArray())).toEqual(slopes.map(Math.fround))
  })

  it('keeps the first gradient', async () => {
    const x = nd.array([2, 0, 3, 0, 2], { ctx }).attachGrad()
    const [recorded] = autograd.record(() => autograd.grad(nd.cumprod(x), [x], null, { createGraph: true }))
    autograd.record(() => nd.cumprod(x)).backward()
    expect(await recorded.toArray()).toEqual(await x.grad.toArray())
  })
})
