// Whatever a user may type wrong, and damaged files: one line on standard error, nothing on standard output, the code.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { describeError } from './failures.ts'
import { commandInProcess } from './inProcess.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'glueball-line-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (...names: string[]) => join(folder, ...names)

const glueball = commandInProcess()

test.each([
  [['trian'], 'error: [glueball] there is no command trian. Did you mean train? There are: train, evaluate'],
  [['train', '--epohcs', '3'], 'error: [train] there is no option --epohcs. Did you mean --epochs? There are: '],
  [['train', 'resnet'], 'error: [train] there is no model resnet.'],
  [['train', 'nin', '--resize', '60'], 'error: [train] nin needs images of at least 67 pixels a side, got --resize 60'],
  [['train', '--epochs', 'ten'], "error: [train] --epochs takes a positive integer, got 'ten'"],
  [['train', '--ctx', 'tpu'], 'error: [train] there is no context tpu. Did you mean'],
  [['evaluate'], 'error: [evaluate] which checkpoint?'],
  [['predict', 'runs/x'], 'error: [predict] which images?'],
  [['predict'], 'error: [predict] which checkpoint, which images?'],
  [['summary'], 'error: [summary] which model?'],
  [
    ['summary', 'nin', '--input', '1,1,66,80'],
    'error: [summary] nin takes images, channels, height, width, with sides of at least 67, got --input 1,1,66,80',
  ],
  [['summary', 'lenet', '--input', '28,28'], 'with sides of at least 16, got --input 28,28'],
  [['run'], 'error: [run] which program?'],
  [['run', 'nothing.ts'], '[run] there is no file nothing.ts'],
  [['run', '.'], '[run] there is no file .: give the path'],
  [['run', '/dev/zero'], '[run] there is no file /dev/zero: give the path'],
])('wrong usage: %j ends with 2 and one line', async (args, message) => {
  const { code, stdout, stderr } = await glueball(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
})

describe('bad files end with 1 and one line', () => {
  const copy = (name: string): string => {
    cpSync(join(root, 'data'), at(name), { recursive: true })
    return at(name)
  }
  const images = 'train-images-idx3-ubyte.gz'
  const withImages = (name: string, change: (bytes: Buffer) => Uint8Array): string => {
    const path = copy(name)
    writeFileSync(join(path, images), change(readFileSync(join(path, images))))
    return path
  }
  const repack = (change: (content: Buffer) => Uint8Array) => (bytes: Buffer) =>
    gzipSync(change(gunzipSync(bytes)), { level: 1 })

  test.each([
    [
      'truncated gzip',
      () => withImages('truncated', (bytes) => bytes.subarray(0, 50_000)),
      /truncated.*is damaged.*cannot be unpacked/,
    ],
    ['corrupted gzip', () => withImages('corrupted', (bytes) => bytes.fill(7, 9000, 9100)), /corrupted.*is damaged/],
    [
      'wrong magic',
      () =>
        withImages(
          'magic',
          repack((content) => content.fill(9, 3, 4)),
        ),
      /magic.*got magic 0x00000809/,
    ],
    [
      'too short',
      () =>
        withImages(
          'size',
          repack((content) => content.subarray(0, 70_000)),
        ),
      /size.*is cut short/,
    ],
    [
      'images that are not square',
      () =>
        withImages(
          'oblong',
          repack((content) => {
            content.writeUInt32BE(14, 8)
            content.writeUInt32BE(56, 12)
            return content
          }),
        ),
      /oblong has images of 14×56: expected square ones/,
    ],
    ['no folder', () => at('nowhere'), /cannot read the folder .*nowhere/],
    [
      'an empty folder',
      () => mkdirSync(at('empty'), { recursive: true }) ?? at('empty'),
      /empty lacks a file: got an empty folder/,
    ],
    ['a file in place of a folder', () => join(root, 'package.json'), /cannot read the folder .*package\.json/],
  ])('%s', async (_what, make, pattern) => {
    const args = ['train', 'lenet', '--data-dir', make(), '--out', at('none')]
    const { code, stdout, stderr } = await glueball(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(pattern)
    expect(stderr.trimEnd().split('\n').length).toBe(1)
    expect(readdirSync(folder)).not.toContain('none')
  })

  test('checkpoints', async () => {
    writeFileSync(at('text'), 'no checkpoint')
    writeFileSync(at('sparse.png'), '')
    truncateSync(at('sparse.png'), 2 ** 40)
    spawnSync('mkfifo', [at('fifo')])
    for (const [args, pattern] of [
      [['evaluate', at('text')], /text is not a checkpoint/],
      [['evaluate', at('missing')], /there is no file or folder .*missing/],
      [['train', '--resume', at('text')], /text is not a checkpoint/],
      [['predict', at('text'), at('missing.png')], /text is not a checkpoint/],
    ] as const) {
      const { code, stdout, stderr } = await glueball(...args)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(pattern)
      expect(stderr.trimEnd().split('\n').length).toBe(1)
    }
  })
})

test('help teaches with examples', async () => {
  for (const name of ['train', 'evaluate', 'predict', 'export', 'summary', 'explain', 'run', 'info', 'bench']) {
    const { code, stdout, stderr } = await glueball(name, '--help')
    expect(code).toBe(0)
    expect(stdout).toContain(`glueball ${name}`)
    expect(stdout).toContain('EXAMPLES')
    expect(stderr).toBe('')
  }
  expect(await glueball('help')).toMatchObject({ code: 0, stdout: expect.stringContaining('glueball train lenet') })
})

test('a memory limit is told in one line with the batch that would fit; a fault of the program with its stack', () => {
  const census = [
    '[conv] out of memory: 2600 MB asked for, 3000 MB held of 4295 MB.',
    'Your arrays hold 1 MB',
    'A batch of about 800 would fit instead of 4096.',
  ]
  expect(describeError(new Error(census.join('\n')))).toBe(`error: ${census[0]} ${census[2]}`)
  expect(describeError(new TypeError('x is not a function'))).toMatch(/^error: TypeError: x is not a function\n +at /)
})
