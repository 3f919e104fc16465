// Training that is killed at random moments and resumed, against a run that nobody disturbs.
import { join } from 'node:path'
import { expect } from 'vitest'
import { glueball, metricsOf, start, weightsOf } from './cli.ts'

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Kills a run so many times, each time up to `spread` milliseconds after it has finished a step, resumes it to its end,
 * and expects weights, optimizer state and the numbers of all epochs to be those of an undisturbed run.
 */
export async function killAndCompare(
  folder: string,
  args: readonly string[],
  kills: number,
  spread: number,
  random = randomNumbers(1),
): Promise<void> {
  const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')]
  const undisturbed = await glueball('train', ...args, '--out', calm)
  expect(undisturbed).toMatchObject({ code: 0, stderr: '' })
  for (let i = 0; i < kills; i++) {
    const run = start([
      'train',
      ...(i === 0 ? [...args, '--out', killed] : ['--resume', killed]),
      '--json',
      '--save-every',
      '0.002',
    ])
    await run.seen(/"phase":"train".*"step":[1-9]/)
    await new Promise((resolve) => setTimeout(resolve, random() * spread))
    run.child.kill('SIGKILL')
    const { signal, code, stderr } = await run.done
    expect({ signal, code, stderr }).toEqual({ signal: 'SIGKILL', code: null, stderr: '' })
  }
  const last = await glueball('train', '--resume', killed)
  expect(last).toMatchObject({ code: 0, stderr: '' })
  expect(await weightsOf(killed)).toBe(await weightsOf(calm))
  const epochs = (run: string) => metricsOf(run).filter(({ event }) => event === 'epoch')
  expect(epochs(killed)).toEqual(epochs(calm))
}
