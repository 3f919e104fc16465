// The matrices of short convolutions by themselves: with any numbers they make a correlation.
import { expect, it } from 'vitest'
import { cookToom, type Matrix } from './cookToom.ts'

const times = (matrix: Matrix, vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * vector[i], 0))

it.each([
  [2, 3],
  [3, 3],
  [5, 3],
  [6, 3],
  [2, 5],
  [4, 5],
])('F(%i, %i) is a correlation', (m, r) => {
  const { AT, G, BT } = cookToom(m, r)
  const d = Array.from({ length: m + r - 1 }, (_, i) => Math.sin(i + 1))
  const g = Array.from({ length: r }, (_, i) => Math.cos(3 * i))
  const u = times(G, g)
  const y = times(
    AT,
    times(BT, d).map((x, i) => x * u[i]),
  )
  expect(y.length).toBe(m)
  y.forEach((value, i) => {
    const sum = g.reduce((all, tap, j) => all + tap * d[i + j], 0)
    expect(value).toBeCloseTo(sum, 12)
  })
})

it('refuses more points than float32 bears', () => {
  expect(() => cookToom(7, 3)).toThrow('[cookToom] number of points: got 9, expected 2 to 8')
})
