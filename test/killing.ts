// Training that is ended at random moments and resumed, against a run that nobody disturbs.
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Finished, glueball, metricsOf, start, weightsOf } from './cli.ts'
import { randomNumbers } from './random.ts'

/** How a run is ended. */
export interface Blow {
  readonly signal: NodeJS.Signals
  /** What it must have printed before. */
  readonly after: RegExp
  readonly env?: Readonly<Record<string, string>>
  /** Expects what the run then left in its folder. */
  check(finished: Finished, folder: string): Promise<void>
}

/** No program can do anything about this one. */
const kill: Blow = {
  signal: 'SIGKILL',
  after: /"phase":"train".*"step":[1-9]/,
  async check({ signal, code, stderr }) {
    expect({ signal, code, stderr }).toEqual({ signal: 'SIGKILL', code: null, stderr: '' })
  },
}

/** What is done to a run. */
export interface Disturbance {
  readonly times: number
  /** Each time comes at a random moment, in so many milliseconds after what must come before. */
  readonly spread: number
  readonly random?: () => number
  readonly blow?: Blow
}

/**
 * Ends a run so many times, resumes it to its end, and expects weights, optimizer state and the numbers of all epochs to
 * be those of an undisturbed run.
 */
export async function endAndCompare(folder: string, args: readonly string[], disturbance: Disturbance): Promise<void> {
  const { times, spread, random = randomNumbers(1), blow = kill } = disturbance
  const [calm, ended] = [join(folder, 'calm'), join(folder, 'ended')]
  const undisturbed = await glueball('train', ...args, '--out', calm)
  expect(undisturbed).toMatchObject({ code: 0, stderr: '' })
  for (let i = 0; i < times; i++) {
    const where = i === 0 ? [...args, '--out', ended] : ['--resume', ended]
    const run = start(['train', ...where, '--json', '--save-every', '0.002'], blow.env)
    await run.seen(blow.after)
    await new Promise((resolve) => setTimeout(resolve, random() * spread))
    run.child.kill(blow.signal)
    await blow.check(await run.done, ended)
  }
  const last = await glueball('train', '--resume', ended)
  expect(last).toMatchObject({ code: 0, stderr: '' })
  expect(await weightsOf(ended)).toBe(await weightsOf(calm))
  const epochs = (run: string) => metricsOf(run).filter(({ event }) => event === 'epoch')
  expect(epochs(ended)).toEqual(epochs(calm))
}
