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
import { wideFlags } from './wide.ts'

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
  test('timers run while macrotasks are awaited', async () => {
    let ticked = false
    setTimeout(() => {
      ticked = true
    }, 1)
    const end = performance.now() + 30_000
    while (!ticked && performance.now() < end) await node.macrotask()
    expect(ticked).toBe(true)
  })

  test('a requested collection runs finalizers in the next macrotasks', async () => {
    let finalized = 0
    const registry = new FinalizationRegistry(() => finalized++)
    for (let i = 0; i < 100; i++) registry.register({ i }, i)
    await node.macrotask()
    await node.requestCollection()
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
})

describe('wide SIMD', () => {
  const has = process.arch === 'x64' && Number.parseInt(process.versions.node, 10) >= 24
  const printed = (program: string) => {
    const lines = `import { Worker } from 'node:worker_threads'
      import { enableWideSimd } from ${JSON.stringify(join(import.meta.dirname, 'node.ts'))}
      ${program}`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', lines], { encoding: 'utf8' })
    expect(stderr).not.toContain('illegal')
    return stdout
  }
  const worker = `new Worker(\`import(${JSON.stringify(join(import.meta.dirname, 'node.ts'))})
    .then(({ enableWideSimd }) => console.log(enableWideSimd()))\`, { eval: true })`

  test('from Node 24 on, on x86', () => {
    expect(printed('console.log(enableWideSimd(), enableWideSimd())')).toBe(`${has} ${has}\n`)
  })

  test('a worker has it where the main thread asked for it first', () => {
    expect(printed(`enableWideSimd(); ${worker}`)).toBe(`${has}\n`)
    expect(printed(worker)).toBe('false\n')
  })

  test('the main thread asks too late once it has started a worker', () => {
    expect(printed("new Worker('', { eval: true }); console.log(enableWideSimd())")).toBe('false\n')
  })

  test('the launcher starts the pinned Node with the flags, unless another rung is asked for', () => {
    const flags = wideFlags(process.versions.node, process.arch)
    const file = join(folder, 'arguments.js')
    writeFileSync(file, 'console.log(JSON.stringify(process.execArgv))')
    const launch = join(import.meta.dirname, '../../runtime/launch.js')
    const started = (rung: string): string[] => {
      const env = { ...process.env, GLUEBALL_RUNG: rung }
      return JSON.parse(spawnSync(process.execPath, [launch, 'run', file], { encoding: 'utf8', env }).stdout)
    }
    expect(started('').slice(0, 1 + flags.length)).toEqual(['--conditions=source', ...flags])
    expect(started('relaxed').filter((argument) => flags.includes(argument))).toEqual([])
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
    await vi.waitFor(() => expect(seen).toEqual(['ready', 42]), { timeout: 30_000 })
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
    await vi.waitFor(() => expect(seen).toEqual(['waiting']), { timeout: 30_000 })
    Atomics.store(words, 0, 1)
    Atomics.notify(words, 0)
    await vi.waitFor(() => expect(seen).toEqual(['waiting', 'woken']), { timeout: 30_000 })
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
    await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 30_000 })
    expect(errors[0].message).toContain(message)
  })

  test('an unref-ed worker lets the process end', () => {
    const program = `import { startWorker } from ${JSON.stringify(join(import.meta.dirname, 'node.ts'))}
      startWorker({ name: 'test', text: 'for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)' }, null, () => {}, () => {}).unref()`
    const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 })
    expect({ status, signal }).toEqual({ status: 0, signal: null })
  })
})

describe('download', () => {
  const start = servers()
  const serve = async (listener: RequestListener) => `${await start(listener)}file`

  test('bytes and progress', async () => {
    const content = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)
    const url = await serve((_, response) => {
      response.setHeader('content-length', content.length)
      response.write(content.subarray(0, 50_000), () => response.end(content.subarray(50_000)))
    })
    const progress: (readonly [number, number | undefined])[] = []
    const bytes = await node.download(url, { onProgress: (loaded, total) => progress.push([loaded, total]) })
    expect(Buffer.compare(bytes, content)).toBe(0)
    expect(progress.at(-1)).toEqual([200_000, 200_000])
    expect(progress.every(([loaded], i) => i === 0 || loaded > progress[i - 1][0])).toBe(true)
  })

  test('a server that never answers is given up', async () => {
    const url = await serve(() => {})
    const before = performance.now()
    await expect(node.download(url, { connectTimeoutMs: 200 })).rejects.toThrow(
      `[download] ${url}: no answer within 0.2 s`,
    )
    expect(performance.now() - before).toBeLessThan(2000)
  })

  test('a server that stops in the middle is given up', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-length', 100)
      response.write('begun')
    })
    await expect(node.download(url, { stallTimeoutMs: 200 })).rejects.toThrow('nothing came for 0.2 s')
  })

  test('a broken connection, a refused one and a missing file', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/file') response.writeHead(404).end()
      else {
        response.setHeader('content-length', 100)
        response.write('begun', () => response.destroy())
      }
    })
    await expect(node.download(url)).rejects.toThrow(`[download] ${url}: the server answered 404 Not Found`)
    await expect(node.download(url.replace('/file', '/broken'))).rejects.toThrow('[download]')
    await expect(node.download('http://127.0.0.1:1/x')).rejects.toThrow(/ECONNREFUSED|bad port/)
  })
})
