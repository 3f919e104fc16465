// The lock of a run's folder: one holder at a time, whatever the others do, and dead holders stand in nobody's way.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { type Owner, runs, thisProcess } from './owner.ts'
import { FolderHeldError, RunLock } from './runLock.ts'

const root = mkdtempSync(join(tmpdir(), 'glueball-lock-'))
let folder = root
let count = 0
beforeEach(() => {
  folder = join(root, String(count++))
  mkdirSync(folder)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const path = () => join(folder, '.lock')
const left = (changes: Partial<Owner> & { readonly nonce?: string } = {}) => {
  const held = { ...thisProcess(), since: '2026-01-31 14:05 UTC', nonce: randomBytes(8).toString('hex'), ...changes }
  writeFileSync(path(), JSON.stringify(held))
}
const longAgo = () => utimesSync(path(), new Date(2026, 0, 1), new Date(2026, 0, 1))

/** A process that does what a program says, with `RunLock` and `folder` at hand, and prints. */
function other(program: string): ChildProcess {
  const script = `import { RunLock } from ${JSON.stringify(new URL('./runLock.ts', import.meta.url).href)}
const folder = ${JSON.stringify(folder)}
${program}`
  const args = ['--conditions=source', '--input-type=module', '-e', script]
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
}

const printed = (child: ChildProcess) =>
  new Promise<string>((resolve) => child.stdout?.once('data', (data) => resolve(`${data}`)))
const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once('close', () => resolve()))

test('a second holder is refused with the number of the first, in the same process too, until it is released', async () => {
  const lock = await RunLock.take(folder)
  await expect(RunLock.take(folder)).rejects.toThrow(
    new RegExp(`^\\[train\\] .* is being written by process ${process.pid} \\(since 20.* UTC\\)$`),
  )
  await lock.hold()
  lock.release()
  expect(readdirSync(folder)).toEqual([])
  const next = await RunLock.take(folder)
  lock.release() // a second time: the lock is another one by now
  await expect(RunLock.take(folder)).rejects.toThrow(FolderHeldError)
  next.release()
})

test('a process that was killed leaves its lock, and the next one takes it over', async () => {
  const child = other(`await RunLock.take(folder); console.log('held'); setInterval(() => {}, 1000)`)
  await printed(child)
  await expect(RunLock.take(folder)).rejects.toThrow(`by process ${child.pid} `)
  child.kill('SIGKILL')
  await ended(child)
  expect(existsSync(path())).toBe(true)
  const lock = await RunLock.take(folder)
  expect(readdirSync(folder)).toEqual(['.lock'])
  expect(JSON.parse(readFileSync(path(), 'utf8')).pid).toBe(process.pid)
  lock.release()
})

test('a process that exits by itself, or throws, leaves no lock', async () => {
  for (const end of ['process.exit(3)', "throw new Error('x')", '']) {
    await ended(other(`process.on('uncaughtException', () => process.exit(1)); await RunLock.take(folder); ${end}`))
    expect(readdirSync(folder)).toEqual([])
  }
})

test('of many that find a dead lock at once, one gets it', async () => {
  for (let round = 0; round < 40; round++) {
    left({ started: 'never', ...(thisProcess().started === null && { pid: 2 ** 30 }) })
    const takes = Array.from({ length: 6 }, () => RunLock.take(folder))
    const ends = await Promise.allSettled(takes)
    const locks = ends.filter((end) => end.status === 'fulfilled').map((end) => end.value)
    expect(locks.length).toBe(1)
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(FolderHeldError)
    await locks[0].hold()
    locks[0].release()
    expect(readdirSync(folder)).toEqual([])
  }
})

test('so it is with processes', async () => {
  left({ started: 'never', ...(thisProcess().started === null && { pid: 2 ** 30 }) })
  const program = `process.stdin.once('data', async () => {
  const got = await RunLock.take(folder).then(() => 'held', (error) => error.name)
  console.log(got)
  process.stdin.once('data', () => process.exit())
})
console.log('ready')`
  const children = Array.from({ length: 4 }, () => other(program))
  await Promise.all(children.map(printed))
  const answers = children.map(printed)
  for (const child of children) child.stdin?.write('go\n')
  const got = (await Promise.all(answers)).map((text) => text.trim()).sort()
  expect(got).toEqual([...new Array(3).fill('FolderHeldError'), 'held'])
  const ends = children.map(ended)
  for (const child of children) child.stdin?.write('end\n')
  await Promise.all(ends)
  expect(readdirSync(folder)).toEqual([])
})

test('the number of a process says nothing once another process has it, or elsewhere', () => {
  const me = thisProcess()
  expect(runs(me, false)).toBe(true)
  expect(runs({ ...me, pid: 2 ** 30 }, true)).toBe(false)
  if (me.started !== null) expect(runs({ ...me, started: '1' }, true)).toBe(false)
  for (const change of [{ host: 'elsewhere' }, { boot: 'earlier' }, { namespace: 'pid:[1]' }, { started: null }]) {
    expect(runs({ ...me, ...change }, true)).toBe(true)
    expect(runs({ ...me, ...change }, false)).toBe(false)
  }
})

test('a process that has ended but that its parent has not asked about counts as ended', async () => {
  // sleep takes the shell's place as a parent, and never asks; the child ends after that, or the shell would have asked
  const child = 'until grep -q sleep /proc/$PPID/comm; do :; done'
  const shell = spawn('sh', ['-c', `sh -c '${child}' & echo $!; exec sleep 1000`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const pid = Number(await printed(shell))
    if (thisProcess().started !== null) {
      const state = () => readFileSync(`/proc/${pid}/stat`, 'utf8')
      while (!/\) [ZX]/.test(state())) await new Promise((resolve) => setTimeout(resolve, 10))
      const started = state()
        .slice(state().lastIndexOf(')') + 2)
        .split(' ')[19]
      expect(runs({ ...thisProcess(), pid, started }, true)).toBe(false)
    }
  } finally {
    shell.kill()
  }
})

test('a lock from another machine holds while it gives signs of life, and is taken over after two minutes without', async () => {
  left({ host: 'elsewhere', pid: 1 })
  await expect(RunLock.take(folder)).rejects.toThrow(
    'is being written by process 1 on host elsewhere (since 2026-01-31',
  )
  longAgo()
  const lock = await RunLock.take(folder)
  await lock.hold()
  lock.release()
})

test.each([
  ['empty', ''],
  ['half written', '{"pid":1,"ho'],
  [
    'with a path for a number',
    '{"pid":1,"host":"a","boot":null,"namespace":null,"started":null,"since":"","nonce":"../x"}',
  ],
  ['with a number of no process', '{"pid":-1}'],
  ['JSON of another kind', 'null'],
])('a lock that makes no sense (%s) holds for two minutes', async (_what, content) => {
  writeFileSync(path(), content)
  await expect(RunLock.take(folder)).rejects.toThrow('a process that its .lock does not name')
  longAgo()
  ;(await RunLock.take(folder)).release()
  expect(readdirSync(folder)).toEqual([])
})

test('a link that leads nowhere is no lock that can be waited for, and what it names is not written', async () => {
  symlinkSync(join(folder, 'target'), path())
  await expect(RunLock.take(folder)).rejects.toThrow(FolderHeldError)
  expect(existsSync(join(folder, 'target'))).toBe(false)
})

test('a holder notices that another one has taken over, and makes again a lock that somebody removed', async () => {
  const lock = await RunLock.take(folder)
  rmSync(path())
  await lock.hold()
  await expect(RunLock.take(folder)).rejects.toThrow(FolderHeldError)
  left({ host: 'elsewhere', pid: 7 })
  await expect(lock.hold()).rejects.toThrow('is being written by process 7 on host elsewhere')
  lock.release()
  expect(JSON.parse(readFileSync(path(), 'utf8')).pid).toBe(7)
  rmSync(folder, { recursive: true })
  await lock.hold()
})

test('what killed takers left goes after two minutes, what living ones need stays', async () => {
  for (const name of ['.lock.0123456789abcdef', '.lock.0123456789abcdef.tmp', '.lock.fedcba9876543210.tmp'])
    writeFileSync(join(folder, name), '')
  for (const name of ['.lock.0123456789abcdef', '.lock.0123456789abcdef.tmp'])
    utimesSync(join(folder, name), new Date(2026, 0, 1), new Date(2026, 0, 1))
  const lock = await RunLock.take(folder)
  expect(readdirSync(folder).sort()).toEqual(['.lock', '.lock.fedcba9876543210.tmp'])
  lock.release()
})
