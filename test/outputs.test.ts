// Outputs that nobody reads any more or that are full, and a launcher that dies: saved and quiet, with the usual exit codes.
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostNode } from '../scripts/package.ts'
import { readRun } from '../src/cli/folder/checkpoint.ts'
import { glueball, metricsOf, type Start, scratch, start, startInTerminal, weightsOf } from './cli.ts'

const folder = scratch()
afterAll(() => folder.remove())
const at = (...names: string[]) => join(folder.path, ...names)
const small = ['--dataset', 'fashion-mnist-subset', '--limit-train', '640', '--limit-test', '64', '--batch-size', '64']
const train = (out: string, epochs: number) => ['train', 'lenet', ...small, '--epochs', `${epochs}`, '--out', at(out)]
const onLinux = process.platform === 'linux'

beforeAll(async () => {
  expect(await glueball(...train('whole', 6))).toMatchObject({ code: 0, stderr: '' })
  writeFileSync(
    at('image.png'),
    encode({ width: 28, height: 28, data: Uint8Array.from({ length: 784 }, (_, i) => i), channels: 1, depth: 8 }),
  )
  writeFileSync(at('program.ts'), "for (let i: number = 0; i < 1e4; i++) console.log('a line of a program')\n")
}, 300_000)

/** All commands that print, as they are typed. */
const commands = () => [
  ['--help'],
  ['help', 'train'],
  ['--version'],
  ['info', '--json'],
  ['summary', 'lenet'],
  ['evaluate', at('whole')],
  ['predict', at('whole'), at('image.png')],
  ['run', at('program.ts')],
  ['bench', '--help'],
]

/** Runs `glueball` with a standard output, or standard error, whose reader is gone. */
function unread(args: readonly string[], stream: 'stdout' | 'stderr', how: Start = {}) {
  const run = start(args, how)
  run.child[stream]?.destroy()
  return run.done
}

/** What drivers and libraries print of themselves when a GPU is looked for is not ours. */
const quiet = (args: readonly string[], stderr: string) => (args[0] === 'info' ? '' : stderr)

test('every command | true ends as SIGPIPE ends others, without a word', async () => {
  for (const args of commands()) {
    const { code, stderr } = await unread(args, 'stdout')
    expect({ args, code, stderr: quiet(args, stderr) }).toEqual({ args, code: 141, stderr: '' })
  }
})

test.runIf(onLinux)('a full standard output is an error, said once', async () => {
  const full = openSync('/dev/full', 'w')
  for (const args of commands().filter(([name]) => name !== 'run')) {
    const { code, stderr } = await start(args, { stdout: full }).done
    expect({ args, code }).toEqual({ args, code: 1 })
    expect(stderr).toMatch(/error: standard output cannot be written: ENOSPC[^\n]*\n$/)
    expect(stderr.match(/ENOSPC/g)).toHaveLength(1)
  }
  closeSync(full)
})

test('what is wrong has its exit code where nobody reads the error', async () => {
  expect(await unread([], 'stderr')).toMatchObject({ code: 2 })
  expect(await unread(['train', '--bogus'], 'stderr')).toMatchObject({ code: 2 })
  expect(await unread(['evaluate', at('nothing')], 'stderr')).toMatchObject({ code: 1 })
})

describe('train', () => {
  /** Resumes a run to its end, which must be that of the whole one. */
  async function expectWhole(name: string): Promise<void> {
    expect(await glueball('train', '--resume', at(name), '--epochs', '6')).toMatchObject({ code: 0, stderr: '' })
    expect(await weightsOf(at(name))).toBe(await weightsOf(at('whole')))
    const epochs = (run: string) => metricsOf(at(run)).filter(({ event }) => event === 'epoch')
    expect(epochs(name)).toEqual(epochs('whole'))
  }

  test('| head -1 saves, stops and says nothing', async () => {
    const run = start(train('head', 100_000))
    await run.seen(/\n/)
    run.child.stdout?.destroy()
    const { code, stderr } = await run.done
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' })
    expect((await readRun(at('head'), ['last'])).header.update).toBeGreaterThan(0)
    if ((await readRun(at('head'), ['last'])).header.epoch < 6) await expectWhole('head')
  })

  test.runIf(onLinux)('> /dev/full saves, stops and says so once', async () => {
    const full = openSync('/dev/full', 'w')
    const { code, stderr } = await start(train('full', 6), { stdout: full }).done
    closeSync(full)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^error: standard output cannot be written: ENOSPC[^\n]*; stopping after this step and saving\n$/,
    )
    await expectWhole('full')
  })

  test.runIf(onLinux)('saves when its terminal closes on the moving bar', async () => {
    const run = startInTerminal(train('bar', 100_000), at('ending'))
    await run.seen(/Epoch 1 /)
    run.child.kill('SIGKILL') // it is the terminal
    expect(await run.done).toMatchObject({ code: 129 })
    expect((await readRun(at('bar'), ['last'])).header.epoch).toBeGreaterThan(0)
  })

  test('goes on where nobody reads its warnings, and where nohup keeps it from a closed terminal', async () => {
    expect(await unread(train('unread', 6), 'stderr')).toMatchObject({ code: 0 })
    const run = start([...train('nohup', 6), '--json'], { env: { _: '/usr/bin/nohup' } })
    await run.seen(/"event":"checkpoint"/)
    run.child.kill('SIGHUP')
    expect(await run.done).toMatchObject({ code: 0, stderr: '' })
    expect(await weightsOf(at('nohup'))).toBe(await weightsOf(at('whole')))
  })
})

describe.runIf(process.platform !== 'win32')('a launcher that cannot become the program', () => {
  /** The launcher keeps a process of its own where it has no `execve`, as on Node 20. */
  const preload = `data:text/javascript,${encodeURIComponent('process.execve = undefined')}`
  const how = { node: hostNode(), env: { NODE_OPTIONS: `--import ${preload}` } }
  const alive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  const gone = async (pid: number) => {
    while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('passes %s on, and the exit code back', async (signal, code) => {
    const run = start([...train(signal, 100_000), '--json'], how)
    await run.seen(/"event":"checkpoint"/)
    run.child.kill(signal)
    expect(await run.done).toMatchObject({ code, signal: null })
    expect((await readRun(at(signal), ['last'])).header.update).toBeGreaterThan(0)
  })

  test('is killed: the run saves and ends, a program of the user’s ends', async () => {
    const run = start([...train('orphan', 100_000), '--json', '--save-every', '100'], how)
    await run.seen(/"event":"progress".*"step":[1-9]/)
    run.child.kill('SIGKILL')
    const { stdout } = await run.done // its outputs close when the last process that has them ends
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) as string).event).toBe('stopped')
    writeFileSync(at('waits.js'), 'console.log(process.pid); setInterval(() => {}, 1000)')
    const waits = start(['run', at('waits.js')], how)
    await waits.seen(/\d+\n/)
    waits.child.kill('SIGKILL')
    await gone(Number((await waits.done).stdout))
  })

  test('a program that a signal ends ends its launcher by that signal', async () => {
    writeFileSync(at('dies.js'), "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)")
    expect(await start(['run', at('dies.js')], how).done).toMatchObject({ signal: 'SIGKILL' })
  })
})
