// Node's side of the platform: files that survive a full disk, workers, downloads, collections.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { servers } from '../../test/serving.ts'
import * as browser from './browser.ts'
import * as node from './node.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glueball-platform-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.unstubAllEnvs())

test('both platforms have the same names', () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort())
})

describe('the event loop', () => {
  test.each([
    ['node', node],
    ['browser', browser],
  ])('timers run while macrotasks are awaited, %s', async (_, { macrotask }) => {
    let ticked = false
    setTimeout(() => {
      ticked = true
    }, 1)
    // once it is due, Node runs at most 1000 messages of a channel before it
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    for (let i = 0; i < 2000 && !ticked; i++) await macrotask()
    expect(ticked).toBe(true)
  })

  test('a requested collection runs finalizers in the next macrotasks', async () => {
    let finalized = 0
    const registry = new FinalizationRegistry(() => finalized++)
    for (let i = 0; i < 100; i++) registry.register({ i }, i)
    await node.macrotask()
    node.requestCollection()
    for (let i = 0; i < 10 && finalized < 100; i++) await node.macrotask()
    expect(finalized).toBeGreaterThanOrEqual(99)
  })
})

describe('files', () => {
  test('written, read, listed and asked for', async () => {
    const inside = join(folder, 'a', 'b')
    await node.makeDir(inside)
    await node.makeDir(inside)
    const path = node.joinPath(inside, 'x.bin')
    expect(await node.fileExists(path)).toBe(false)
    await node.writeFileAtomic(path, Uint8Array.of(1, 2, 3))
    await node.writeFileAtomic(path, Uint8Array.of(4, 5))
    expect(await node.fileExists(path)).toBe(true)
    expect(await node.readFile(path)).toEqual(Uint8Array.of(4, 5))
    expect(await node.readDir(inside)).toEqual(['x.bin'])
  })

  test('a folder that cannot be made is refused, in a file and in /proc too', async () => {
    await node.writeFileAtomic(join(folder, 'file'), Uint8Array.of(1))
    await expect(node.makeDir(join(folder, 'file'))).rejects.toThrow('EEXIST')
    await expect(node.makeDir(join(folder, 'file', 'a'))).rejects.toThrow('ENOTDIR')
    if (process.platform === 'linux') await expect(node.makeDir('/proc/none/a')).rejects.toThrow('ENOENT')
  })

  test('a write that cannot begin names the file', async () => {
    const path = join(folder, 'no such folder', 'x.bin')
    await expect(node.writeFileAtomic(path, Uint8Array.of(1))).rejects.toThrow(
      `[writeFileAtomic] could not write ${path}, what was there is unchanged: ENOENT`,
    )
  })

  test('a rename that fails leaves no temporary file', async () => {
    const path = join(folder, 'taken')
    await node.makeDir(join(path, 'inside'))
    await expect(node.writeFileAtomic(path, Uint8Array.of(1))).rejects.toThrow('what was there is unchanged')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(statSync(path).isDirectory()).toBe(true)
  })

  test.runIf(process.platform !== 'win32')('a disk that fills up leaves the old file and no temporary one', () => {
    const inside = mkdtempSync(join(folder, 'full-'))
    const path = join(inside, 'last.bin')
    writeFileSync(path, 'the old checkpoint')
    // The system refuses files above 64 KiB to this process, in the midst of the write, as a full disk would.
    const program = `import { writeFileAtomic } from ${JSON.stringify(join(import.meta.dirname, 'node.ts'))}
      process.on('SIGXFSZ', () => {})
      await writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(1 << 20)).catch((error) => console.log(error.message))`
    const shell = 'trap "" XFSZ; ulimit -f 64; exec "$@"'
    const args = ['-c', shell, 'bash', process.execPath, '--input-type=module', '-e', program]
    const { stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' })
    expect(stdout, stderr).toContain(`could not write ${path}, what was there is unchanged: EFBIG`)
    expect(readFileSync(path, 'utf8')).toBe('the old checkpoint')
    expect(readdirSync(inside)).toEqual(['last.bin'])
  })
})

describe('where things are', () => {
  test('the cache folder: $GLUEBALL_HOME, else that of the system', () => {
    vi.stubEnv('GLUEBALL_HOME', '/somewhere/else')
    expect(node.cacheFolder()).toBe('/somewhere/else')
    vi.stubEnv('GLUEBALL_HOME', '')
    expect(node.environment('GLUEBALL_HOME')).toBeUndefined()
    vi.stubEnv('XDG_CACHE_HOME', '')
    const system: Record<string, string[]> = {
      linux: ['.cache', 'glueball'],
      darwin: ['Library', 'Caches', 'glueball'],
    }
    const expected = system[process.platform]
    if (expected) expect(node.cacheFolder()).toBe(join(homedir(), ...expected))
    vi.stubEnv('XDG_CACHE_HOME', '/xdg')
    if (process.platform === 'linux') expect(node.cacheFolder()).toBe('/xdg/glueball')
  })

  test('what runs here', () => {
    expect(node.pathOf(new URL('file:///a%20b/c'))).toBe('/a b/c')
    expect(node.runtimeName()).toBe(`Node ${process.versions.node}`)
    expect(node.hardwareConcurrency()).toBeGreaterThanOrEqual(1)
    expect(node.hasFiles).toBe(true)
  })

  test('the inspect symbol is that of console.log', () => {
    const logged = spawnSync(process.execPath, [
      '-e',
      `console.log({ [Symbol.for('${node.inspectSymbol.description}')]: () => 'seen' })`,
    ])
    expect(String(logged.stdout)).toBe('seen\n')
  })

  test('wide SIMD from Node 24 on, on x86', () => {
    const program = `import { enableWideSimd } from ${JSON.stringify(join(import.meta.dirname, 'node.ts'))}
      console.log(enableWideSimd())`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    const expected = Number(process.versions.node.split('.')[0]) >= 24 && process.arch === 'x64'
    expect(stdout, stderr).toBe(`${expected}\n`)
    expect(stderr).not.toContain('illegal')
  })
})

describe('gunzip', () => {
  const packed = gzipSync(Buffer.from('a whole file, '.repeat(100)))
  for (const [name, platform] of Object.entries({ node, browser })) {
    test(`${name}: whole, cut short and corrupt`, async () => {
      expect(Buffer.from(await platform.gunzip(packed)).toString()).toBe('a whole file, '.repeat(100))
      await expect(platform.gunzip(packed.subarray(0, packed.length - 9))).rejects.toThrow()
      const corrupt = Uint8Array.from(packed)
      corrupt[packed.length - 6] ^= 1
      await expect(platform.gunzip(corrupt)).rejects.toThrow()
    })
  }
})

describe('workers', () => {
  const echo = 'glueballReceive((n) => glueballPost(n * glueballData.factor)); glueballPost("ready")'

  test('data, messages both ways, and an end', async () => {
    const seen: unknown[] = []
    const errors: Error[] = []
    const worker = node.startWorker(
      { name: 'test', text: echo },
      { factor: 3 },
      (message) => seen.push(message),
      (error) => errors.push(error),
    )
    worker.postMessage(14)
    await expect.poll(() => seen).toEqual(['ready', 42])
    worker.unref()
    worker.ref()
    await worker.terminate()
    await node.macrotask()
    expect(errors).toEqual([])
  })

  test('a worker that never yields posts and shares memory', async () => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    const source = `const { words } = glueballData
      glueballPost('waiting'); Atomics.wait(words, 0, 0); glueballPost('woken')
      for (;;) Atomics.wait(words, 1, 0)`
    const seen: unknown[] = []
    const worker = node.startWorker(
      { name: 'test', text: source },
      { words },
      (message) => seen.push(message),
      () => {},
    )
    await expect.poll(() => seen).toEqual(['waiting'])
    Atomics.store(words, 0, 1)
    Atomics.notify(words, 0)
    await expect.poll(() => seen).toEqual(['waiting', 'woken'])
    await worker.terminate()
  })

  test.each([
    ['throw new TypeError("no such module")', 'no such module'],
    ['this is no program', 'Unexpected'],
    ['setTimeout(() => process.exit(3))', '[worker] ended by itself with code 3'],
  ])('%s', async (source, message) => {
    const errors: Error[] = []
    node.startWorker(
      { name: 'test', text: source },
      null,
      () => {},
      (error) => errors.push(error),
    )
    await expect.poll(() => errors).toHaveLength(1)
    expect(errors[0].message).toContain(message)
  })

  test('an unref-ed worker lets the process end', () => {
    const program = `import { startWorker } from ${JSON.stringify(join(import.meta.dirname, 'node.ts'))}
      startWorker({ name: 'test', text: 'for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)' }, null, () => {}, () => {}).unref()`
    const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 600_000 })
    expect({ status, signal }).toEqual({ status: 0, signal: null })
  })
})

describe('download', () => {
  const start = servers()
  const serve = async (listener: RequestListener) => `${await start(listener)}file`
  const patient = { connectTimeoutMs: 600_000 }
  afterEach(() => void vi.useRealTimers())

  test('bytes and progress', async () => {
    const content = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)
    const url = await serve((_, response) => {
      response.setHeader('content-length', content.length)
      response.write(content.subarray(0, 50_000), () => response.end(content.subarray(50_000)))
    })
    const progress: (readonly [number, number | undefined])[] = []
    const onProgress = (loaded: number, total: number | undefined) => void progress.push([loaded, total])
    const bytes = await node.download(url, { ...patient, onProgress })
    expect(Buffer.compare(bytes, content)).toBe(0)
    expect(progress.at(-1)).toEqual([200_000, 200_000])
    expect(progress.every(([loaded], i) => i === 0 || loaded > progress[i - 1][0])).toBe(true)
  })

  test('a server that never answers is given up', async () => {
    const asked = Promise.withResolvers<void>()
    const url = await serve(() => asked.resolve())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const downloading = node.download(url, { connectTimeoutMs: 200 })
    await asked.promise
    vi.advanceTimersByTime(200)
    await expect(downloading).rejects.toThrow(`[download] ${url}: no answer within 0.2 s`)
  })

  test('a server that stops in the middle is given up', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-length', 100)
      response.write('begun')
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const begun = Promise.withResolvers<void>()
    const downloading = node.download(url, { stallTimeoutMs: 200, onProgress: () => begun.resolve() })
    await begun.promise
    vi.advanceTimersByTime(200)
    await expect(downloading).rejects.toThrow('nothing came for 0.2 s')
  })

  test('a broken connection, a refused one and a missing file', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/file') response.writeHead(404).end()
      else {
        response.setHeader('content-length', 100)
        response.write('begun', () => response.destroy())
      }
    })
    await expect(node.download(url, patient)).rejects.toThrow(`[download] ${url}: the server answered 404 Not Found`)
    await expect(node.download(url.replace('/file', '/broken'), patient)).rejects.toThrow('[download]')
    await expect(node.download('http://127.0.0.1:1/x', patient)).rejects.toThrow(/ECONNREFUSED|bad port/)
  })
})
