// Training that is ended in one way and another and resumed each time, against a run that nobody disturbs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { files, readRun } from '../src/cli/folder/checkpoint.ts'
import { type Finished, glueball, metricsOf, type Running, root, start, startInTerminal, weightsOf } from './cli.ts'
import { randomNumbers } from './random.ts'

/** A way to end a run. */
export interface Blow {
  /** What the run must have printed before. */
  readonly after: RegExp
  /** Starts the run, where that is not done as usual. */
  start?(args: readonly string[], folder: string, random: () => number): Running
  /** Ends it. */
  strike(run: Running): void
  /** Expects what the run then left in its folder. */
  check(finished: Finished, folder: string): Promise<void>
}

/** A session that has saved once leaves the next one further on. */
const savedOnce = /"event":"checkpoint"/

/** What a run that was asked to stop has saved: all that it told of. */
async function expectAllSaved(stdout: string, folder: string): Promise<void> {
  const told = Array.from(stdout.matchAll(/"update":(\d+)/g), ([, update]) => Number(update))
  expect((await readRun(folder, [files.last])).header.update).toBeGreaterThanOrEqual(Math.max(...told))
}

/** No program can do anything about this one. */
export const kill: Blow = {
  after: savedOnce,
  strike: ({ child }) => child.kill('SIGKILL'),
  async check({ signal, code, stderr }) {
    expect({ signal, code, stderr }).toEqual({ signal: 'SIGKILL', code: null, stderr: '' })
  },
}

/** A kill at a chosen point of a write: of a checkpoint, the report or metrics.jsonl. */
export const killAtWrite: Blow = {
  ...kill,
  after: /^/, // also what a run writes before it says anything
  start(args, _folder, random) {
    const points = ['open', 'half', 'whole', 'renamed', 'append']
    const at = `${points[Math.floor(random() * points.length)]}:${1 + Math.floor(random() * 6)}`
    const preload = pathToFileURL(join(root, 'test/killAtWrite.js')).href
    return start(args, { env: { GLUEBALL_KILL_AT: at, NODE_OPTIONS: `--import ${preload}` } })
  },
  strike() {},
}

/** A signal that a run answers by saving. */
export function signalled(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', exitCode: number): Blow {
  return {
    after: savedOnce,
    strike: ({ child }) => child.kill(signal),
    async check({ code, stderr, stdout }, folder) {
      expect({ code, stderr }).toEqual({
        code: exitCode,
        stderr: 'stopping after this step and saving; Ctrl-C again ends it at once\n',
      })
      await expectAllSaved(stdout, folder)
    },
  }
}

/** A terminal that closes: SIGHUP, and no write to it succeeds. */
export const closeTerminal: Blow = {
  after: savedOnce,
  start: (args, folder, random) => startInTerminal(args, join(folder, '..', `ending-${random()}`)),
  strike: ({ child }) => child.kill('SIGKILL'),
  async check({ code, stdout }, folder) {
    expect(code).toBe(129)
    await expectAllSaved(stdout, folder)
  },
}

/** A pipe whose reader goes away. */
export const closePipe: Blow = {
  after: savedOnce,
  strike: ({ child }) => child.stdout?.destroy(),
  async check({ code, stderr, stdout }, folder) {
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' })
    await expectAllSaved(stdout, folder)
  },
}

/** A second run that would write in the same folder: it is refused, and the first, which is then asked to stop, saves. */
export function secondWriter(folder: string): Blow {
  const stop = signalled('SIGINT', 130)
  let refused: Promise<Finished>
  return {
    ...stop,
    strike(run) {
      refused = start(['train', '--resume', join(folder, 'ended')]).done
      void refused.then(() => stop.strike(run))
    },
    async check(finished, ended) {
      const { code, stdout, stderr } = await refused
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^error: .* is being written by process \d+ .*\n$/)
      await stop.check(finished, ended)
    },
  }
}

/** What is done to a run. */
export interface Disturbance {
  /** Ways to end it and how often, which come in random order. */
  readonly blows: readonly (readonly [Blow, times: number])[]
  /** Milliseconds after the preceding event within which each signal comes, at a random moment. */
  readonly spread: number
  readonly seed?: number
}

function shuffled(blows: Disturbance['blows'], random: () => number): Blow[] {
  const list = blows.flatMap(([blow, times]) => Array.from({ length: times }, () => ({ blow, at: random() })))
  return list.sort((a, b) => a.at - b.at).map(({ blow }) => blow)
}

/**
 * Ends a run again and again, resumes it to the end of the epoch it has got to, and expects weights, optimizer state and
 * the numbers of all epochs to be those of an undisturbed run of as many epochs.
 */
export async function endAndCompare(folder: string, args: readonly string[], disturbance: Disturbance): Promise<void> {
  const { blows, spread, seed = 1 } = disturbance
  const random = randomNumbers(seed)
  const [calm, ended] = [join(folder, 'calm'), join(folder, 'ended')]
  const saved = () => [files.last, files.previous].some((name) => existsSync(join(ended, name)))
  for (const blow of shuffled(blows, random)) {
    const where = saved() ? ['--resume', ended] : [...args, '--epochs', '100000', '--out', ended]
    const begin = blow.start ?? ((words) => start(words))
    const run = begin(['train', ...where, '--json', '--save-every', '0.002'], ended, random)
    await run.seen(blow.after)
    await new Promise((resolve) => setTimeout(resolve, random() * spread))
    blow.strike(run)
    await blow.check(await run.done, ended)
  }
  const epochs = String((await readRun(ended, [files.last, files.previous])).header.epoch + 1)
  const last = await glueball('train', '--resume', ended, '--epochs', epochs)
  expect(last).toMatchObject({ code: 0, stderr: '' })
  expect(await glueball('train', ...args, '--epochs', epochs, '--out', calm)).toMatchObject({ code: 0, stderr: '' })
  expect(await weightsOf(ended)).toBe(await weightsOf(calm))
  const numbers = (run: string) => metricsOf(run).filter(({ event }) => event === 'epoch')
  expect(numbers(ended)).toEqual(numbers(calm))
}
