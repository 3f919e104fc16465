// Ranks that die, hang or are stopped, under both libraries: the job ends within 5 s, and goes on to the same weights.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { files, readRun } from '../../src/cli/folder/checkpoint.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'glueball-ranks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const training = ['train', 'lenet', '--dataset', 'fashion-mnist-subset', '--limit-train', '4000']
const options = ['--limit-test', '200', '--save-every', '0.01', '--deadline', '4']

interface Job {
  readonly child: ChildProcess
  /** The exit code, and milliseconds since 1970 when all was over. */
  readonly ended: Promise<{ readonly code: number | null; readonly at: number; readonly text: string }>
}

function launched(mpirun: string, out: string, epochs: number, ...more: string[]): Job {
  const line = ['--conditions=source', main, 'launch', '-n', '2', '--threads', '1', '--mpirun', mpirun, ...more]
  const child = spawn(process.execPath, [
    ...line,
    '--',
    ...training,
    ...options,
    '--epochs',
    String(epochs),
    '--out',
    out,
  ])
  let text = ''
  child.stdout.on('data', (data) => (text += data))
  child.stderr.on('data', (data) => (text += data))
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, at: Date.now(), text }))),
  }
}

/** Process numbers of the ranks that write to a folder. */
function ranksOf(out: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return words.includes(out) && words.includes('train') && !words.includes('-np') && !words.includes('launch')
      } catch {
        return false
      }
    })
}

async function until<T>(what: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = what()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Waits until ranks train, then some milliseconds more; sends a signal to one of them, and gives when. */
async function signalled(out: string, signal: NodeJS.Signals, wait: number, rank: number): Promise<number> {
  await until(() => existsSync(join(out, files.last)))
  await new Promise((resolve) => setTimeout(resolve, wait))
  const pids = await until(() => {
    const found = ranksOf(out)
    return found.length === 2 && found
  })
  process.kill(pids[rank], signal)
  return Date.now()
}

async function arraysOf(out: string): Promise<unknown> {
  return (await readRun(out, [files.last])).arrays
}

describe.each(['mpirun.openmpi', 'mpirun.mpich'])('%s', (mpirun) => {
  it('ends within 5 s of a kill, ten times, and goes on to the weights of an undisturbed run', async () => {
    const whole = join(folder, `${mpirun}-whole`)
    expect((await launched(mpirun, whole, 2).ended).code).toBe(0)
    const seconds: number[] = []
    for (let i = 0; i < 10; i++) {
      const out = join(folder, `${mpirun}-${i}`)
      const restarts = i < 2
      const job = launched(mpirun, out, restarts ? 2 : 1000, ...(restarts ? ['--restarts', '1'] : []))
      const at = await signalled(out, 'SIGKILL', 100 * i, i % 2)
      const { code, at: end, text } = await job.ended
      if (restarts) {
        expect(text).toContain('starting again')
        expect(code).toBe(0)
        expect(await arraysOf(out)).toEqual(await arraysOf(whole))
      } else {
        seconds.push((end - at) / 1000)
        expect(code).not.toBe(0)
        expect(ranksOf(out)).toEqual([])
      }
    }
    console.log(`${mpirun}: seconds from kill to end ${seconds.join(' ')}`)
    expect(Math.max(...seconds)).toBeLessThan(5)
  })

  it('names the rank that hangs at the deadline', async () => {
    const out = join(folder, `${mpirun}-stop`)
    const job = launched(mpirun, out, 1000)
    const at = await signalled(out, 'SIGSTOP', 300, 1)
    const { code, at: end, text } = await job.ended
    console.log(`${mpirun}: ${(end - at) / 1000} s after SIGSTOP: ${/glueball: rank.*/.exec(text)?.[0]}`)
    expect(text).toMatch(/did not end within 4 s: no answer from rank [01]/)
    expect(code).not.toBe(0)
  })

  it('saves and ends at one Ctrl-C', async () => {
    const out = join(folder, `${mpirun}-ctrlc`)
    const job = launched(mpirun, out, 1000)
    await until(() => existsSync(join(out, files.last)))
    await until(() => ranksOf(out).length === 2)
    await new Promise((resolve) => setTimeout(resolve, 700))
    job.child.kill('SIGINT')
    const { code, text } = await job.ended
    expect(text).toContain('nothing is lost')
    expect(code).toBe(130)
    expect((await readRun(out, [files.last])).header.update).toBeGreaterThan(0)
  })
})
