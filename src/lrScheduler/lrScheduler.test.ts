// Schedulers against MXNet's own stateful rules, run update by update (MXNet 1.9.1, lr_scheduler.py).
import { lrScheduler } from 'glueball'
import { describe, expect, it } from 'vitest'

const { CosineScheduler, FactorScheduler } = lrScheduler

/** The rates of updates 1 to `count`. */
function rates(scheduler: lrScheduler.LRScheduler, count: number): number[] {
  return Array.from({ length: count }, (_, i) => scheduler.rate(i + 1))
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got.length).toBe(expected.length)
  for (const [i, rate] of expected.entries()) expect(got[i], `update ${i + 1}`).toBeCloseTo(rate, 12)
}

describe('FactorScheduler', () => {
  /** MXNet's loop: while n > count + step, count += step and the rate is multiplied. */
  function mxnet(step: number, factor: number, base: number, stop: number, updates: number, warmup = 0): number[] {
    let [count, rate] = [0, base]
    return Array.from({ length: updates }, (_, i) => {
      const n = i + 1
      if (n < warmup) return (base * n) / warmup
      while (n > count + step) {
        count += step
        rate *= factor
        if (rate < stop) rate = stop
      }
      return rate
    })
  }

  it.each([
    [1, 0.5, 0.1, 1e-8, 0],
    [3, 0.9, 0.2, 1e-8, 0],
    [4, 0.1, 1, 0.005, 0],
    [5, 0.5, 0.4, 1e-8, 12],
    [7, 1, 0.3, 1e-8, 0],
  ])('of step %i and factor %f', (step, factor, baseLr, stopFactorLr, warmupSteps) => {
    const scheduler = new FactorScheduler(step, { factor, baseLr, stopFactorLr, warmupSteps })
    expectClose(rates(scheduler, 40), mxnet(step, factor, baseLr, stopFactorLr, 40, warmupSteps))
  })

  it('drops at update step + 1', () => {
    expectClose(rates(new FactorScheduler(2, { factor: 0.5, baseLr: 8 }), 6), [8, 8, 4, 4, 2, 2])
  })

  it('refuses factors above 1 and steps below 1', () => {
    expect(() => new FactorScheduler(10, { factor: 1.1 })).toThrow(/must not exceed 1.*got 1.1/)
    expect(() => new FactorScheduler(0)).toThrow(/at least 1, got 0/)
  })
})

describe('CosineScheduler', () => {
  it.each([
    [20, 0.2, 0, 0, 0],
    [30, 0.5, 0.05, 10, 0.1],
  ])('of %i updates', (maxUpdate, baseLr, finalLr, warmupSteps, warmupBeginLr) => {
    const scheduler = new CosineScheduler(maxUpdate, { baseLr, finalLr, warmupSteps, warmupBeginLr })
    const expected = Array.from({ length: 40 }, (_, i) => {
      const n = i + 1
      if (n < warmupSteps) return warmupBeginLr + ((baseLr - warmupBeginLr) * n) / warmupSteps
      if (n > maxUpdate) return finalLr
      const angle = (Math.PI * (n - warmupSteps)) / (maxUpdate - warmupSteps)
      return finalLr + ((baseLr - finalLr) * (1 + Math.cos(angle))) / 2
    })
    expectClose(rates(scheduler, 40), expected)
  })

  it('can begin with a constant rate', () => {
    const options = { baseLr: 1, warmupSteps: 3, warmupBeginLr: 0.1, warmupMode: 'constant' } as const
    expectClose(rates(new CosineScheduler(5, options), 6), [0.1, 0.1, 1, 0.5, 0, 0])
  })

  it('refuses to end before warm-up does, and to warm up from above', () => {
    expect(() => new CosineScheduler(5, { warmupSteps: 5 })).toThrow(/maxUpdate must exceed warmupSteps 5, got 5/)
    expect(() => new CosineScheduler(5, { baseLr: 0.1, warmupBeginLr: 0.2 })).toThrow(
      /warmupBeginLr 0.2 must not exceed/,
    )
    expect(() => new CosineScheduler(5, { warmupSteps: 1.5 })).toThrow(/non-negative integer, got 1.5/)
  })
})
