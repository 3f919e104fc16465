// Runs with several seeds: which, mean and spread, going on, and a run of one seed that ends when its time is over.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { epochEvent } from '../fixtures.ts'
import { arraysOf, readRun } from '../folder/checkpoint.ts'
import { commandInProcess } from '../inProcess.ts'
import { seedsFrom, spreadLines, spreadsOf } from './seeds.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-seeds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const glueball = commandInProcess()

const lenet = ['train', 'lenet', '--dataset', 'fashion-mnist-subset', '--limit-train', '96', '--limit-test', '50']
const small = [...lenet, '--batch-size', '32', '--json']
const eventsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('seeds are a range or a list', () => {
  expect(seedsFrom('1..3')).toEqual([1, 2, 3])
  expect(seedsFrom('7')).toEqual([7])
  expect(seedsFrom('4,1,9')).toEqual([4, 1, 9])
  for (const wrong of ['', '3..1', '1..2000', '1,1', 'one', '1...3', '-1', '1,', '1..99999999999']) {
    expect(() => seedsFrom(wrong)).toThrow(
      `--seeds takes different seeds, at most 1000, as 1..5 or 1,4,9; got '${wrong}'`,
    )
  }
})

test('mean, standard deviation, median and ends after each epoch that all have done', () => {
  const accuracies = { 1: [0.2, 0.5, 0.9], 2: [0.4, 0.7], 3: [0.3, 0.9] }
  const runs = Object.entries(accuracies).map(([seed, list]) => {
    return { seed: Number(seed), history: list.map((accuracy, epoch) => epochEvent(epoch, accuracy)) }
  })
  const spreads = spreadsOf(runs)
  expect(spreads.length).toBe(2)
  expect(spreads[0].mean).toBeCloseTo(0.3, 12)
  expect(spreads[0].deviation).toBeCloseTo(0.1, 12)
  expect(spreads[1]).toMatchObject({ epoch: 1, median: 0.7, least: 0.5, largest: 0.9 })
  expect(spreadsOf(runs.slice(0, 2))[0].median).toBeCloseTo(0.3, 12)
  expect(spreadLines(runs, spreads)).toContain('  seed 2: 0.7000\n')
})

test('each seed has a run as by --seed; the same line goes on where it stopped', async () => {
  const out = join(folder, 'all')
  const line = [...small, '--epochs', '1', '--out', out, '--seeds', '3..4']
  // the time is over after the first step
  const stopped = await glueball(...line, '--max-time', '0.0000001')
  expect(stopped.code).toBe(0)
  expect(eventsOf(stopped.stdout).at(-1)).toMatchObject({ event: 'stopped', reason: 'time', step: 1 })
  expect(readdirSync(out)).toEqual(['seed-3'])

  const { code, stdout } = await glueball(...line, '--tensorboard')
  expect(code).toBe(0)
  const events = eventsOf(stdout)
  expect(events[0]).toMatchObject({ event: 'start', resumed: true, settings: { seed: 3 } })
  const { seeds, spreads } = events.at(-1)
  expect([seeds, spreads.length]).toEqual([[3, 4], 1])
  const report = readFileSync(join(out, 'report.html'), 'utf8')
  expect(report).toMatch(/<polygon class="band test" points="[\d., ]+"\/>/)
  expect(report).toContain('in the mean of 2 seeds')
  expect(readdirSync(join(out, 'seed-4')).some((name) => name.startsWith('events.out.tfevents.'))).toBe(true)

  await glueball(...small, '--epochs', '1', '--seed', '4', '--out', join(folder, 'one'))
  const weights = async (path: string) => arraysOf(await readRun(path, ['last']), 'weight')
  expect(await weights(join(folder, 'one'))).toEqual(await weights(join(out, 'seed-4')))
  expect(existsSync(join(folder, 'one', 'metrics.csv'))).toBe(true)

  const again = await glueball(...line)
  expect(eventsOf(again.stdout).map(({ event }) => event)).toEqual(['seeds'])
})

test.each([
  [['--seeds', '1..2', '--seed', '1'], '--seed and --seeds exclude each other'],
  [['--seeds', '1..2', '--resume', 'x'], '--seeds goes on by the same line, with its --out: leave out --resume'],
])('%j is refused', async (more, message) => {
  expect(await glueball(...lenet, ...more)).toMatchObject({ code: 2, stderr: `error: [train] ${message}\n` })
})
