// `--fine-tune`: what starts from where, how fast it learns, going on to the same bits, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { gluon, nd } from '../../index.ts'
import { loadData } from '../datasets.ts'
import { arraysOf, encodeRun, type RunCheckpoint, writeLast } from '../folder/checkpoint.ts'
import { type Settings, settingsFrom } from '../settings/settings.ts'
import { readPretrained, slower, startFrom } from './fineTune.ts'
import { captureSession, openSession, type Session } from './session.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-fine-tune-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const typed = {
  ...{ model: 'lenet', dataset: 'fashion-mnist-subset', epochs: '1', 'batch-size': '32' },
  ...{ 'limit-train': '96', 'limit-test': '32' },
}
const file = join(folder, 'lenet.params')
const settings = settingsFrom({ ...typed, seed: '1', 'fine-tune': file })

interface Opened {
  readonly session: Session
  readonly saved: RunCheckpoint[]
}

/** A session that saves at every step; as `train` opens it. */
async function open(settings: Settings, from?: RunCheckpoint): Promise<Opened> {
  const weights = from ? undefined : await readPretrained(settings)
  const saved: RunCheckpoint[] = []
  const save = async () => void saved.push(await captureSession(session))
  const hooks = { tell: () => {}, stopped: () => false, save, evaluated: async () => {}, saveEvery: 0 }
  const session: Session = openSession(settings, await loadData(settings, 'both'), hooks, from)
  if (weights) startFrom(session.network, weights, settings)
  return { session, saved }
}

const weightsOf = (run: RunCheckpoint) =>
  Object.fromEntries(arraysOf(run, 'weight').map(({ name, data }) => [name, data]))

test('all layers but the last start from a file or a run and learn at a tenth of the rate, also when a run goes on', async () => {
  const first = await open(settingsFrom(typed))
  const before = await captureSession(first.session)
  await writeLast(folder, encodeRun(before))
  await first.session.network.net.saveParameters(file)

  const { session, saved } = await open(settings)
  const start = weightsOf(await captureSession(session))
  const held = weightsOf(before)
  const last = Object.keys(held)
    .filter((name) => /^\d+\.weight$/.test(name))
    .at(-1)!
  for (const [name, values] of Object.entries(held)) {
    if (name === last) expect(start[name]).not.toEqual(values)
    else expect(start[name], name).toEqual(values)
  }
  const rates = Array.from(session.network.parameters, ([name, { lrMult }]) => [name, lrMult] as const)
  const fast = rates.filter(([, rate]) => rate === 1).map(([name]) => name)
  expect(fast).toEqual([last, last.replace('weight', 'bias')])
  expect(rates.filter(([, rate]) => rate === slower)).toHaveLength(rates.length - 2)

  expect(await session.training.run()).toBe('done')
  const end = weightsOf(await captureSession(session))
  expect(end['0.weight']).not.toEqual(start['0.weight'])
  const again = await open(settings, saved[0])
  expect(await again.session.training.run()).toBe('done')
  expect(weightsOf(await captureSession(again.session))).toEqual(end)

  const run = await open({ ...settings, fineTune: folder })
  expect(weightsOf(await captureSession(run.session))).toEqual(start)
  const checkpoint = await open({ ...settings, fineTune: join(folder, 'last') })
  expect(weightsOf(await captureSession(checkpoint.session))).toEqual(start)
})

test('a network of the zoo keeps all but its output', async () => {
  const net = gluon.models.mobilenetV2_0_25({ classes: 7 })
  net.initialize()
  net(nd.zeros([1, 1, 32, 32]))
  const zoo = join(folder, 'zoo.params')
  await net.saveParameters(zoo)
  const tuned = { ...settingsFrom({ model: 'mobilenetv2_0.25', resize: '32' }), fineTune: zoo }
  const data = await loadData(settings, 'both')
  const hooks = { tell: () => {}, stopped: () => false, save: async () => {}, evaluated: async () => {}, saveEvery: 0 }
  const { network } = openSession(tuned, data, hooks, undefined)
  startFrom(network, (await readPretrained(tuned))!, tuned)
  const parameters = new Map(network.parameters)
  const fast = [...parameters].filter(([, { lrMult }]) => lrMult === 1).map(([name]) => name)
  expect(fast).toEqual(['output.0.weight'])
  const [own] = [...net.collectParams().values()]
  expect(await parameters.get('features.0.weight')!.data().toArray()).toEqual(await own.data().toArray())
})

test('what is no run of the model and no file of its weights', async () => {
  const reading = (fineTune: string, model = 'lenet') =>
    readPretrained({ ...settingsFrom({ ...typed, model }), fineTune })
  await expect(reading(join(folder, 'missing'))).rejects.toThrow('[train] --fine-tune: there is no file or folder')
  const advice = `--fine-tune ${folder} is a run of lenet, not of nin: give train lenet --fine-tune ${folder}`
  await expect(reading(folder, 'nin')).rejects.toThrow(advice)
  const text = join(folder, 'text.params')
  writeFileSync(text, 'these are no weights at all')
  await expect(reading(text)).rejects.toThrow('is no .params, safetensors or .npz file')

  const { session } = await open(settingsFrom(typed))
  const weights = (await readPretrained(settings))!
  const start = (entries: typeof weights) => () => startFrom(session.network, entries, settings)
  expect(start(weights.slice(1))).toThrow(
    `--fine-tune ${file} has no weights ${weights[0].name}: expected weights of lenet`,
  )
  const wrong = [{ ...weights[0], shape: [1, 2] }, ...weights.slice(1)]
  expect(start(wrong)).toThrow(`has weights ${weights[0].name} of (1, 2), expected (`)
})
