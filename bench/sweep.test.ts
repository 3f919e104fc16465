// The frozen list of the sweep, its inputs, the digest that results are compared by, and the table.
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { digest } from './digest.ts'
import type { Rows, Shown } from './results.ts'
import { type Swept, sweepInputs, sweepText } from './sweep.ts'
import { hasLayouts, sweepCases } from './sweepCases.ts'

const named = (name: string) => sweepCases.find((kase) => kase.name === name)!

it('keeps the list of the first tables: with another one, tables of different builds would not compare', () => {
  expect(sweepCases.length).toBe(59)
  expect(new Set(sweepCases.map(({ name }) => name)).size).toBe(59)
  const hash = createHash('sha256')
    .update(JSON.stringify(sweepCases.slice(0, 51)))
    .digest('hex')
  expect(hash.slice(0, 16)).toBe('b3a0e12e4b03fee2')
})

it('times images in both of PyTorch’s layouts', () => {
  const without = sweepCases.filter((kase) => !hasLayouts(kase)).map(({ op }) => op)
  expect(without.length).toBe(29)
  expect(without).not.toContain('conv')
  expect(named('maxpool 3/2 fwd')).toSatisfy(hasLayouts)
})

it('gives each case the same inputs every time, in [-1, 1), and rows that exist', () => {
  const kase = named('take rows')
  const values = sweepInputs(kase)
  const [table, rows] = [values.subarray(0, 4096 * 1024), values.subarray(4096 * 1024)]
  expect([rows.length, rows[0], rows[1], rows[2]]).toEqual([4096, 0, 3823, 3550])
  expect(new Set(rows).size).toBe(4096)
  expect(table.every((value) => value >= -1 && value < 1)).toBe(true)
  const [product, again] = [named('matmul 128'), named('matmul 128')].map(sweepInputs)
  expect(product.length).toBe(2 * 128 * 128)
  expect(product).toEqual(again)
})

it('tells other elements and another order by the digest', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i))
  const right = digest(values)
  expect(right.length).toBe(16)
  expect(digest(values.slice())).toEqual(right)
  expect(digest(values.slice().reverse())).not.toEqual(right)
  expect(digest(values.subarray(0, 999))).not.toEqual(right)
  const one = values.slice()
  one[500] += 1
  expect(digest(one).filter((sum, i) => sum !== right[i]).length).toBe(1)
  // constants don't cancel out
  expect(digest(new Float32Array(1600).fill(1)).some((sum) => Math.abs(sum) > 5)).toBe(true)
})

const row = (milliseconds: readonly number[], detail: string): Shown => ({
  ...{ imagesPerSecond: 0, samples: milliseconds.map((ms) => 1000 / ms), peakBytes: 0, detail },
})
const swept = (name: string, glueball: Shown, pytorch: Shown): Swept => ({
  name,
  systems: { glueball, pytorch } as Rows,
})

it('shows the slowest beside PyTorch first, with the turns’ spread and the geometric mean', () => {
  const text = sweepText([
    swept('add', row([1, 2, 4], 'wide'), row([4, 4, 4], '1.13')),
    swept('conv', row([4, 4, 4], 'wide'), row([2, 1, 2], 'channels_last, 1.13')),
    swept('dot', row([3], 'wide'), { reason: 'it computes something else' }),
  ])
  expect(text.split('\n').slice(2)).toEqual([
    '| 0.50 | 0.25 to 0.50 | conv | 4.000 | 2.000 | channels_last |',
    '| 2.00 | 1.00 to 4.00 | add | 2.000 | 4.000 |  |',
    '| – | – | dot | 3.000 | – |  |',
    '',
    'Geometric mean of 2: 1.000.',
    'dot: pytorch left out: it computes something else',
  ])
})

it('says once why PyTorch is left out of all', () => {
  const absent = { reason: 'no torch' }
  const lines = sweepText([swept('add', row([1], ''), absent), swept('exp', row([1], ''), absent)]).split('\n')
  expect(lines.slice(-2)).toEqual(['Geometric mean of 0: none.', 'pytorch left out: no torch'])
})
