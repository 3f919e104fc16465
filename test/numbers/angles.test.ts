// Angles, hyperbolas, roots, logarithms and logic at their edges: signs of zeros, ends of domains, exact powers, second slopes.
import { describe, expect, it } from 'vitest'
import { autograd, cpu, type NDArray, nd, reference } from '../../src/index.ts'

const list = async (x: NDArray) => Array.from(await x.toArray())
const { NaN: none, POSITIVE_INFINITY: infinity } = Number
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const ofOne = nd as unknown as Readonly<Record<string, (x: NDArray) => NDArray>>

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const of = (values: number[]) => nd.array(values, { ctx })

  it.each(['sin', 'tan', 'arcsin', 'arctan', 'sinh', 'arcsinh', 'arctanh', 'cbrt', 'fix'])(
    '%s keeps the sign of 0, and numbers that are almost 0',
    async (name) => {
      const [zero, minusZero, tiny] = await list(ofOne[name](of([0, -0, -1e-30])))
      expect([zero, minusZero]).toEqual([0, -0])
      if (name === 'cbrt') expect(tiny).toBeCloseTo(-1e-10, 16)
      else expect(tiny).toBe(name === 'fix' ? -0 : Math.fround(-1e-30))
    },
  )

  it('functions end where their domains end', async () => {
    const edges = of([-infinity, infinity, none, -1, 1, 1 + 2 ** -23])
    const slightly = Math.fround(1 + 2 ** -23)
    for (const name of ['sin', 'cos', 'tan'])
      expect((await list(ofOne[name](edges))).slice(0, 3)).toEqual([none, none, none])
    for (const name of ['sinh', 'cosh', 'arctan', 'arcsin', 'arccos', 'arcsinh', 'arccosh', 'arctanh'] as const) {
      const plain = name.replace('arc', 'a') as 'atan'
      const want = [-infinity, infinity, none, -1, 1, slightly].map((x) => Math.fround(Math[plain](x)))
      const got = await list(ofOne[name](edges))
      for (const [i, x] of want.entries()) {
        if (Number.isFinite(x)) expect(Math.abs(got[i] - x), `${name} ${i}`).toBeLessThanOrEqual(3e-7 * Math.abs(x))
        else expect(got[i], `${name} ${i}`).toBe(x)
      }
    }
  })

  it('angles that need 57 bits of a turn are right', async () => {
    // 16367173 · 2⁷² is nearer to a multiple of π/2 than any other float32
    const x = 16367173 * 2 ** 72
    const [small] = await list(nd.cos(of([x])))
    const [whole] = await list(nd.sin(of([x])))
    expect(Math.abs(small / Math.cos(x) - 1)).toBeLessThan(3e-7)
    expect(whole).toBe(Math.fround(Math.sin(x)))
  })

  it('arctan2 has the special cases of C', async () => {
    const values = [0, -0, 1, -1, infinity, -infinity, none, 1e-45, 3e38]
    const ys = values.flatMap((y) => values.map(() => y))
    const xs = values.flatMap(() => values)
    const got = await list(nd.arctan2(of(ys), of(xs)))
    for (const [i, y] of ys.entries()) {
      const want = Math.atan2(Math.fround(y), Math.fround(xs[i]))
      if (want === 0) expect(got[i], `(${y}, ${xs[i]})`).toBe(want)
      else if (Number.isNaN(want)) expect(got[i], `(${y}, ${xs[i]})`).toBeNaN()
      else expect(Math.abs(got[i] - want), `(${y}, ${xs[i]})`).toBeLessThanOrEqual(3e-7 * Math.abs(want) + 2e-45)
    }
  })

  it('hypot neither overflows nor vanishes, and an infinite side decides', async () => {
    const got = await list(nd.hypot(of([3e20, 3e-30, 0, infinity, none, -infinity]), of([4e20, 4e-30, -0, none, 1, 2])))
    expect(got[0] / 5e20).toBeCloseTo(1, 6)
    expect(got[1] / 5e-30).toBeCloseTo(1, 6)
    expect(got.slice(2)).toEqual([0, infinity, none, infinity])
  })

  it('logarithms of powers and roots of cubes are exact', async () => {
    const twos = range(-149, 127)
    expect(await list(nd.log2(of(twos.map((n) => 2 ** n))))).toEqual(twos)
    const tens = range(0, 10)
    expect(await list(nd.log10(of(tens.map((n) => 10 ** n))))).toEqual(tens)
    const sides = range(-255, 255)
    expect(await list(nd.cbrt(of(sides.map((n) => n ** 3))))).toEqual(sides)
    expect(await list(nd.log2(of([0, -1, infinity])))).toEqual([-infinity, none, infinity])
  })

  it('logic takes any number for true but 0', async () => {
    const x = of([0, -0, 0.5, none])
    expect(await list(nd.logicalNot(x))).toEqual([1, 1, 0, 0])
    expect(await list(nd.logicalAnd(x, 2))).toEqual([0, 0, 1, 1])
    expect(await list(nd.logicalOr(x, 0))).toEqual([0, 0, 1, 1])
    expect(await list(nd.logicalXor(x, 1))).toEqual([1, 1, 0, 0])
    const whole = nd.array([0, 3], { ctx, dtype: 'int32' })
    expect(await list(nd.logicalAnd(whole, 0.5))).toEqual([0, 1])
  })

  it('sums and products without NaN give it no gradient', async () => {
    const x = of([2, none, 3, 0])
    x.attachGrad()
    autograd.record(() => x.nansum()).backward()
    expect(await list(x.grad as NDArray)).toEqual([1, 0, 1, 1])
    autograd.record(() => x.nanprod()).backward()
    expect(await list(x.grad as NDArray)).toEqual([0, 0, 0, 6])
    expect(await list(of([none, none]).nansum())).toEqual([0])
  })

  it.each([
    ['sin', (x: number) => -Math.sin(x)],
    ['cos', (x: number) => -Math.cos(x)],
    ['tan', (x: number) => (2 * Math.tan(x)) / Math.cos(x) ** 2],
    ['arcsin', (x: number) => x / (1 - x * x) ** 1.5],
    ['arccos', (x: number) => -x / (1 - x * x) ** 1.5],
    ['arctan', (x: number) => (-2 * x) / (1 + x * x) ** 2],
    ['sinh', Math.sinh],
    ['cosh', Math.cosh],
    ['arcsinh', (x: number) => -x / (1 + x * x) ** 1.5],
    ['arctanh', (x: number) => (2 * x) / (1 - x * x) ** 2],
    ['log2', (x: number) => -1 / (x * x * Math.LN2)],
    ['log10', (x: number) => -1 / (x * x * Math.LN10)],
    ['cbrt', (x: number) => (-2 / 9) * x ** (-5 / 3)],
    ['rcbrt', (x: number) => (4 / 9) * x ** (-7 / 3)],
    ['reciprocal', (x: number) => 2 / x ** 3],
  ] as const)('the slope of %s has a slope', async (name, second) => {
    const values = [0.1, 0.3, 0.45, 0.6, 0.75, 0.9]
    const x = of(values)
    x.attachGrad()
    autograd.record(() => autograd.grad(ofOne[name](x), x, null, { createGraph: true })[0]).backward()
    for (const [i, got] of (await list(x.grad as NDArray)).entries()) {
      expect(Math.abs(got / second(Math.fround(values[i])) - 1), `at ${values[i]}`).toBeLessThan(2e-5)
    }
  })
})
