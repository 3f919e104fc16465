// The loop itself: flat memory, dead classes, order of predictions, and going on from a checkpoint.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Context } from '../../core/engine.ts'
import { liveOn } from '../../core/storage.ts'
import { cpu, nd, nn, optimizer } from '../../index.ts'
import { planVersion } from '../../kernel/wasm/plan.ts'
import { gpuPlanVersion } from '../../kernel/wgsl/plan.ts'
import { loadData } from '../datasets.ts'
import { checkpointOf } from '../fixtures.ts'
import { arraysOf, type RunCheckpoint } from '../folder/checkpoint.ts'
import { checkSameFolder, differences, resumedSettings } from '../folder/resume.ts'
import { RunFolder } from '../folder/runFolder.ts'
import { engineFacts } from '../machine.ts'
import { writeRunReport } from '../report/runReport.ts'
import { type Settings, settingsFrom } from '../settings/settings.ts'
import { DeadClasses } from './deadClasses.ts'
import { evaluate, probabilities } from './evaluation.ts'
import type { TrainEvent } from './events.ts'
import { makeTrainer } from './optimization.ts'
import { captureSession, openSession, type Session } from './session.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-training-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const settings = settingsFrom({
  model: 'lenet',
  dataset: 'fashion-mnist-subset',
  epochs: '4',
  'batch-size': '32',
  momentum: '0.9',
  lr: '0.02',
  'limit-train': '300',
  'limit-test': '100',
})

interface Watched {
  readonly session: Session
  readonly saved: RunCheckpoint[]
  readonly live: number[]
  readonly events: TrainEvent[]
}

/** Opens a session that saves at every step, when `saveEvery` is 0, and at every epoch. */
async function open(saveEvery: number, from?: RunCheckpoint, changes: Partial<Settings> = {}): Promise<Watched> {
  const [saved, live, events]: [RunCheckpoint[], number[], TrainEvent[]] = [[], [], []]
  const changed = { ...settings, ...changes }
  const data = await loadData(changed, 'both')
  const session: Session = openSession(
    changed,
    data,
    {
      tell: (event) => void events.push(event),
      stopped: () => false,
      async save() {
        saved.push(await captureSession(session))
        live.push(liveOn(cpu().engine).count)
      },
      evaluated: (evaluation) => writeRunReport(new RunFolder(folder, () => {}), session, evaluation),
      saveEvery,
    },
    from,
  )
  return { session, saved, live, events }
}

test('what is alive after an epoch stays the same, to the storage', async () => {
  const { session, live } = await open(Infinity)
  expect(await session.training.run()).toBe('done')
  expect(live.length).toBe(4)
  expect(new Set(live.slice(1)).size).toBe(1)
})

test('from any step the run goes on to the same bits and the same numbers', async () => {
  const whole = await open(0)
  await whole.session.training.run()
  const at = whole.saved.find(({ header }) => header.epoch === 1 && header.step === 7) as RunCheckpoint
  // names by structure, as in checkpoints of all versions
  const names = (kind: string) => arraysOf(at, kind).map(({ name }) => name)
  expect(names('optimizer')).toEqual(names('weight').map((name) => `${name}:0`))
  expect(at.header).toMatchObject({ update: 17, loss: { count: 224 }, accuracy: { count: 224 } })
  const part = await open(Infinity, at)
  await part.session.training.run()
  const [a, b] = [whole, part].map(({ saved }) => saved[saved.length - 1])
  expect(b.arrays).toEqual(a.arrays)
  const numbers = ({ header }: RunCheckpoint) =>
    header.history.map(({ seconds: _seconds, imagesPerSecond: _rate, ...rest }) => rest)
  expect(numbers(b)).toEqual(numbers(a))
  expect(part.events[0]).toMatchObject({ event: 'progress', epoch: 1, step: 7, images: 224 })

  // what a checkpoint of another kind of run says
  const { header, arrays } = at
  const named = (kind: string) => arrays.filter(({ name }) => !name.startsWith(kind))
  const short = arrays.map((array) => (array.name.startsWith('weight:') ? { ...array, shape: [1] } : array))
  for (const [changes, message] of [
    [{ header: { ...header, classes: ['a'], alive: [0] } }, '[checkpoint] it is of 1 classes, and the data have 10'],
    [{ arrays: named('weight') }, /it has no weights .*: it is of another network/],
    [{ arrays: named('generator') }, 'it has no state of the generator, which a run needs to go on'],
    [{ arrays: named('shuffler') }, 'it has no state of the shuffler'],
    [{ arrays: short }, /it has weights .* of \(1\), expected \(.*\): it is of another network/],
  ] as const)
    await expect(open(Infinity, { ...at, ...changes })).rejects.toThrow(message)
})

test('sums the gradients of batches, saves where an update is done, and goes on to the same bits', async () => {
  // 10 batches an epoch: updates after 4, 8 and 10
  const changes = { accumulate: 4, epochs: 2 }
  const whole = await open(0, undefined, changes)
  await whole.session.training.run()
  const places = whole.saved.map(({ header: { epoch, step, update } }) => [epoch, step, update])
  expect(places).toEqual([
    [0, 4, 1],
    [0, 8, 2],
    [1, 0, 3],
    [1, 4, 4],
    [1, 8, 5],
    [2, 0, 6],
  ])
  expect(whole.saved.map(({ header }) => header.numUpdate)).toEqual([1, 2, 3, 4, 5, 6])
  const updates = whole.events.flatMap((event) => (event.event === 'epoch' ? [event.update] : []))
  expect(updates).toEqual([3, 6])
  const part = await open(Infinity, whole.saved[3], changes)
  await part.session.training.run()
  expect(part.saved[0].arrays).toEqual(whole.saved[5].arrays)
})

test('classes whose scores are all zero are named, also across a restoration', async () => {
  const dead = new DeadClasses(3)
  const [x, y] = [
    nd.array([
      [0, 1, 0],
      [0, 0, 0],
    ]),
    nd.array([
      [0, -2, 0],
      [0, 3, 0],
    ]),
  ]
  dead.update(x)
  expect(await dead.state()).toEqual([0, 1, 0])
  const other = new DeadClasses(3)
  other.restore(await dead.state())
  other.update(y)
  expect(await other.state()).toEqual([0, 3, 0])
  expect(await other.silent(['shirt', 'bag', 'coat'])).toEqual(['shirt', 'coat'])
  other.reset()
  expect(await other.state()).toEqual([0, 0, 0])
})

test('predictions stay in the order of the images', async () => {
  async function* batches() {
    for (let i = 0; i < 6; i++)
      yield [
        nd.array([
          [i, 0],
          [0, i + 1],
        ]),
        nd.array([0, 1], { dtype: 'int32' }),
      ] as const
  }
  const result = await evaluate((x) => x.multiply(1), batches(), { context: cpu(), classes: 2 })
  expect(result?.predicted).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
  expect(result?.confusion).toEqual([
    [6, 0],
    [0, 6],
  ])
  const sure = [0, 1, 2, 3, 4, 5].flatMap((i) => [probabilities([i, 0])[0], probabilities([0, i + 1])[1]])
  result?.confidence.forEach((value, i) => expect(value).toBeCloseTo(sure[i], 12))
  expect(result?.loss).toBeCloseTo(-sure.reduce((sum, p) => sum + Math.log(p), 0) / 12, 12)
  expect(result?.accuracy).toBe(1)
  expect(
    await evaluate((x) => x.multiply(1), batches(), { context: cpu(), classes: 2, stopped: () => true }),
  ).toBeUndefined()
})

test('settings of a run that goes on: epochs and threads may change, the rest may be repeated but not changed', () => {
  const { header } = checkpointOf(7)
  expect(resumedSettings(header, { epochs: '9', threads: '2', lr: '0.1', model: 'lenet' })).toEqual({
    ...header.settings,
    epochs: 9,
    threads: 2,
  })
  expect(() => resumedSettings(header, { lr: '0.2' })).toThrow(
    '[train] --lr cannot change when a run goes on: the checkpoint has 0.1, got 0.2',
  )
  expect(() => resumedSettings(header, { model: 'nin' })).toThrow('the model cannot change')
  const other = settingsFrom({ optimizer: 'sgd', momentum: '0.8' }) // the recipe has Adam
  expect(resumedSettings({ settings: other }, { momentum: '0.8' })).toEqual(other)
  const found = { ...checkpointOf(7), path: join(folder, 'last'), folder }
  checkSameFolder(folder, found)
  symlinkSync(folder, join(folder, 'alias'))
  checkSameFolder(join(folder, 'alias'), found)
  expect(() => checkSameFolder(join(folder, 'other'), found)).toThrow('leave out --out')
})

test('the trainer has the optimizer of the settings, with their decay, momentum and rates', () => {
  const net = new nn.Dense(1)
  net.initialize()
  const adam = makeTrainer(net, settingsFrom({ wd: '0.01', lr: '0.002', warmup: '4' }), 100).optimizer
  expect(adam).toBeInstanceOf(optimizer.Adam)
  expect(adam.wd).toBe(0.01)
  adam.numUpdate = 2
  expect(adam.learningRate).toBe(0.001)
  const sgd = makeTrainer(net, settingsFrom({ recipe: 'stable' }), 100).optimizer
  expect(sgd).toBeInstanceOf(optimizer.SGD)
  expect(sgd).toMatchObject({ momentum: 0.9 })
})

test('what keeps a run from its bits is told', () => {
  const { header } = checkpointOf(7)
  const same = { engine: 'wasm', rung: 'relaxed', planVersion: 2, edition: 'embedded subset', trainImages: 10_000 }
  expect(differences(header, header.settings, same)).toEqual([])
  const other = { ...same, rung: 'plain', planVersion: 3, edition: 'current edition' }
  const lines = differences(header, { ...header.settings, epochs: 9, schedule: 'cosine' }, other)
  expect(lines.length).toBe(4)
  for (const line of lines) expect(line).toContain('so the numbers will not be those of an uninterrupted run')
})

test('the plans of each engine have a version of their own', () => {
  const versionOf = (engine: object) => engineFacts({ engine } as Context).planVersion
  expect(versionOf({ name: 'reference' })).toBe(planVersion)
  expect(versionOf({ name: 'webgpu', adapter: 'any' })).toBe(gpuPlanVersion)
})
