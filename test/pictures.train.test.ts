// A folder of pictures from end to end: what train says at its start, resuming to the same bits, and predicting folders.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isForTests } from '../src/cli/pictures/pictureSplit.ts'
import type { StartEvent } from '../src/cli/training/events.ts'
import { decode } from '../src/gluon/onnx/protobuf.ts'
import { schema } from '../src/gluon/onnx/schema.ts'
import { glueball, metricsOf, scratch, weightsOf } from './cli.ts'
import { endAndCompare, kill, signalled } from './killing.ts'
import { shapes, type Written, writeShapeFolders } from './shapeFolders.ts'

// before the commands take their environment
vi.hoisted(() => {
  process.env['GLUEBALL_HOME'] = `${process.env['TMPDIR'] ?? '/tmp'}/glueball-pictures-${process.pid}`
})

const folder = scratch()
const at = (...names: string[]) => join(folder.path, ...names)
const pictures = mkdtempSync(join(tmpdir(), 'glueball-shapes-'))
let written: Written

const settings = ['lenet', '--data-dir', pictures, '--batch-size', '16', '--momentum', '0.9', '--lr', '0.02']

beforeAll(() => {
  written = writeShapeFolders(pictures, 96, { largest: 300 })
})
afterAll(() => {
  folder.remove()
  rmSync(pictures, { recursive: true, force: true })
  rmSync(process.env['GLUEBALL_HOME'] as string, { recursive: true, force: true })
})

/** The first event of a run on a folder of pictures. */
type Start = StartEvent & Required<Pick<StartEvent, 'pictures'>>

describe('a run', () => {
  beforeAll(async () => {
    const run = await glueball('train', ...settings, '--augment', '--epochs', '2', '--out', at('run'))
    expect(run).toMatchObject({ code: 0 })
    writeFileSync(at('run', 'stdout'), run.stdout)
  })

  test('says at its start what it found, to the number', () => {
    const [start] = metricsOf(at('run')) as unknown as Start[]
    expect(start.classes).toEqual(Object.keys(shapes))
    const names = Object.keys(written.sizes)
    expect(start.pictures.classes).toEqual(
      Object.entries(written.counts).map(([name, count]) => {
        const tests = names.filter((file) => file.startsWith(`${name}/`) && isForTests(file)).length
        return { name, train: count - tests, test: tests }
      }),
    )
    expect(start.trainImages + start.testImages).toBe(names.length)
    expect(start.pictures.files).toBe(names.length + written.damaged.length)
    expect(start.pictures.unreadable.map(({ name }) => name)).toEqual(written.damaged)
    expect([start.pictures.empty, start.pictures.others]).toEqual([written.empty, written.others])
    const sizes = Object.values(written.sizes).sort(([a, b], [c, d]) => a * b - c * d)
    const { smallest, largest } = start.pictures.sizes
    expect([smallest[0] * smallest[1], largest]).toEqual([sizes[0][0] * sizes[0][1], sizes.at(-1)])
    expect(start.pictures.cached).toBe(0)
  })

  test('says so in words', () => {
    const text = readFileSync(at('run', 'stdout'), 'utf8')
    for (const line of [
      'Pictures 96 pictures of 8 classes, from 20×',
      'Left out no picture in: nothing',
      'Left out 2 unreadable files: disc/torn.png is a damaged PNG: ',
      'Left out 1 file that is no picture: star/notes.txt',
      'Split    by name: about 20 % for tests',
      'Input    RGB, turned as EXIF says, transparent pixels on white, padded to a square',
      'Augment  training images are mirrored',
    ])
      expect(text).toContain(`\n${line}`)
  })

  test('takes the pictures from the cache the next time, to the same bits', async () => {
    const again = await glueball('train', ...settings, '--augment', '--epochs', '2', '--out', at('again'))
    expect(again).toMatchObject({ code: 0 })
    expect((metricsOf(at('again'))[0] as unknown as Start).pictures.cached).toBe(98)
    expect(await weightsOf(at('again'))).toBe(await weightsOf(at('run')))
  })

  test('evaluate gives the accuracy that was printed', async () => {
    const printed = /Test acc:(\S+)\n(?!.*Epoch)/s.exec(readFileSync(at('run', 'stdout'), 'utf8'))
    const { code, stdout } = await glueball('evaluate', at('run', 'last'))
    expect(code).toBe(0)
    expect(stdout).toContain(`Test acc:${printed?.[1]},`)
  })

  test('export writes a network of RGB images', async () => {
    expect(await glueball('export', at('run'), '--out', at('net.onnx'))).toMatchObject({ code: 0 })
    const { graph, metadataProps } = decode(schema, 'model', readFileSync(at('net.onnx')))
    const sizes = graph?.input[0].type?.tensorType?.shape?.dim.map(({ dimValue }) => dimValue)
    expect(sizes?.slice(1)).toEqual([3, 28, 28])
    expect(metadataProps.find(({ key }) => key === 'preprocessing')?.value).toMatch(/^RGB images/)
  })

  test('predict names each picture of a folder, and goes on behind what it cannot read', async () => {
    const { code, stdout, stderr } = await glueball('predict', at('run'), pictures, at('missing.png'), '--json')
    expect(code).toBe(1)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const names = lines.map(({ file }) => file.slice(pictures.length + 1))
    expect(names.slice(0, -1)).toEqual([...Object.keys(written.sizes), ...written.damaged].sort())
    expect(lines.filter(({ error }) => error).length).toBe(3)
    expect(lines.filter(({ guesses }) => guesses?.length === 3).length).toBe(96)
    expect(stderr).toMatch(/error: \[predict\] .*disc\/torn\.png is a damaged PNG/)
    expect(stderr).toMatch(/error: \[predict\] cannot read .*missing\.png: got ENOENT/)
  })

  test('predict warns of blank pictures and of small objects', async () => {
    const side = 60
    const blank = new Uint8Array(side * side).fill(130)
    const small = blank.slice()
    for (let y = 10; y < 20; y++) small.fill(0, y * side + 30, y * side + 40)
    for (const [name, data] of Object.entries({ blank, small }))
      writeFileSync(at(`${name}.png`), encode({ width: side, height: side, data, channels: 1, depth: 8 }))
    const { code, stderr } = await glueball('predict', at('run'), at('blank.png'), at('small.png'))
    expect(code).toBe(0)
    expect(stderr).toMatch(/blank\.png: it is blank: all its pixels are nearly of one colour/)
    expect(stderr).toMatch(/small\.png: what differs from its background fills only \d+ % of its side: crop it/)
  })
})

test('a run that is killed and one that is stopped go on to the same bits, augmented', async () => {
  const blows = [
    [kill, 1],
    [signalled('SIGTERM', 143), 1],
  ] as const
  await endAndCompare(folder.path, [...settings, '--augment'], { blows: blows.map((blow) => [...blow]), spread: 300 })
})

test('misuse', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'glueball-empty-'))
  const missing = await glueball('train', 'lenet', '--dataset', 'folder', '--out', at('none'))
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('Give --data-dir FOLDER') })
  const none = await glueball('train', 'lenet', '--dataset', 'folder', '--data-dir', empty, '--out', at('none'))
  expect(none.stderr).toContain('has no folders: expected one folder of pictures a class')
  expect((await glueball('train', 'lenet', '--grey')).stderr).toContain('--grey is for a folder of pictures')
  rmSync(empty, { recursive: true })
})
