// Estimator: the steps of a loop written by hand, events, metrics, checkpoints, and where a training ends.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autograd, data, gluon, init, loss, metric, type NDArray, nd, nn } from 'glueball'
import { afterAll, expect, it, vi } from 'vitest'

const { CheckpointHandler, EarlyStoppingHandler, Estimator, GradientUpdateHandler, LoggingHandler, ValidationHandler } =
  gluon.contrib.estimator
type EventHandler = gluon.contrib.estimator.EventHandler

const folder = mkdtempSync(join(tmpdir(), 'glueball-estimator-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const samples = 20
const set = (() => {
  nd.random.seed(1)
  const x = nd.random.uniform({ low: -1, high: 1, shape: [samples, 3] })
  return new data.ArrayDataset(
    x,
    Int32Array.from({ length: samples }, (_, i) => i % 2),
  )
})()
const loader = (batchSize = 8) => new data.DataLoader(set, batchSize)

function makeNet() {
  nd.random.seed(3)
  const net = new nn.HybridSequential()
  net.add(new nn.Dense(4, { activation: 'tanh', inUnits: 3 }), new nn.Dense(2, { inUnits: 4 }))
  net.initialize({ init: new init.Xavier() })
  return net
}

const makeTrainer = (net: gluon.AnyBlock) => new gluon.Trainer(net.collectParams(), 'adam', { learningRate: 0.05 })

function make(options: gluon.contrib.estimator.EstimatorOptions = {}) {
  const net = makeNet()
  const trainer = makeTrainer(net)
  const estimator = new Estimator(net, new loss.SoftmaxCrossEntropyLoss(), { trainer, logger: null, ...options })
  return { net, trainer, estimator }
}

async function weightsOf(net: gluon.AnyBlock): Promise<number[]> {
  const values = await Promise.all([...net.collectParams().values()].map((parameter) => parameter.data().toArray()))
  return values.flatMap((each) => Array.from(each))
}

const valuesOf = async (metrics: readonly metric.Metric[]) => Promise.all(metrics.map((each) => each.get()))

it('takes the steps of a loop written by hand, to the bits', async () => {
  const { net, estimator } = make()
  await estimator.fit(loader(), { valData: loader(7), epochs: 2 })

  const own = makeNet()
  const trainer = makeTrainer(own)
  const lossOf = new loss.SoftmaxCrossEntropyLoss()
  const sums = [new metric.Accuracy(), new metric.Loss()]
  const measure = (label: NDArray, pred: NDArray, losses: NDArray) => {
    sums[0].update(label, pred)
    sums[1].update(label, losses)
  }
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const sum of sums) sum.reset()
    for await (const [x, y] of loader()) {
      const [pred, losses] = autograd.record(() => {
        const pred = own(x)
        return [pred, lossOf(pred, y)] as const
      })
      losses.backward()
      trainer.step(x.shape[0])
      measure(y, pred, losses)
    }
  }
  expect(await weightsOf(net)).toEqual(await weightsOf(own))
  const values = async () => (await valuesOf(sums)).map(([, value]) => value)
  const [accuracy, mean] = await values()
  expect(await valuesOf(estimator.trainMetrics)).toEqual([
    ['training accuracy', accuracy],
    ['training softmaxcrossentropyloss', mean],
  ])
  for (const sum of sums) sum.reset()
  for await (const [x, y] of loader(7)) measure(y, own(x), lossOf(own(x), y))
  const [after, meanAfter] = await values()
  expect(await valuesOf(estimator.valMetrics)).toEqual([
    ['validation accuracy', after],
    ['validation softmaxcrossentropyloss', meanAfter],
  ])
})

it('sums the gradients of several batches, and of those left at the end of an epoch', async () => {
  // 5 batches of 4: updates after 2, 4 and 5
  const { net, trainer, estimator } = make()
  await estimator.fit(loader(4), { epochs: 2, eventHandlers: new GradientUpdateHandler({ accumulate: 2 }) })
  expect(trainer.optimizer.numUpdate).toBe(6)
  const whole = make()
  await whole.estimator.fit(loader(8), { epochs: 2 })
  const expected = await weightsOf(whole.net)
  const got = await weightsOf(net)
  expect(got.length).toBe(expected.length)
  got.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5))
  expect([...net.collectParams().values()].map(({ gradReq }) => gradReq)).toEqual(
    expected.slice(0, 4).map(() => 'write'),
  )
})

it('leaves gradients as they were where a batch throws while they are summed', async () => {
  const { net, estimator } = make()
  const eventHandlers = [
    new GradientUpdateHandler({ accumulate: 2 }),
    { batchEnd: () => Promise.reject(new Error('out of paper')) },
  ]
  await expect(estimator.fit(loader(4), { epochs: 1, eventHandlers })).rejects.toThrow('out of paper')
  expect(new Set([...net.collectParams().values()].map(({ gradReq }) => gradReq))).toEqual(new Set(['write']))
})

it('divides every update by the same number where that is asked for', async () => {
  const { net, estimator } = make()
  await estimator.fit(loader(20), { epochs: 1, eventHandlers: new GradientUpdateHandler({ batchSize: 20 }) })
  const { net: other, estimator: plain } = make()
  await plain.fit(loader(20), { epochs: 1 })
  expect(await weightsOf(net)).toEqual(await weightsOf(other))
})

/** Notes its events, and ends the training where it is told. */
function noting(seen: string[], name = '', ends?: string): EventHandler {
  const note = (event: string) => {
    seen.push(`${name}${event}`)
    return event === ends
  }
  return {
    trainBegin: () => void note('trainBegin'),
    epochBegin: () => void note('epochBegin'),
    batchBegin: () => void note('batchBegin'),
    batchEnd: async () => note('batchEnd'),
    epochEnd: () => note('epochEnd'),
    trainEnd: () => void note('trainEnd'),
  }
}

it('tells events in order, by priority, and ends where a handler says so', async () => {
  const { estimator } = make()
  const seen: string[] = []
  await estimator.fit(loader(), { batches: 4, eventHandlers: noting(seen) })
  const batch = ['batchBegin', 'batchEnd']
  const first = ['epochBegin', ...batch, ...batch, ...batch, 'epochEnd']
  expect(seen).toEqual(['trainBegin', ...first, 'epochBegin', ...batch, 'epochEnd', 'trainEnd'])
  for (const [event, length] of [
    ['batchEnd', 2],
    ['epochEnd', 6],
  ] as const) {
    const both: string[] = []
    const early = { ...noting(both, 'early '), priority: -Infinity }
    await estimator.fit(loader(), { epochs: 3, eventHandlers: [noting(both, '', event), early] })
    const batches = both.filter((name) => name.includes('batch'))
    expect(batches.length).toBe(2 * length)
    expect(both.filter((_, i) => i % 2 === 0).every((name) => name.startsWith('early '))).toBe(true)
    expect(both.slice(-2)).toEqual(['early trainEnd', 'trainEnd'])
  }
})

it('releases batches and what was made of them, but not what a handler detached', async () => {
  const { estimator } = make()
  const shown: NDArray[] = []
  const kept: NDArray[] = []
  await estimator.fit(loader(), {
    batches: 1,
    eventHandlers: {
      batchEnd(_, { batch, pred, loss: losses }) {
        shown.push(...batch, pred)
        kept.push(losses.detach())
      },
    },
  })
  for (const array of shown) expect(() => array.add(1)).toThrow('dispose was called')
  expect((await kept[0].toArray()).length).toBe(8)
})

it('takes metrics by name, function and object, with twins for the validation', async () => {
  const accuracy = new metric.Accuracy()
  const error = (label: NDArray, pred: NDArray) => nd.mean(pred.subtract(label.astype('float32').expandDims(1)).abs())
  const { estimator } = make({ trainMetrics: [accuracy, 'f1', error, new metric.Loss()] })
  await estimator.fit(loader(), { epochs: 1 })
  const names = ['accuracy', 'f1', 'error', 'loss']
  expect(estimator.trainMetrics.map(({ name }) => name)).toEqual(names.map((name) => `training ${name}`))
  expect(estimator.valMetrics.map(({ name }) => name)).toEqual(names.map((name) => `validation ${name}`))
  const before = await valuesOf(estimator.trainMetrics)
  expect(before[0]).toEqual(await accuracy.get())
  expect((await valuesOf(estimator.valMetrics)).every(([, value]) => Number.isNaN(value))).toBe(true)
  await estimator.evaluate(loader())
  expect(await valuesOf(estimator.trainMetrics)).toEqual(before)
  const after = await valuesOf(estimator.valMetrics)
  expect(after.every(([, value]) => Number.isFinite(value))).toBe(true)
  const [{ state, restore }] = estimator.valMetrics.map((each) => ({
    state: () => each.state(),
    restore: (given: Parameters<typeof each.restore>[0]) => each.restore(given),
  }))
  restore(await state())
  expect(await valuesOf(estimator.valMetrics)).toEqual(after)
})

/** A metric whose values are given. */
function scripted(name: string, values: readonly number[]): metric.Metric {
  let at = 0
  const state = { sum: 0, count: 0 }
  return {
    name,
    update() {},
    reset() {},
    get: async () => [name, values[at++]],
    state: async () => state,
    restore() {},
  }
}

it.each([
  ['training loss', [3, 2, 2.5, 1, 0, 0], { patience: 1 }, 3],
  ['validation accuracy', [0.5, 0.6, 0.6, 0.9, 1, 1], { patience: 1 }, 3],
  ['validation accuracy', [0.5, 0.6, 0.6, 0.7, 0.7, 0.7], { patience: 2 }, 6],
  ['loss', [3, 2.95, 2, 1, 0, 0], { minDelta: 0.1 }, 2],
  ['loss', [3, 2, 1, 0, 0, 0], { baseline: 0.5, patience: 2 }, 2],
  ['depth', [3, 2, 1, 0, 0, 0], { mode: 'max' }, 2],
] as const)('stops early: %s of %j with %j after %i epochs', async (name, values, options, epochs) => {
  const { estimator } = make()
  const seen: string[] = []
  const handler = new EarlyStoppingHandler(scripted(name, values), options)
  await estimator.fit(loader(20), { epochs: 6, eventHandlers: [handler, noting(seen)] })
  expect(seen.filter((event) => event === 'epochEnd').length).toBe(epochs)
})

it('writes checkpoints, keeps the latest and the best, and goes on from them to the same bits', async () => {
  const path = join(folder, 'deeper', 'run')
  const { estimator } = make()
  const monitor = scripted('loss', [2, 1, 3])
  const handler = new CheckpointHandler(path, { maxCheckpoints: 2, saveBest: true, monitor, modelPrefix: 'net' })
  await estimator.fit(loader(), { epochs: 3, eventHandlers: handler })
  const names = ['net-best', 'net-epoch1batch6', 'net-epoch2batch9'].flatMap((name) => [
    `${name}.params`,
    `${name}.states`,
  ])
  expect(readdirSync(path)).toEqual(names)

  const second = make()
  const lines: string[] = []
  const resuming = make({ logger: (line) => lines.push(line) })
  const options = { resumeFromCheckpoint: true, modelPrefix: 'net' }
  await resuming.estimator.fit(loader(), { epochs: 5, eventHandlers: new CheckpointHandler(path, options) })
  await second.estimator.fit(loader(), { epochs: 5 })
  expect(await weightsOf(resuming.net)).toEqual(await weightsOf(second.net))
  expect(lines).toContain('CheckpointHandler: goes on from net-epoch2batch9')
  expect(readdirSync(path)).toContain('net-epoch4batch15.states')
  const again = new CheckpointHandler(path, options)
  await expect(resuming.estimator.fit(loader(), { epochs: 5, eventHandlers: again })).rejects.toThrow(
    /\[CheckpointHandler\] 5 epochs are done in .*, and fit was asked for 5: give it more/,
  )
})

it('writes checkpoints by batches, and goes on from them', async () => {
  const path = join(folder, 'batches')
  const options = { batchPeriod: 2, epochPeriod: null, resumeFromCheckpoint: true }
  const first = make()
  await first.estimator.fit(loader(), { batches: 3, eventHandlers: new CheckpointHandler(path, options) })
  expect(readdirSync(path).filter((name) => name.endsWith('.params'))).toEqual(['model-epoch0batch1.params'])
  const seen: string[] = []
  const handlers = [new CheckpointHandler(path, options), noting(seen)]
  await make().estimator.fit(loader(), { batches: 6, eventHandlers: handlers })
  expect(seen.filter((event) => event === 'batchEnd').length).toBe(4)
  expect(readdirSync(path)).toContain('model-epoch1batch5.params')
})

it('logs epochs, and batches where that is asked for', async () => {
  const lines: string[] = []
  const { estimator } = make({ logger: (line) => lines.push(line) })
  const plain = () => lines.splice(0).map((line) => line.replaceAll(/\d+\.\d+/g, '#'))
  await estimator.fit(loader(), { valData: loader(), epochs: 1 })
  const training = 'training accuracy: #, training softmaxcrossentropyloss: #'
  const both = `${training}, ${training.replaceAll('training', 'validation')}`
  expect(plain()).toEqual([
    'Training begin: using optimizer Adam with current learning rate #',
    'Train for 1 epochs.',
    '[Epoch 0] Begin, current learning rate: #',
    `[Epoch 0] Finished in #s, ${both}`,
    `Train finished using total 0s with 1 epochs. ${both}`,
  ])
  const metrics = estimator.trainMetrics.slice(0, 1)
  await estimator.fit(loader(), { batches: 3, eventHandlers: new LoggingHandler({ logInterval: 2, metrics }) })
  expect(plain().filter((line) => line.includes('Batch'))).toEqual([
    '[Epoch 0][Batch 0][Samples 8] time/interval: #s, training accuracy: #',
    '[Epoch 0][Batch 2][Samples 20] time/interval: #s, training accuracy: #',
  ])
})

it('evaluates as often as asked for', async () => {
  const { estimator } = make()
  let count = 0
  const counting = () => void count++
  const options = { batchPeriod: 2, epochPeriod: 2 }
  await estimator.fit(loader(), { epochs: 4, eventHandlers: new ValidationHandler(loader(), counting, options) })
  expect(count).toBe(6 + 2)
})

it('initialises what is not, and takes a trainer by itself', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const net = new nn.Dense(2)
  const estimator = new Estimator(net, new loss.L2Loss(), { initializer: 'ones' })
  expect(estimator.trainMetrics.map(({ name }) => name)).toEqual(['training l2loss'])
  expect([estimator.trainer.learningRate, estimator.context]).toEqual([0.001, net.weight.context])
  expect(Array.from(await net(nd.ones([1, 3])).toArray())).toEqual([3, 3])
  new Estimator(net, new loss.L2Loss(), { initializer: 'ones', trainer: estimator.trainer })
  expect(warn.mock.calls.map(([line]) => line)).toEqual([
    '[Estimator] no trainer is given: SGD with a learning rate of 0.001 is taken',
    '[Estimator] the network is initialised already: initializer is ignored',
  ])
  warn.mockRestore()
})

it('refuses a source that has one pass alone', async () => {
  const once = (async function* () {
    yield [nd.ones([2, 3]), nd.zeros([2])]
  })()
  await expect(make().estimator.fit(once, { epochs: 2 })).rejects.toThrow(
    '[fit] trainData gave no batch in pass 1: is it a generator, which has one pass alone?',
  )
})

const { net, estimator } = make()
const none = undefined as never
const wrong: Readonly<Record<string, readonly [use: () => unknown, message: string]>> = {
  'no loss': [() => new Estimator(net, none), '[Estimator] loss must be one of gluon.loss, got undefined'],
  'the name of a trainer': [
    () => new Estimator(net, new loss.L2Loss(), { trainer: 'sgd' as never }),
    "[Estimator] trainer must be a gluon.Trainer, got 'sgd'",
  ],
  'an option of Python': [
    () => new Estimator(net, new loss.L2Loss(), { train_metrics: 'acc' } as never),
    "unknown option 'train_metrics', did you mean 'trainMetrics'?",
  ],
  'epochs and batches': [
    () => estimator.fit(loader(), { epochs: 1, batches: 1 }),
    '[fit] give epochs or batches, one of them, as { epochs: 5 }',
  ],
  neither: [() => estimator.fit(loader(), {}), '[fit] give epochs or batches, one of them'],
  'half an epoch': [() => estimator.fit(loader(), { epochs: 0.5 }), '[fit] epochs must be a positive integer, got 0.5'],
  'a list of batches': [
    () => estimator.fit([] as never, { epochs: 1 }),
    '[fit] trainData must be a DataLoader, got a list',
  ],
  'no handler': [
    () => estimator.fit(loader(), { epochs: 1, eventHandlers: [{} as never] }),
    '[fit] a handler has at least one of trainBegin, epochBegin, batchBegin, batchEnd, epochEnd, trainEnd, got an object',
  ],
  'batches without labels': [
    () => estimator.fitBatch([nd.ones([2, 3])]),
    '[Estimator] a batch must be [data, label]: give a batchProcessor for batches of other parts',
  ],
  'a metric that has no better way': [
    () => new EarlyStoppingHandler(scripted('depth', [])),
    "[EarlyStoppingHandler] mode 'auto' can't tell whether 'depth' is better when lower: give mode 'min' or 'max'",
  ],
  'the best of no metric': [
    () => new CheckpointHandler(folder, { saveBest: true }),
    '[CheckpointHandler] monitor must be a metric, one of estimator.trainMetrics or estimator.valMetrics: got undefined',
  ],
  'validation metrics that can not be copied': [
    () => new Estimator(net, new loss.L2Loss(), { trainMetrics: metric.ofValues(() => 1, { name: 'own' }) }),
    "[Estimator] give valMetrics, too: the metric training own can't be copied for the validation",
  ],
}

it.each(Object.entries(wrong))('answers %s', async (_name, [use, message]) => {
  await expect((async () => use())()).rejects.toThrow(message)
})
