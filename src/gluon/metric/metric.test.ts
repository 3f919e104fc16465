// Metrics: states that go on to the same values, through JSON too, and states that are none.
import { metric, nd } from 'glueball'
import { describe, expect, it } from 'vitest'

const throughJson = <T>(state: T): T => JSON.parse(JSON.stringify(state))
const labels = nd.array([0, 1, 1])
const scores = nd.array([
  [2, 1],
  [2, 1],
  [0, 1],
])

describe('the state of a metric', () => {
  it('goes on to the same value', async () => {
    const whole = new metric.CompositeEvalMetric([new metric.Accuracy(), new metric.Loss()])
    whole.update(labels, scores)
    const resumed = new metric.CompositeEvalMetric([new metric.Accuracy(), new metric.Loss()])
    resumed.restore(throughJson(await whole.state()))
    for (const each of [whole, resumed]) each.update(labels, scores.multiply(0.1))
    expect(await resumed.get()).toEqual(await whole.get())
    expect(await resumed.state()).toEqual(await whole.state())
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.1])(
    'survives JSON with %s',
    async (value) => {
      const loss = new metric.Loss()
      loss.update([], [])
      loss.restore({ sum: value, count: 2 })
      const state = await loss.state()
      const other = new metric.Loss()
      other.restore(throughJson(state))
      expect(Object.is((await other.state()).sum, value)).toBe(true)
      expect(await other.get()).toEqual(await loss.get())
    },
  )

  it('is refused where it is none of this metric', () => {
    const accuracy = new metric.Accuracy()
    const wrong: readonly (readonly [state: unknown, got: string])[] = [
      [undefined, 'got sum undefined and count undefined'],
      [{ sum: null, count: 1 }, 'got sum null and count 1'],
      [{ sum: 0.5, count: 1 }, 'got sum 0.5 and count 1'],
      [{ sum: 1, count: -1 }, 'got sum 1 and count -1'],
      [{ sum: 1 }, 'got sum 1 and count undefined'],
    ]
    for (const [state, got] of wrong) {
      expect(() => accuracy.restore(state as metric.MetricState)).toThrow(
        `[accuracy] the state is not one of this metric: ${got}`,
      )
    }
    const both = new metric.CompositeEvalMetric([accuracy])
    expect(() => both.restore([])).toThrow('[composite] the state must be one of 1 metrics, got one of 0 metrics')
    expect(() => both.restore(null as never)).toThrow('[composite] the state must be one of 1 metrics, got null')
  })
})
