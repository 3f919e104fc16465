// Derived gradients: against central differences, at the edges, and what they read.
import { expect, it } from 'vitest'
import { numbers } from './arith.ts'
import { derive } from './derive.ts'
import { type Callable, type Compute, call, evaluate, type Kind } from './graph.ts'
import { trace } from './tracer.ts'

const arithmetics = { float: numbers, int: numbers }

function gradientsOf(formula: Callable, xs: readonly number[], dy = 1): (number | null)[] {
  const kinds = xs.map((): Kind => 'float')
  const { graph, gradients, reads } = derive(formula, kinds, [...xs.keys()])
  const ys = evaluate(trace(formula.compute, kinds), arithmetics, xs)
  const values = reads.map(({ what, index }) => ({ dy: [dy], x: xs, y: ys })[what][index])
  const made = evaluate(graph, arithmetics, values)
  return gradients.map((gradient) => gradient && ('read' in gradient ? values[gradient.read] : made[gradient.result]))
}

const gradient = (compute: Compute, ...xs: number[]) => gradientsOf({ compute }, xs)
const readsOf = (compute: Compute, count: number, results = true) =>
  derive({ compute }, Array(count).fill('float'), [...Array(count).keys()], { results }).reads.map(
    ({ what, index }) => what + index,
  )

it.each<[string, Compute, ...number[]]>([
  ['a product of sums', (m, a, b) => m.mul(m.add(a, b), m.sub(a, 3)), 1.5, -0.5],
  ['a quotient', (m, a, b) => m.div(a, m.madd(b, b, 1)), 0.7, 1.2],
  ['functions of functions', (m, a) => m.tanh(m.log(m.sqrt(m.exp(m.mul(a, 1.5))))), 0.8],
  ['a power', (m, a, b) => m.power(a, m.neg(b)), 1.3, 0.6],
  ['a remainder', (m, a, b) => m.modulo(a, b), 7.3, 2.1],
  ['branches', (m, a, b) => m.select(m.greater(a, b), m.mul(a, b), m.max(a, m.abs(b))), 0.4, -1.2],
])('derives %s', (_name, compute, ...xs) => {
  const h = 1e-6
  const at = (k: number, step: number) =>
    evaluate(
      trace(
        compute,
        xs.map(() => 'float'),
      ),
      arithmetics,
      xs.map((x, i) => (i === k ? x + step : x)),
    )[0]
  gradientsOf({ compute }, xs).forEach((slope, k) => {
    expect(slope ?? 0).toBeCloseTo((at(k, h) - at(k, -h)) / (2 * h), 6)
  })
})

it('keeps a branch that is not taken from spoiling the other', () => {
  expect(gradient((m, x) => m.select(m.greater(x, 0), m.log(x), 0), 0)).toEqual([0])
  expect(gradient((m, x) => m.max(m.sqrt(x), 1), 0)).toEqual([0])
  expect(gradient((m, x) => m.min(m.div(1, x), 2), 0)).toEqual([0])
})

it('has powers right at 0', () => {
  const power: Compute = (m, a, b) => m.power(a, b)
  expect(gradient(power, 0, 0)).toEqual([0, 0])
  expect(gradient(power, 0, 2)).toEqual([0, 0])
  expect(gradient(power, 0, 1)).toEqual([1, 0])
})

it('takes the quotient of a remainder from the remainder, where it is rounded up to an integer', () => {
  const modulo: Compute = (m, a, b) => m.modulo(a, b)
  expect(1 / 0.1).toBe(10)
  expect(gradient(modulo, 1, 0.1)).toEqual([1, -9])
  expect(gradient(modulo, 1, 0.25)).toEqual([1, -4])
  expect(gradient(modulo, -1, Infinity)).toEqual([1, 1])
  expect(gradient(modulo, 1, Infinity)).toEqual([1, -0])
  expect(gradient(modulo, 1, 0)).toEqual([1, -Infinity])
})

it('reads results, or operands alone, and only what gradients need', () => {
  expect(readsOf((m, x) => m.exp(x), 1)).toEqual(['dy0', 'y0'])
  expect(readsOf((m, a, b) => m.div(a, b), 2)).toEqual(['dy0', 'x1', 'y0'])
  expect(readsOf((m, a, b) => m.div(a, b), 2, false)).toEqual(['dy0', 'x0', 'x1'])
  expect(readsOf((m, x) => m.mul(x, m.exp(x)), 1)).toEqual(['dy0', 'x0'])
  expect(readsOf((m, a, b) => m.add(a, b), 2)).toEqual(['dy0'])
  expect(readsOf((m, a) => m.floor(a), 1)).toEqual([])
})

it('takes the derivative that a formula gives, within others too', () => {
  const sigmoid: Callable = {
    compute: (m, x) => m.div(1, m.add(m.exp(m.neg(x)), 1)),
    derivative: (m, _k, dy, _xs, y) => m.mul(dy, m.mul(y, m.sub(1, y))),
  }
  expect(gradientsOf(sigmoid, [-800])).toEqual([0])
  expect(gradient((m, x) => m.mul(call(m, sigmoid, x), 2), -800)).toEqual([0])
  expect(derive(sigmoid, ['float'], [0]).reads.map(({ what }) => what)).toEqual(['dy', 'y'])
})

it('derives several results together, and no integers', () => {
  const compute: Compute = (m, a, b) => [m.mul(a, b), m.sub(a, b)]
  const { graph, gradients, reads } = derive({ compute }, ['float', 'float'], [1])
  expect(reads).toEqual([
    { what: 'dy', index: 0 },
    { what: 'dy', index: 1 },
    { what: 'x', index: 0 },
  ])
  expect(gradients).toEqual([{ result: 0 }])
  expect(evaluate(graph, arithmetics, [2, 5, 3])).toEqual([2 * 3 - 5])
  const mixed: Compute = (m, a, n) => m.mul(a, m.toFloat(n))
  expect(derive({ compute: mixed }, ['float', 'int'], [0, 1]).gradients).toEqual([{ result: 0 }, null])
})
