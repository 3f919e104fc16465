// The profile of a step: which calls it has, their work, algorithms and times, and how they are printed.
import { expect, it } from 'vitest'
import { cases, operations } from './cases.ts'
import { explanation, profile, profileText, startEngine } from './profile.ts'

it('a profile has each call of a step with its work, algorithm and time', async () => {
  const kase = { ...cases.find(({ name }) => name === 'lenet-28-b256-train')!, batch: 4 }
  const engine = startEngine(2)
  const entries = await profile(kase, engine)
  await engine.close()
  const counted = entries.reduce((sum, entry) => sum + entry.operations, 0)
  expect(counted).toBeCloseTo(kase.batch * operations(kase), 3)
  expect(entries.every(({ ms }) => ms >= 0)).toBe(true)
  expect(entries.find(({ op }) => op === 'conv')).toMatchObject({
    path: expect.stringContaining('Conv2D'),
    shapes: '4×1×28×28 6×1×5×5 6',
    note: expect.stringContaining('implicit product'),
    bytes: 4 * (4 * 28 * 28 + 6 * 25 + 6 + 4 * 6 * 24 * 24),
  })
  expect(explanation(entries)).toMatch(/^conv +4×1×28×28 6×1×5×5 6 +implicit product/m)
})

it('the text leaves small calls in one line and ends with the sum', () => {
  const call = { op: 'conv', path: 'net.0 (Conv2D)', shapes: '', note: 'Winograd', operations: 2e9, bytes: 4e7, ms: 10 }
  const text = profileText([call, { ...call, op: 'copy', operations: 0, ms: 0.01 }], { peak: 400, memory: 16 })
  expect(text.split('\n')).toEqual([
    'op               layer              ms  GFLOP/s  of peak  GB/s  of memory  algorithm',
    'conv             net.0 (Conv2D)  10.00      200     50 %   4.0       25 %  Winograd',
    '1 smaller calls                   0.01',
    'all                              10.01',
  ])
})
