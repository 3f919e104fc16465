// Ranks under Open MPI and MPICH: the losses of one rank with all samples, equal bits on all ranks, and the end of all with one.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mpirunEnvironment } from '../../src/cli/ranks/mpirun.ts'
import { networks, type Outcome, train } from './steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-ranks-'))
const program = join(folder, 'steps.mjs')

/** One file starts in a tenth of the time that a rank takes for all sources. */
beforeAll(() =>
  build({
    entryPoints: [fileURLToPath(new URL('steps.ts', import.meta.url))],
    ...{ bundle: true, format: 'esm', platform: 'node', conditions: ['source'], outfile: program },
  }),
)
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

function mpirun(launcher: string, ranks: number, ...args: string[]): Promise<Ended> {
  const line = ['-np', String(ranks), process.execPath, program, ...args]
  const child = spawn(launcher, line, { env: { ...process.env, ...mpirunEnvironment } })
  let [output, errors] = ['', '']
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (errors += data))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output, errors })))
}

/** The losses of one process: with all samples at once, and in pieces, whose sums come in another order. */
const alone = networks.map(async (name) => ({ whole: await train(name), pieces: await train(name, undefined, 4) }))
const digests = new Map<string, string[]>()

describe.each(['mpirun.openmpi', 'mpirun.mpich'])('%s', (launcher) => {
  it.each([2, 4])('%i ranks train as one', async (ranks) => {
    const { code, output, errors } = await mpirun(launcher, ranks)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const outcomes = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome)
    for (const [i, { losses }] of outcomes.entries()) {
      const { whole, pieces } = await alone[i]
      const distance = (other: readonly number[]) =>
        Math.max(...other.map((loss, j) => Math.abs(loss - whole.losses[j])))
      expect(distance(losses)).toBeLessThanOrEqual(2 * distance(pieces.losses) + 1e-7)
      expect(losses[3]).toBeLessThan(losses[0])
    }
    digests.set(
      `${launcher} ${ranks}`,
      outcomes.map(({ digest }) => digest),
    )
  })

  it('ends all ranks when one dies', async () => {
    const { code } = await mpirun(launcher, 2, 'die')
    expect(code).not.toBe(0)
  })
})

it('gives the same bits under both libraries', () => {
  expect(digests.get('mpirun.mpich 2')).toEqual(digests.get('mpirun.openmpi 2'))
})
