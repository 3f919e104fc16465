// Metrics: states that go on to the same values, through JSON too; names, functions and what is refused.
import { metric, type NDArray, nd } from 'glueball'
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

describe('a metric by name', () => {
  it.each([
    ['acc', metric.Accuracy, 'accuracy'],
    ['Accuracy', metric.Accuracy, 'accuracy'],
    ['ce', metric.CrossEntropy, 'cross-entropy'],
    ['CrossEntropy', metric.CrossEntropy, 'cross-entropy'],
    ['nll_loss', metric.NegativeLogLikelihood, 'nll-loss'],
    ['negativeLogLikelihood', metric.NegativeLogLikelihood, 'nll-loss'],
    ['f1', metric.F1, 'f1'],
    ['MCC', metric.MCC, 'mcc'],
    ['mae', metric.MAE, 'mae'],
    ['MSE', metric.MSE, 'mse'],
    ['rmse', metric.RMSE, 'rmse'],
    ['pearsonr', metric.PearsonCorrelation, 'pearsonr'],
    ['PearsonCorrelation', metric.PearsonCorrelation, 'pearsonr'],
    ['perplexity', metric.Perplexity, 'perplexity'],
    ['loss', metric.Loss, 'loss'],
    ['composite', metric.CompositeEvalMetric, 'composite'],
  ] as const)('%s', (name, type, text) => {
    const made = metric.create(name as string)
    expect(made).toBeInstanceOf(type)
    expect(made.name).toBe(text)
  })

  it('takes the options of that metric', async () => {
    for (const name of ['top_k_acc', 'top_k_accuracy', 'topKAccuracy'] as const) {
      const made = metric.create(name, { topK: 5 })
      expect(made).toBeInstanceOf(metric.TopKAccuracy)
      expect(made.name).toBe('top_k_accuracy_5')
    }
    const perplexity = metric.create('perplexity', { ignoreLabel: 1, name: 'ppl' })
    perplexity.update(labels, nd.softmax(scores))
    const [name, value] = await perplexity.get()
    expect(name).toBe('ppl')
    expect(value).toBeCloseTo(1 + Math.exp(-1), 6)
    // @ts-expect-error an option of another metric
    expect(() => metric.create('acc', { topK: 5 })).toThrow("[Accuracy] unknown option 'topK'")
  })

  it('stands for itself, or for a list', async () => {
    const own = new metric.Accuracy({ name: 'own' })
    expect(metric.create(own)).toBe(own)
    const all = metric.create([own, 'f1', ['mae', (_label, pred) => pred.sum()]])
    all.update(labels, scores)
    const [names, values] = await all.get()
    expect(names).toEqual(['own', 'f1', 'mae', 'custom(<lambda>)'])
    expect(values[0]).toBeCloseTo(2 / 3, 6)
    expect(values[3]).toBe(7)
  })
})

describe('a metric of a function', () => {
  it('is named after it, and averages what it gives', async () => {
    const largest = (label: NDArray, pred: NDArray) => label.subtract(pred).abs().max()
    const custom = new metric.CustomMetric(largest)
    custom.update(nd.array([1, 2]), nd.array([1, 4]))
    custom.update([nd.array([0]), nd.array([3])], [nd.array([1]), nd.array([3])])
    expect(await custom.get()).toEqual(['largest', 1])
  })

  it('may give sums and counts, and numbers', async () => {
    const custom = new metric.CustomMetric((label, pred) => [label.multiply(pred).sum(), label.size], { name: 'dot' })
    const read = metric.ofValues(({ values }, pred) => [values[0] * pred.values[0], pred.shape[0]], { name: 'first' })
    for (const each of [custom, read]) {
      each.update(nd.array([1, 2]), nd.array([3, 4]))
      each.update([nd.array([5])], [nd.array([6])])
    }
    expect(await custom.get()).toEqual(['dot', 41 / 3])
    expect(await read.get()).toEqual(['first', 33 / 3])
    const number = metric.create((label) => label.size)
    number.update(labels, scores)
    expect((await number.get())[1]).toBe(3)
  })

  it('leaves out predictions that have no label, where that is allowed', async () => {
    const sizes = [(_: NDArray, pred: NDArray) => pred.size, { name: 'size', allowExtraOutputs: true }] as const
    const read = metric.ofValues((_, pred) => pred.values.length, { name: 'size', allowExtraOutputs: true })
    for (const each of [new metric.CustomMetric(...sizes), read]) {
      each.update([labels], [scores, labels])
      expect(await each.get()).toEqual(['size', 6])
    }
    expect(() => metric.ofValues(() => 1, { name: 'one' }).update([labels], [scores, labels])).toThrow(
      '[one] got 1 arrays of labels and 2 of predictions',
    )
  })

  it('of values reads them as they are at the update', async () => {
    const read = metric.ofValues((label, pred) => label.values[0] + pred.values[0])
    const changing = nd.array([1])
    read.update(changing, changing)
    changing.set(100)
    read.update(changing, changing)
    const state = throughJson(await read.state())
    expect(state).toEqual({ sum: 202, count: 2 })
    const resumed = metric.ofValues(() => 98, { name: 'resumed' })
    resumed.update(changing, changing)
    resumed.restore(state)
    resumed.update(changing, changing)
    expect(await resumed.get()).toEqual(['resumed', 100])
    read.update(changing, changing)
    read.reset()
    expect((await read.get())[1]).toBe(Number.NaN)
  })

  it('of values throws at get what the function has thrown, until it is reset', async () => {
    const broken = metric.ofValues(() => 'much' as never, { name: 'broken' })
    broken.update(labels, scores)
    broken.update(labels, scores)
    await expect(broken.get()).rejects.toThrow(
      "[broken] the function must give a number, or a sum and a count: got 'much'",
    )
    broken.reset()
    expect((await broken.get())[1]).toBe(Number.NaN)
    expect(() => broken.restore({ sum: 1, count: -1 })).toThrow('the state is not one of this metric')
  })
})

describe('F1 and MCC', () => {
  it('refuse labels of three values when they are read', async () => {
    for (const one of [new metric.F1(), new metric.MCC({ average: 'micro' })]) {
      one.update(nd.array([0, 1, 2, 1]), nd.zeros([4, 2]))
      await expect(one.get()).rejects.toThrow('labels must be of two values, 1 and another, got 2 of a third')
      one.reset()
      one.update(nd.zeros([0]), nd.zeros([0, 2]))
      expect((await one.get())[1]).toBe(one.average === 'macro' ? 0 : Number.NaN)
    }
  })

  it('have states of several sums', async () => {
    const micro = new metric.F1({ average: 'micro' })
    micro.update(labels, scores)
    expect(throughJson(await micro.state())).toEqual({ sum: [1, 1, 2, 0], count: 3 })
    const state = { sum: [1, 2, 3], count: 1 }
    expect(() => micro.restore(state)).toThrow('[f1] the state is not one of this metric: got sum a list and count 1')
    expect(() => micro.restore({ sum: [1, 0.5, 2, 0], count: 1 })).toThrow('the state is not one of this metric')
  })
})

it('of losses looks at no labels', async () => {
  const loss = new metric.Loss()
  loss.update(null, [nd.array([1, 2]), nd.array([6])])
  expect(await loss.get()).toEqual(['loss', 3])
})

it('of one’s own says what it measures', async () => {
  class Bias extends metric.EvalMetric {
    constructor() {
      super('bias', 'float32')
    }

    protected measure(label: NDArray, pred: NDArray): metric.Measured {
      return { sum: pred.subtract(label).sum(), count: label.size }
    }
  }
  const bias = new Bias()
  bias.update(nd.array([1, 2]), nd.array([2, 4]))
  expect(await bias.get()).toEqual(['bias', 1.5])
})
