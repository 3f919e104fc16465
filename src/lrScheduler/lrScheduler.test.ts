// Schedulers against MXNet's own stateful rules, run update by update (MXNet 1.9.1, lr_scheduler.py).
import { lrScheduler } from 'glueball'
import { describe, expect, it } from 'vitest'

const { CosineScheduler, FactorScheduler, MultiFactorScheduler, PolyScheduler } = lrScheduler

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

describe('MultiFactorScheduler', () => {
  /** MXNet's loop: while n > step[k], k += 1 and the rate is multiplied. */
  function mxnet(step: readonly number[], factor: number, base: number, updates: number, warmup = 0): number[] {
    let [k, rate] = [0, base]
    return Array.from({ length: updates }, (_, i) => {
      const n = i + 1
      if (n < warmup) return (base * n) / warmup
      for (; k < step.length && n > step[k]; k++) rate *= factor
      return rate
    })
  }

  it.each([
    [[3, 5, 11], 0.5, 0.2, 0],
    [[1], 0.1, 1, 0],
    [[4, 20], 0.9, 0.3, 8],
    [[2, 3, 4], 1, 0.3, 0],
  ])('of steps %o and factor %f', (step, factor, baseLr, warmupSteps) => {
    const scheduler = new MultiFactorScheduler(step, { factor, baseLr, warmupSteps })
    expectClose(rates(scheduler, 30), mxnet(step, factor, baseLr, 30, warmupSteps))
  })

  it('keeps its own list of steps', () => {
    const step = [2, 4]
    const scheduler = new MultiFactorScheduler(step, { factor: 0.5, baseLr: 8 })
    step[0] = 100
    expectClose(rates(scheduler, 6), [8, 8, 4, 4, 2, 2])
  })

  it('refuses steps that do not rise, a step that is no list, and factors above 1', () => {
    expect(() => new MultiFactorScheduler([5, 5])).toThrow(/must rise and be at least 1, got 5 at 1/)
    expect(() => new MultiFactorScheduler([0, 5])).toThrow(/got 0 at 0/)
    expect(() => new MultiFactorScheduler(5 as never)).toThrow(/takes a list of updates, as \[100, 200\], got 5/)
    expect(() => new MultiFactorScheduler([])).toThrow(/takes a list of updates/)
    expect(() => new MultiFactorScheduler([5], { factor: 2 })).toThrow(/must not exceed 1/)
  })
})

describe('PolyScheduler', () => {
  it.each([
    [20, 0.2, 2, 0, 0],
    [30, 0.5, 0.9, 0.05, 10],
    [7, 1, 1, 0.5, 3],
  ])('of %i updates from %f by the power %f', (maxUpdate, baseLr, pwr, finalLr, warmupSteps) => {
    const scheduler = new PolyScheduler(maxUpdate, { baseLr, pwr, finalLr, warmupSteps })
    const expected = Array.from({ length: 40 }, (_, i) => {
      const n = i + 1
      if (n < warmupSteps) return (baseLr * n) / warmupSteps
      if (n > maxUpdate) return finalLr
      return finalLr + (baseLr - finalLr) * (1 - (n - warmupSteps) / (maxUpdate - warmupSteps)) ** pwr
    })
    expectClose(rates(scheduler, 40), expected)
  })

  it('falls by the square by default', () => {
    expectClose(rates(new PolyScheduler(4, { baseLr: 16 }), 5), [9, 4, 1, 0, 0])
  })

  it('refuses to end before warm-up does, and modes of warm-up that do not exist', () => {
    expect(() => new PolyScheduler(5, { warmupSteps: 5 })).toThrow(/maxUpdate must exceed warmupSteps 5, got 5/)
    expect(() => new PolyScheduler(5, { warmupMode: 'cosine' as never })).toThrow(
      /warmupMode must be 'linear' or 'constant', got 'cosine'/,
    )
  })
})
