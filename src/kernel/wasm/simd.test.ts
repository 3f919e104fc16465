// SIMD lanes against JavaScript's numbers: dense sweeps of the elementary functions, special values, sweeps of any length.
import { describe, expect, it } from 'vitest'
import { type Arith, numbers } from '../../arith/arith.ts'
import { type Body, type Expr, func } from './asm.ts'
import { exp64, log64, pow64 } from './float64.ts'
import { hasRelaxed, inline } from './inline.ts'
import type { Rung } from './rung.ts'
import { intLanes, lanes } from './simd.ts'
import { type Stream, sweep } from './sweep.ts'

type Lanes = Arith<Expr<'v128'>, Expr<'v128'>>
type Binary = <V, M>(m: Arith<V, M>, x: V, y: V) => V

const rungs: Rung[] = hasRelaxed() ? ['relaxed', 'plain'] : ['plain']
const COUNT = 1 << 14
const [X, Y, OUT] = [64, 64 + COUNT * 4, 64 + COUNT * 8]

/** A kernel out = formula(x, y) over `index` elements. */
const kernel = (arith: (f: Body) => Lanes, formula: Binary) =>
  func('run', ['i32'], 'none', (f, count) => {
    const [x, y, out] = [X, Y, OUT].map((a): Stream => ({ pointer: f.local('i32', a), element: 'float32' }))
    sweep(f, count, [x, y, out], (load) => [[out, formula(arith(f), load(x), load(y))]])
  })

function results(rung: Rung, formula: Binary, xs: ArrayLike<number>, ys: ArrayLike<number> = xs): Float32Array {
  const k = inline([kernel((f) => lanes(f, rung), formula)])
  k.floats.set(xs, X / 4)
  k.floats.set(ys, Y / 4)
  k.run.run(xs.length)
  return k.floats.slice(OUT / 4, OUT / 4 + xs.length)
}

/** The largest error relative to the true value, where an error of `floor` and equal special values count as none. */
function worst(got: ArrayLike<number>, want: (i: number) => number, floor = 2 ** -149): number {
  let most = 0
  for (let i = 0; i < got.length; i++) {
    const w = want(i)
    if (Object.is(got[i], Math.fround(w)) || Math.abs(got[i] - w) <= floor) continue
    const error = Math.abs(got[i] - w) / Math.abs(w)
    most = Number.isNaN(error) ? Infinity : Math.max(most, error)
  }
  return most
}

const linear = (from: number, to: number) =>
  Float32Array.from({ length: COUNT }, (_, i) => from + ((to - from) * i) / COUNT)
/** Positive floats of all magnitudes, subnormal ones too: bit patterns at equal distances. */
const magnitudes = new Float32Array(
  Int32Array.from({ length: COUNT }, (_, i) => Math.floor((i * 0x7f800000) / COUNT)).buffer,
)
const special = [0, -0, 1, -1, 0.5, -0.5, 2.5, -2.5, 1e-45, -1e-45, 1e38, -1e38, Infinity, -Infinity, Number.NaN]

describe.each(rungs)('float lanes, %s', (rung) => {
  it('exp', () => {
    const f: Binary = (m, x) => m.exp(x)
    for (const xs of [linear(-105, 90), linear(-1, 1), linear(-88, -87), linear(88, 89), magnitudes])
      expect(worst(results(rung, f, xs), (i) => Math.exp(xs[i]))).toBeLessThan(2e-7)
    expect([...results(rung, f, [-Infinity, 89, 88.72284, Infinity, 0, -0, -104, -1000, Number.NaN])]).toEqual([
      0,
      Infinity,
      Infinity,
      Infinity,
      1,
      1,
      0,
      0,
      Number.NaN,
    ])
  })

  it('log', () => {
    const f: Binary = (m, x) => m.log(x)
    for (const xs of [magnitudes, linear(0.5, 2), linear(0.99, 1.01)])
      expect(worst(results(rung, f, xs), (i) => Math.log(xs[i]))).toBeLessThan(3e-7)
    expect([...results(rung, f, [0, -0, -1, -1e-45, -Infinity, Infinity, Number.NaN, 1])]).toEqual([
      -Infinity,
      -Infinity,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Infinity,
      Number.NaN,
      0,
    ])
  })

  it('tanh', () => {
    const f: Binary = (m, x) => m.tanh(x)
    for (const xs of [linear(-1, 1), linear(-12, 12), magnitudes])
      expect(worst(results(rung, f, xs), (i) => Math.tanh(xs[i]))).toBeLessThan(3e-7)
    expect([...results(rung, f, [0, -0, Infinity, -Infinity, 1e38, Number.NaN])]).toEqual([0, -0, 1, -1, 1, Number.NaN])
  })

  it('power and modulo', () => {
    const xs = magnitudes
    const ys = Float32Array.from(xs, (_, i) => ((i * 7919) % 1001) / 100 - 5)
    expect(
      worst(
        results(rung, (m, x, y) => m.power(x, y), xs, ys),
        (i) => xs[i] ** ys[i],
      ),
    ).toBeLessThan(1e-7)
    const other = Float32Array.from(xs, (_, i) => xs[(i * 4099) % COUNT] * (i % 3 ? 1 : -1))
    expect(
      worst(
        results(rung, (m, x, y) => m.modulo(x, y), xs, other),
        (i) => numbers.modulo(xs[i], other[i]),
        0,
      ),
    ).toBeLessThan(1e-7)
  })

  it('agree with numbers on special values, whatever the operator', () => {
    const xs = special.flatMap((x) => special.map(() => x))
    const ys = special.flatMap(() => special)
    const formulas: Record<string, Binary> = {
      add: (m, x, y) => m.add(x, y),
      sub: (m, x, y) => m.sub(x, y),
      mul: (m, x, y) => m.mul(x, y),
      div: (m, x, y) => m.div(x, y),
      madd: (m, x, y) => m.madd(x, y, 1),
      min: (m, x, y) => m.min(x, y),
      max: (m, x, y) => m.max(x, y),
      power: (m, x, y) => m.power(x, y),
      modulo: (m, x, y) => m.modulo(x, y),
      neg: (m, x) => m.neg(x),
      abs: (m, x) => m.abs(x),
      sqrt: (m, x) => m.sqrt(x),
      floor: (m, x) => m.floor(x),
      ceil: (m, x) => m.ceil(x),
      trunc: (m, x) => m.trunc(x),
      round: (m, x) => m.round(x),
      sign: (m, x) => m.sign(x),
      equal: (m, x, y) => m.select(m.equal(x, y), 1, 0),
      notEqual: (m, x, y) => m.select(m.notEqual(x, y), 1, 0),
      less: (m, x, y) => m.select(m.less(x, y), x, y),
      lessEqual: (m, x, y) => m.select(m.lessEqual(x, y), x, 3),
      greater: (m, x, y) => m.select(m.greater(x, y), x, y),
      greaterEqual: (m, x, y) => m.select(m.greaterEqual(x, y), m.constant(2), y),
      masks: (m, x, y) => m.select(m.or(m.not(m.less(x, 0)), m.and(m.less(y, 0), m.greater(x, -2))), x, y),
    }
    for (const [name, formula] of Object.entries(formulas)) {
      const [fx, fy] = [Float32Array.from(xs), Float32Array.from(ys)]
      const got = results(rung, formula, xs, ys)
      expect(
        worst(got, (i) => Math.fround(formula(numbers, fx[i], fy[i]))),
        name,
      ).toBeLessThan(1e-7)
    }
  })
})

describe('integer lanes', () => {
  it('agree with integer arithmetic, at the edges too', () => {
    const values = [0, 1, -1, 2, -2, 3, 7, -7, 100, 46341, 0x7fffffff, -0x80000000]
    const xs = values.flatMap((x) => values.map(() => x))
    const ys = values.flatMap(() => values)
    const formulas: Record<string, [Binary, (x: number, y: number) => number]> = {
      mul: [(m, x, y) => m.mul(x, y), Math.imul],
      div: [(m, x, y) => m.div(x, y), (x, y) => (y === 0 ? 0 : (x / y) | 0)],
      modulo: [(m, x, y) => m.modulo(x, y), (x, y) => numbers.modulo(x, y) | 0],
      power: [(m, x, y) => m.power(x, m.min(y, 4)), (x, y) => integerPower(x, Math.min(y, 4))],
      max: [(m, x, y) => m.max(x, y), Math.max],
      sign: [(m, x) => m.sign(x), Math.sign],
      less: [(m, x, y) => m.select(m.less(x, y), 1, 0), (x, y) => Number(x < y)],
      round: [(m, x, y) => m.sub(m.neg(m.round(x)), m.abs(y)), (x, y) => (-x - (Math.abs(y) | 0)) | 0],
    }
    for (const [name, [formula, want]] of Object.entries(formulas)) {
      const k = inline([kernel(intLanes, formula)])
      k.ints.set(xs, X / 4)
      k.ints.set(ys, Y / 4)
      k.run.run(xs.length)
      expect([...k.ints.slice(OUT / 4, OUT / 4 + xs.length)], name).toEqual(xs.map((x, i) => want(x, ys[i])))
    }
    expect(() => kernel(intLanes, (m, x) => m.exp(x)).body).toThrow(
      '[exp] has no integer result: got int32, expected float32',
    )
  })
})

function integerPower(x: number, n: number): number {
  if (n < 0) return Math.trunc(x ** n) === Infinity ? 0 : Math.trunc(x ** n) + 0
  let result = 1
  for (let i = 0; i < n; i++) result = Math.imul(result, x)
  return result
}

describe('one float64', () => {
  const k = inline([
    func('log', ['f64'], 'f64', (_, x) => log64.call(x)),
    func('exp', ['f64'], 'f64', (_, x) => exp64.call(x)),
    func('pow', ['f64', 'f64'], 'f64', (_, x, y) => pow64.call(x, y)),
  ])

  it('log, to 1e-15, and to the same float32 as Math.log', () => {
    let [most, different] = [0, 0]
    for (let i = 1; i < 200_000; i++) {
      const x = i % 2 ? i / 200_000 : 2 ** ((i % 2000) - 1000) * (1 + i / 3e5)
      const [got, want] = [k.run.log(x), Math.log(x)]
      most = Math.max(most, Math.abs(got - want) / Math.abs(want))
      if (Math.fround(got) !== Math.fround(want)) different++
    }
    expect(most).toBeLessThan(1e-15)
    expect(different).toBe(0)
    const edges = [0, -0, -1, Infinity, Number.NaN, 1, 5e-324]
    expect(edges.map((x) => k.run.log(x))).toEqual(edges.map((x) => Math.log(x)))
  })

  it('exp, to 1e-15', () => {
    let most = 0
    for (let x = -708; x < 709.7; x += 0.0173) most = Math.max(most, Math.abs(k.run.exp(x) / Math.exp(x) - 1))
    expect(most).toBeLessThan(1e-15)
    expect([-746, 710, Infinity, -Infinity, Number.NaN, 0].map((x) => k.run.exp(x))).toEqual([
      0,
      Infinity,
      Infinity,
      0,
      Number.NaN,
      1,
    ])
  })

  it("power with C's special cases", () => {
    const values = [...special, 3, -3, 4, 1e300]
    for (const x of values)
      for (const y of values) {
        const [got, want] = [k.run.pow(x, y), numbers.power(x, y)]
        expect(
          Object.is(got, want) || Math.abs(got / want - 1) < 1e-12,
          `${x} ** ${y}: got ${got}, expected ${want}`,
        ).toBe(true)
      }
  })
})

describe('sweep', () => {
  it('computes every length to the same bits and writes nothing beyond', () => {
    const square: Binary = (m, x) => m.mul(x, m.tanh(x))
    const k = inline([kernel((f) => lanes(f, 'plain'), square)])
    const xs = linear(-3, 3).subarray(0, 64)
    const all = results('plain', square, xs)
    for (let n = 0; n <= 25; n++) {
      k.floats.set(xs, X / 4)
      k.floats.fill(7, OUT / 4, OUT / 4 + 64)
      k.run.run(n)
      expect([...k.floats.slice(OUT / 4, OUT / 4 + n)]).toEqual([...all.slice(0, n)])
      expect(k.floats.slice(OUT / 4 + n, OUT / 4 + 64).every((x) => x === 7)).toBe(true)
    }
  })

  it('widens bytes and keeps the low byte of results', () => {
    const k = inline([
      func('run', ['i32'], 'none', (f, count) => {
        const [x, y] = [X, OUT].map((a): Stream => ({ pointer: f.local('i32', a), element: 'uint8' }))
        sweep(f, count, [x, y], (load) => [[y, intLanes(f).sub(intLanes(f).mul(load(x), 3), 30)]])
      }),
    ])
    for (let n = 0; n < 21; n++) {
      k.bytes.fill(9, OUT, OUT + 64)
      for (let i = 0; i < n; i++) k.bytes[X + i] = i * 12
      k.run.run(n)
      const want = Array.from({ length: 24 }, (_, i) => (i < n ? (i * 36 - 30) & 255 : 9))
      expect([...k.bytes.slice(OUT, OUT + 24)]).toEqual(want)
    }
  })
})
