// The arithmetic of formulas on numbers: MXNet's and C's special cases.
import { expect, it } from 'vitest'
import { type Formula, numbers as m } from './arith.ts'

it('passes NaN through min, max and a relu written as a formula', () => {
  const relu: Formula = (m, x) => m.max(x, 0)
  expect([-1, -0, 2, Number.NaN].map((x) => relu(m, x))).toEqual([0, 0, 2, Number.NaN])
  expect(m.min(Number.NaN, 1)).toBe(Number.NaN)
})

it('rounds halves to even, signs without NaN, and takes the remainder with the sign of the divisor', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6, 1e300].map((x) => m.round(x))).toEqual([0, 2, 2, -0, -2, 2, -3, 1e300])
  expect([-3, -0, 0, 5, Number.NaN].map((x) => m.sign(x))).toEqual([-1, 0, 0, 1, 0])
  const pairs = [
    [5, 3],
    [-5, 3],
    [5, -3],
    [-5, -3],
    [6, -3],
    [5, 0],
    [-1, Infinity],
    [Infinity, 2],
  ]
  expect(pairs.map(([a, b]) => m.modulo(a, b))).toEqual([2, 1, -1, -2, 0, 0, Infinity, Number.NaN])
})

it("has C's special cases of a power", () => {
  expect(m.power(1, Number.NaN)).toBe(1)
  expect(m.power(-1, -Infinity)).toBe(1)
  expect(m.power(Number.NaN, 0)).toBe(1)
  expect(m.power(-8, 1 / 3)).toBe(Number.NaN)
})
