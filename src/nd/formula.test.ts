// nd.formula: a user's own element-wise functions, on the CPU and the reference engine.
import { describe, expect, it } from 'vitest'
import { autograd, cpu, type NDArray, nd, reference } from '../index.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())

describe.each([cpu(), reference()])('nd.formula on %s', (ctx) => {
  const of = (values: number[]) => nd.array(values, { ctx })

  it('computes, broadcasts, and derives the gradient', async () => {
    const swish = nd.formula((m, x, b) => m.div(x, m.add(1, m.exp(m.neg(m.mul(b, x))))), { name: 'swish' })
    const x = of([-1, 0, 2])
    x.attachGrad()
    const y = autograd.record(() => swish(x.reshape([3, 1]), of([1, 2])))
    y.backward()
    const sigma = (z: number) => 1 / (1 + Math.exp(-z))
    const slope = (v: number, b: number) => sigma(b * v) * (1 + b * v * (1 - sigma(b * v)))
    const [values, slopes] = [await list(y), await list(x.grad as NDArray)]
    for (const [i, v] of [-1, 0, 2].entries()) {
      expect(values[2 * i + 1]).toBeCloseTo(v * sigma(2 * v), 6)
      expect(slopes[i]).toBeCloseTo(slope(v, 1) + slope(v, 2), 5)
    }
  })

  it('gives several results, and takes a derivative of its own', async () => {
    const [sum, difference] = nd.formula((m, a, b) => [m.add(a, b), m.sub(a, b)])(of([3]), 1)
    expect([await list(sum), await list(difference)]).toEqual([[4], [2]])
    const straight = nd.formula((m, x) => m.round(x), { derivative: (_m, _k, dy) => dy })
    const x = of([0.4, 1.7])
    x.attachGrad()
    autograd.record(() => straight(x)).backward()
    expect(await list(x.grad as NDArray)).toEqual([1, 1])
  })
})

it('says what a formula can not be', () => {
  const x = nd.ones(2)
  const broken = nd.formula((m, v) => ((v as never) > 0 ? v : m.neg(v)))
  expect(() => broken(x)).toThrow(/no number: use m\.add, m\.less/)
  expect(() => nd.formula((m, a, b) => m.add(a, b), { name: 'sum' })(x)).toThrow('[sum] takes 2 operands, got 1')
  expect(() => nd.formula((m, a) => m.neg(a), { name: 'minus' })(x.astype('int32'))).toThrow(
    "[minus] cannot take int32, expected float32: use astype('float32')",
  )
})
