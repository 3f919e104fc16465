// The learning-rate finder: rates, smoothing, its end, and what it suggests.
import { expect, test } from 'vitest'
import { commandInProcess } from '../inProcess.ts'
import { rateCurve } from '../terminal/curves.ts'
import { findingOf, RateSweep } from './rateFinder.ts'

const glueball = commandInProcess()

test('the rate rises evenly in its logarithm, and losses are smoothed', () => {
  const sweep = new RateSweep({ from: 0.001, to: 10, steps: 5 })
  expect([4, 3, 2, 3].map((loss) => sweep.take(loss))).toEqual([false, false, false, false])
  sweep.points.forEach(({ rate }, i) => expect(rate).toBeCloseTo(10 ** (i - 3), 12))
  // weights 0.1, 0.09, 0.081, 0.0729 from the latest on
  const smoothed = [4, (0.3 + 0.36) / 0.19, (0.2 + 0.27 + 0.324) / 0.271, (0.3 + 0.18 + 0.243 + 0.2916) / 0.3439]
  sweep.points.forEach((point, i) => expect(point.smoothed).toBeCloseTo(smoothed[i], 12))
  const { lowest, suggested } = findingOf(sweep.points)
  expect(lowest).toBeCloseTo(0.1, 12)
  expect(suggested).toBeCloseTo(0.01, 12)
  expect(sweep.take(200)).toBe(true)
  expect(sweep.take(Number.NaN)).toBe(true)
  expect(sweep.points.length).toBe(5)
})

test('a loss that only rises suggests nothing', () => {
  const sweep = new RateSweep({ from: 1, to: 10, steps: 3 })
  for (const loss of [1, 2, 3]) sweep.take(loss)
  expect(findingOf(sweep.points)).toMatchObject({ lowest: null, suggested: null })
  expect(findingOf([])).toMatchObject({ lowest: null })
  expect(rateCurve([], 80)).toBe('')
  expect(rateCurve(sweep.points, 80)).toContain('smoothed loss by learning rate')
})

test('the command finds a rate for LeNet, and says so', async () => {
  const line = [
    'lr',
    'lenet',
    '--dataset',
    'fashion-mnist-subset',
    '--batch-size',
    '16',
    '--steps',
    '30',
    '--from',
    '0.0001',
  ]
  const { code, stdout } = await glueball(...line, '--json')
  expect(code).toBe(0)
  const { points, lowest, suggested } = JSON.parse(stdout)
  expect(points.length).toBeGreaterThan(10)
  expect(points[0].rate).toBeCloseTo(0.0001, 12)
  expect(lowest).toBeGreaterThan(0.003)
  expect(lowest).toBeLessThan(5)
  expect(suggested).toBeCloseTo(lowest / 10, 12)
  const shown = await glueball(...line.slice(0, 7), '20')
  expect(shown.stdout).toContain('  step 10/20  rate ')
  expect(shown.stdout).toContain('smoothed loss by learning rate')
})

test('a range that falls is refused', async () => {
  expect(await glueball('lr', 'lenet', '--from', '1', '--to', '0.1')).toMatchObject({
    code: 2,
    stderr: 'error: [lr] --to must be above --from, got 1 and 0.1\n',
  })
})
