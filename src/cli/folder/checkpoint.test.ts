// A run's files: written whole or not at all, fallen back to when damaged, cut back when resumed.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { checkpointOf, epochEvent, progress } from '../fixtures.ts'
import { arraysOf, encodeRun, NotFiniteError, readRun, setAsideDamaged, writeLast } from './checkpoint.ts'
import { cutMetrics, MetricsLog } from './metricsLog.ts'
import { datedFolder, lockRunFolder, makeDatedFolder, makeRunFolder, RunFolder } from './runFolder.ts'

const root = mkdtempSync(join(tmpdir(), 'glueball-run-'))
let folder = root
let count = 0
beforeEach(() => {
  folder = join(root, String(count++))
  mkdirSync(folder)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const names = ['last', 'last.previous']
const save = (update: number) => writeLast(folder, encodeRun(checkpointOf(update)))

test('a checkpoint comes back as it was, and the one before it stays', async () => {
  await save(7)
  await save(9)
  const last = await readRun(folder, names)
  expect(last.header).toEqual(checkpointOf(9).header)
  expect(arraysOf(last, 'weight')).toEqual([
    { name: '0.weight', dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 9) },
  ])
  expect(last.notice).toBeUndefined()
  expect((await readRun(join(folder, 'last.previous'), names)).header.update).toBe(7)
  expect(readdirSync(folder).sort()).toEqual(['last', 'last.previous'])
})

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
  [
    'one bit turned',
    (bytes: Buffer) => bytes.fill(bytes[bytes.length >> 1] ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1),
  ],
  ['empty', () => Buffer.alloc(0)],
])('a damaged checkpoint (%s) falls back to the one before and says so', async (_what, damage) => {
  await save(7)
  await save(9)
  const last = join(folder, 'last')
  writeFileSync(last, damage(readFileSync(last)))
  for (const path of [folder, last]) {
    const found = await readRun(path, names)
    expect(found.header.update).toBe(7)
    expect(found.notice).toMatch(/last .*: going on with .*last\.previous$/)
  }
  const found = await readRun(folder, names)
  await setAsideDamaged(found)
  await save(8)
  expect((await readRun(folder, names)).header.update).toBe(8)
  expect(readdirSync(folder).sort()).toEqual(['last', 'last.damaged', 'last.previous'])
})

test('where no checkpoint is good, all are named', async () => {
  await save(7)
  await save(9)
  for (const name of names) writeFileSync(join(folder, name), 'nothing')
  await expect(readRun(folder, names)).rejects.toThrow(/last is .*; .*last\.previous is /)
  rmSync(join(folder, 'last'))
  rmSync(join(folder, 'last.previous'))
  await expect(readRun(folder, names)).rejects.toThrow('has no checkpoint: expected last or last.previous in it')
  await expect(readRun(join(folder, 'none'), names)).rejects.toThrow('there is no file or folder')
})

test('what is no file is not waited for', async () => {
  execFileSync('mkfifo', [join(folder, 'last')])
  await expect(readRun(folder, names)).rejects.toThrow(/last is no file/)
  await expect(readRun(join(folder, 'last'), names)).rejects.toThrow(/last is neither a file nor a folder/)
  await save(7)
  await save(9)
  execFileSync('sh', ['-c', 'rm last; mkfifo last'], { cwd: folder })
  expect((await readRun(folder, names)).header.update).toBe(7)
})

test('weights that are not finite are not saved', () => {
  const bad = checkpointOf(3, Float32Array.of(1, Number.NaN, 2))
  expect(() => encodeRun(bad)).toThrow(NotFiniteError)
  expect(() => encodeRun(bad)).toThrow('weight:0.weight holds NaN at element 1')
})

test('a disk that is full while saving loses nothing, and saving is tried again', async () => {
  const warnings: string[] = []
  let full = false
  const run = new RunFolder(
    folder,
    (message) => warnings.push(message),
    async (path, bytes) => {
      if (full) throw new Error(`could not write ${path}: ENOSPC: no space left on device`)
      writeFileSync(path, bytes)
    },
  )
  expect(await run.save(checkpointOf(7), true)).toBe(join(folder, 'last'))
  full = true
  expect(await run.save(checkpointOf(9), true)).toBeUndefined()
  expect(warnings).toEqual([expect.stringMatching(/the checkpoint was not saved: .*ENOSPC.*; training goes on/)])
  expect(run.failure).toContain('ENOSPC')
  expect((await readRun(folder, names)).header.update).toBe(7)
  expect((await readRun(join(folder, 'best'), names)).header.update).toBe(7)
  full = false
  await run.save(checkpointOf(11), false)
  expect(run.failure).toBeUndefined()
  expect((await readRun(folder, names)).header.update).toBe(11)
})

test('a write past the limit of a file leaves the old checkpoint', async () => {
  await save(7)
  const script = join(folder, 'save.ts')
  const source = new URL('./checkpoint.ts', import.meta.url)
  writeFileSync(
    script,
    `import { writeLast } from '${source}'
process.on('SIGXFSZ', () => {})
await writeLast(${JSON.stringify(folder)}, new Uint8Array(4_000_000)).then(() => process.exit(3), (error) => { console.log(error.message) })`,
  )
  const command = `ulimit -f 100; exec "${process.execPath}" --conditions=source ${script}`
  const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
  expect(printed).toMatch(/could not write .*last.*what was there is unchanged/)
  rmSync(script)
  expect((await readRun(folder, names)).header.update).toBe(7)
  expect(readdirSync(folder).sort()).toEqual(['last'])
})

test('saves that fail keep both checkpoints as they were, and leave nothing behind', async () => {
  await save(7)
  await save(9)
  const fail = async () => {
    throw new Error('ENOSPC: no space left on device')
  }
  for (let i = 0; i < 2; i++) await expect(writeLast(folder, new Uint8Array(1), fail)).rejects.toThrow('ENOSPC')
  expect((await readRun(join(folder, 'last'), names)).header.update).toBe(9)
  expect((await readRun(join(folder, 'last.previous'), names)).header.update).toBe(7)
  expect(readdirSync(folder).sort()).toEqual(['last', 'last.previous'])
  // earlier versions could leave two names of one file, between which a renaming does nothing
  rmSync(join(folder, 'last.previous'))
  linkSync(join(folder, 'last'), join(folder, 'last.previous'))
  await save(11)
  expect(readdirSync(folder).sort()).toEqual(['last', 'last.previous'])
  expect((await readRun(join(folder, 'last.previous'), names)).header.update).toBe(9)
})

test('a good best checkpoint is offered where the last ones are damaged', async () => {
  for (const name of names) writeFileSync(join(folder, name), 'nothing')
  await expect(readRun(folder, names)).rejects.toThrow(/last\.previous is [^.]*$/)
  writeFileSync(join(folder, 'best'), encodeRun(checkpointOf(5)))
  const best = join(folder, 'best')
  await expect(readRun(folder, names)).rejects.toThrow(`. Give ${best} to go on from the best epoch`)
  expect((await readRun(best, names)).header.update).toBe(5)
})

test('a folder that may not be looked into is not taken for an empty one', async () => {
  const long = join(folder, 'n'.repeat(300)) // no user may look at it, not even root
  await expect(readRun(long, names)).rejects.toThrow(/cannot look at .*ENAMETOOLONG/)
  await expect(makeRunFolder(long)).rejects.toThrow(/cannot make the folder .*ENAMETOOLONG/)
})

test('metrics.jsonl is cut back to the checkpoint, and lines that were cut short go', async () => {
  const path = join(folder, 'metrics.jsonl')
  const log = new MetricsLog(path, 0)
  for (const event of [progress({ update: 3 }), epochEvent(0, 0.5), progress({ epoch: 1, update: 15 })]) {
    log.tell(event)
    await log.flush()
  }
  log.tell(epochEvent(1, 0.6))
  await log.flush()
  appendFileSync(path, '{"event":"epo')
  await cutMetrics(path, 12, 1)
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ event, update }) => [event, update])).toEqual([
    ['progress', 3],
    ['epoch', 10],
  ])
  await cutMetrics(join(folder, 'none.jsonl'), 1, 1)
})

test('what cannot be written to metrics.jsonl waits', async () => {
  const path = join(folder, 'later', 'metrics.jsonl')
  const log = new MetricsLog(path)
  log.tell(epochEvent(0, 0.5))
  await expect(log.flush()).rejects.toThrow('ENOENT')
  mkdirSync(join(folder, 'later'))
  log.tell(epochEvent(1, 0.6))
  await log.flush()
  const text = readFileSync(path, 'utf8')
  expect(text.match(/"epoch":\d/g)).toEqual(['"epoch":0', '"epoch":1'])
})

test('lines that this program did not write, and damaged ones, neither stop a resumed run nor are told twice', async () => {
  const path = join(folder, 'metrics.jsonl')
  const line = (event: object) => JSON.stringify(event)
  const foreign = ['null', '17', '"text"', '[1,2]', '{"loss":3}', '{"event":7}', 'my note: lr was too high', '[']
  foreign.push('{"event":"epoch","epoch":{"toString":1}}', '{"event":"x","update":"99"}', '{"event":"epoch"}')
  const epochs = [line(epochEvent(0, 0.5)), line({ event: 'warning', message: 'of epoch 0' })]
  const gone = [
    line(epochEvent(1, 0.6)),
    line({ event: 'warning', message: 'of epoch 1' }),
    line(progress({ update: 5 })),
    line({ event: 'end' }),
  ]
  const damaged = ['{"event":"epo', '\0\0\0\0', '{"a":1,"a":2}', `{"a":${'['.repeat(100_000)}`, '{"event":"x"}{', '']
  const all = [line(progress({ update: 3 })), ...foreign, ...damaged, ...epochs, epochs[0], ...gone, 'after\r']
  writeFileSync(path, all.join('\n'))
  await cutMetrics(path, 12, 1)
  const kept = [line(progress({ update: 3 })), ...foreign, ...epochs, 'after\r']
  expect(readFileSync(path, 'utf8')).toBe(kept.map((text) => `${text}\n`).join(''))
  await cutMetrics(path, 12, 1)
  expect(readFileSync(path, 'utf8')).toBe(kept.map((text) => `${text}\n`).join(''))
  writeFileSync(path, '{\n'.repeat(10_001))
  await expect(cutMetrics(path, 12, 1)).rejects.toThrow(
    /metrics\.jsonl has more than 10000 damaged lines: move it away/,
  )
  rmSync(path)
  mkdirSync(path)
  await expect(cutMetrics(path, 12, 1)).rejects.toThrow(
    /metrics\.jsonl cannot be read \(not a file but a folder: .*\): move it away/,
  )
})

test('a new run takes no folder that holds one that has begun, and a locked folder is cleared of half-written files', async () => {
  const out = join(folder, 'run')
  const first = await makeRunFolder(out)
  expect(first.folder).toBe(out)
  first.release()
  await writeLast(out, encodeRun(checkpointOf(0)))
  const second = await makeRunFolder(out)
  expect(readdirSync(out)).toEqual(['.lock'])
  second.release()
  await writeLast(out, encodeRun(checkpointOf(7)))
  await expect(makeRunFolder(out)).rejects.toThrow(`holds a run already: go on with it by --resume ${out}`)
  expect(readdirSync(out)).toEqual(['last'])
  for (const name of ['.last.123-0.tmp', '.best.0a1b.tmp', '.report.html.7.tmp', '.last.previous.tmp', '.mine.tmp'])
    writeFileSync(join(out, name), 'half')
  const lock = await lockRunFolder(out, '')
  expect(readdirSync(out).sort()).toEqual(['.lock', '.mine.tmp', 'last'])
  lock.release()
  writeFileSync(join(folder, 'file'), '')
  await expect(makeRunFolder(join(folder, 'file', 'run'))).rejects.toThrow('cannot make the folder')
  await expect(makeRunFolder(join(folder, 'file'))).rejects.toThrow('file: there is a file of that name')
  expect(datedFolder('nin', new Date(2026, 0, 31, 14, 5, 9))).toBe(join('runs', 'nin-2026-01-31-140509'))
})

test('runs of the same second get folders of their own', async () => {
  const before = process.cwd()
  process.chdir(folder)
  try {
    const now = new Date(2026, 0, 31, 14, 5, 9)
    const locks = await Promise.all([1, 2, 3].map(() => makeDatedFolder('nin', now)))
    const names = locks.map((lock) => basename(lock.folder)).sort()
    expect(names).toEqual(['nin-2026-01-31-140509', 'nin-2026-01-31-140509-2', 'nin-2026-01-31-140509-3'])
    for (const lock of locks) lock.release()
  } finally {
    process.chdir(before)
  }
})
