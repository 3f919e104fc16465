// A run's folder in many hands: second writers, readers beside a writer, and checkpoints made to do harm.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeVersion1 } from '../src/cli/fixtures.ts'
import { encodeRun, type Header, readRun } from '../src/cli/folder/checkpoint.ts'
import type { Checkpoint } from '../src/io/checkpoint.ts'
import { glueball, metricsOf, type Running, root, scratch, start, weightsOf } from './cli.ts'
import { servers } from './serving.ts'

const folder = scratch()
afterAll(() => folder.remove())
const at = (...names: string[]) => join(folder.path, ...names)
const serve = servers()

const data = ['--dataset', 'fashion-mnist-subset', '--limit-train', '320', '--limit-test', '100', '--batch-size', '32']
const lenet = (out: string, ...more: string[]) => ['train', 'lenet', ...data, '--out', at(out), ...more]
const picture = () => at('boot.png')

/** Copies a run with its checkpoints' headers changed. */
async function forged(name: string, change: (header: Header) => object): Promise<string> {
  cpSync(at('run'), at(name), { recursive: true })
  for (const file of ['last', 'best']) {
    const { header, arrays } = await readRun(at('run', file), [])
    writeFileSync(at(name, file), encodeRun({ header: { ...header, ...change(header) } as Header, arrays }))
  }
  rmSync(at(name, 'last.previous'))
  return at(name)
}

beforeAll(async () => {
  expect(await glueball(...lenet('run', '--epochs', '2', '--momentum', '0.9'))).toMatchObject({ code: 0, stderr: '' })
  const images = gunzipSync(readFileSync(join(root, 'data/t10k-images-idx3-ubyte.gz'))).subarray(16, 16 + 784)
  writeFileSync(picture(), encode({ width: 28, height: 28, data: new Uint8Array(images), channels: 1, depth: 8 }))
})

test('a finished run leaves its checkpoints, its numbers and its report, and no lock', () => {
  expect(readdirSync(at('run')).sort()).toEqual([
    ...['best', 'last', 'last.previous', 'metrics.csv', 'metrics.jsonl', 'report.html'],
  ])
})

describe('beside a run', () => {
  let run: Running
  beforeAll(async () => {
    run = start(lenet('held', '--epochs', '4000', '--save-every', '0.002', '--json'))
    await run.seen(/"event":"epoch"/)
  })
  afterAll(() => void run?.child.kill('SIGKILL'))

  test.each([
    ['--out', () => lenet('held'), 'or give another folder to --out'],
    ['--resume', () => ['train', '--resume', at('held')], 'then resume'],
    ['--resume of one checkpoint', () => ['train', '--resume', at('held', 'best')], 'then resume'],
  ])('a second writer by %s is refused in one line, and changes nothing', async (_what, args, instead) => {
    const before = statSync(at('held', 'metrics.jsonl')).ino
    const { code, stdout, stderr } = await glueball(...args())
    const { pid } = run.child
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: \[train\] .*held is being written by process \d+ \(since .* UTC\): [^\n]*\n$/)
    expect(stderr).toContain(`process ${pid} `)
    expect(stderr).toContain(`: wait until it ends, stop it by kill ${pid}, ${instead}\n`)
    expect(statSync(at('held', 'metrics.jsonl')).ino).toBe(before)
  })

  test('readers need no lock', async () => {
    const readers = [glueball('evaluate', at('held')), glueball('predict', at('held', 'last'), picture())]
    for (const { code, stderr } of await Promise.all(readers)) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('once it is killed, the next one goes on, and leaves nothing of either', async () => {
    run.child.kill('SIGKILL')
    await run.done
    expect(readdirSync(at('held'))).toContain('.lock')
    const next = start(['train', '--resume', at('held'), '--json'])
    await next.seen(/"event":"progress"/)
    next.child.kill('SIGTERM')
    expect((await next.done).code).toBe(143)
    expect(readdirSync(at('held')).filter((name) => name.startsWith('.'))).toEqual([])
    const epochs = metricsOf(at('held')).filter(({ event }) => event === 'epoch')
    expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, i) => i))
  })
})

test('a run whose lock another process took stops without touching its files', async () => {
  const run = start(lenet('lost', '--epochs', '400', '--save-every', '0.002', '--json'))
  await run.seen(/"event":"epoch"/)
  const { pid: _pid, ...lock } = JSON.parse(readFileSync(at('lost', '.lock'), 'utf8'))
  writeFileSync(at('lost', '.lock'), JSON.stringify({ ...lock, pid: 7, host: 'elsewhere', nonce: '0123456789abcdef' }))
  const { code, stderr } = await run.done
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^error: \[train\] .*lost is being written by process 7 on host elsewhere \(since .*\) by now: this run stops.*\n$/,
  )
  expect(JSON.parse(readFileSync(at('lost', '.lock'), 'utf8')).pid).toBe(7)
})

test('a run whose folder is removed ends with 1 and a line', async () => {
  const run = start(lenet('removed', '--epochs', '40', '--json'))
  await run.seen(/"event":"epoch"/)
  renameSync(at('removed'), at('elsewhere')) // at once, where removing would race with the run's next file
  const { code, stderr } = await run.done
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error: the checkpoint was not saved: .*ENOENT.*\n$/)
})

test('a run in the container of version 0.1 goes on to the bits of one in the new container', async () => {
  cpSync(at('run'), at('new'), { recursive: true })
  cpSync(at('run'), at('old'), { recursive: true })
  for (const name of ['last', 'last.previous', 'best']) {
    const { header, arrays } = await readRun(at('run', name), [])
    writeFileSync(at('old', name), encodeVersion1({ header: header as object as Checkpoint['header'], arrays }))
  }
  for (const name of ['new', 'old'])
    expect(await glueball('train', '--resume', at(name), '--epochs', '3')).toMatchObject({ code: 0, stderr: '' })
  expect(await weightsOf(at('old'))).toBe(await weightsOf(at('new')))
  const epochs = (name: string) => metricsOf(at(name)).filter(({ event }) => event === 'epoch')
  expect(epochs('old')).toEqual(epochs('new'))
  expect(readFileSync(at('old', 'last')).subarray(8, 24).toString()).toBe('{"__metadata__":')
})

describe('a checkpoint made to do harm', () => {
  test('names no address that is fetched from, unless it is typed', async () => {
    let asked = 0
    const address = await serve((_request, response) => {
      asked++
      response.writeHead(404).end()
    })
    const dataDir = `${address}/data`
    const run = await forged('address', ({ settings }) => ({
      settings: { ...settings, dataset: 'fashion-mnist', dataDir },
    }))
    const refused = [
      ['evaluate', run],
      ['train', '--resume', run],
    ]
    await Promise.all([
      ...refused.map(async (args) => {
        const { code, stdout, stderr } = await glueball(...args)
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
        expect(stderr).toBe(
          `error: [${args[0]}] the checkpoint takes its data from the address ${dataDir}: give --data-dir to fetch from there, or a folder\n`,
        )
      }),
      glueball('predict', run, picture()).then((done) => expect(done).toMatchObject({ code: 0, stderr: '' })),
    ])
    expect(asked).toBe(0)
    const [there, here] = [dataDir, join(root, 'data')].map((place) => glueball('evaluate', run, '--data-dir', place))
    expect((await there).code).toBe(1)
    expect((await here).code).toBe(0)
    expect(asked).toBeGreaterThan(0)
  })

  test('brings no control character into the terminal', async () => {
    const run = await forged('names', ({ classes }) => ({ classes: classes.map((name) => `${name}\u001b[31m`) }))
    const { code, stdout, stderr } = await glueball('evaluate', run)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: \[checkpoint\] .* for header\.classes\[0\], expected a line of text.*\n$/)
    expect(stderr).not.toContain('\u001b')
  })

  test('of another network is refused in one line', async () => {
    const run = await forged('other', ({ settings }) => ({ settings: { ...settings, resize: 32 } }))
    const { code, stderr } = await glueball('evaluate', run)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^error: \[checkpoint\] it has weights .* of \(.*\), expected \(.*\): it is of another network\n$/,
    )
  })
})

test('a file name of the user’s moves no cursor either', async () => {
  const name = at('a\u001b[2Jb\nerror: faked.png')
  cpSync(picture(), name)
  const { code, stdout } = await glueball('predict', at('run'), name)
  expect(code).toBe(0)
  expect(stdout.split('\n')[0]).toMatch(/a\\x1b\[2Jb\\x0aerror: faked\.png$/)
  const json = await glueball('predict', at('run'), name, '--json')
  expect(JSON.parse(json.stdout).file).toBe(name)
  mkdirSync(at('\u009bfolder'))
  const { stderr } = await glueball('evaluate', at('\u009bfolder'))
  expect(stderr).toMatch(/^error: .*\\x9bfolder has no checkpoint/)
})
