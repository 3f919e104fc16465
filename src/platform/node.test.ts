// Node's side of the platform: files that survive a full disk, workers, downloads, collections.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import type { RequestListener, ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
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

  test('what is no file is refused before it is opened', async () => {
    const open = (path: string) => expect(node.readFile(path)).rejects
    await open(folder).toThrow(`not a file but a folder: '${folder}'`)
    if (process.platform === 'win32') return
    const fifo = join(folder, 'fifo')
    spawnSync('mkfifo', [fifo])
    await open(fifo).toThrow(`not a file but a FIFO: '${fifo}'`)
    await open('/dev/zero').toThrow("not a file but a device: '/dev/zero'")
    const path = join(folder, 'socket')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    await open(path).toThrow(`not a file but a socket: '${path}'`)
    server.close()
  })

  test('a file is read as far as the system says, and not at all when that is more than is wanted', async () => {
    const path = join(folder, 'sparse')
    writeFileSync(path, '')
    truncateSync(path, 2 ** 40)
    const much = `a file of ${2 ** 40} bytes, more than the`
    await expect(node.readFile(path)).rejects.toThrow(`${much} ${2 ** 31 - 1} that are read here: '${path}'`)
    await expect(node.readFile(path, 100)).rejects.toThrow(`${much} 100 that are read here: '${path}'`)
    if (process.platform === 'linux') expect(await node.readFile('/proc/self/environ')).toHaveLength(0) // says 0
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

describe('inflate', () => {
  const content = Buffer.from('a whole file, '.repeat(100))
  const collect = async (pieces: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(pieces)).toString()
  for (const [name, { inflate }] of Object.entries({ node, browser })) {
    test.each([
      ['gzip', gzipSync(content), 6],
      ['deflate', deflateSync(content), 2],
    ] as const)(`${name}: %s whole, cut short and corrupt`, async (format, packed, inChecksum) => {
      expect(await collect(inflate(packed, format))).toBe(String(content))
      await expect(collect(inflate(packed.subarray(0, packed.length - 9), format))).rejects.toThrow()
      const corrupt = Uint8Array.from(packed)
      corrupt[packed.length - inChecksum] ^= 1
      await expect(collect(inflate(corrupt, format))).rejects.toThrow()
    })

    test(`${name}: pieces come no faster than they are taken, and their reader can stop`, async () => {
      const bomb = gzipSync(Buffer.alloc(2 ** 28), { level: 1 })
      const before = process.resourceUsage().maxRSS
      let length = 0
      for await (const piece of inflate(bomb, 'gzip')) {
        await node.macrotask()
        if ((length += piece.length) > 2 ** 20) break
      }
      expect(length).toBeLessThan(2 ** 23)
      expect(process.resourceUsage().maxRSS - before).toBeLessThan(2 ** 16) // KiB
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
    await expect(downloading).rejects.toThrow(/(only 5 bytes|nothing) came for 0.2 s/)
  })

  test('a server that sends a byte now and then is given up, and one that sends enough is not', async () => {
    const send = (size: number) => (_: unknown, response: ServerResponse) => {
      let left = 40
      const timer = setInterval(() => {
        if (left-- > 0) response.write(Buffer.alloc(size))
        else response.end()
      }, 20)
      response.on('close', () => clearInterval(timer))
    }
    const drip = node.download(await serve(send(1)), { ...patient, stallTimeoutMs: 400 })
    await expect(drip).rejects.toThrow(/(only \d+ bytes|nothing) came for 0.4 s/)
    expect(await node.download(await serve(send(2 ** 14)), { ...patient, stallTimeoutMs: 30_000 })).toHaveLength(
      40 * 2 ** 14,
    )
  })

  test('a server that sends without end is stopped', async () => {
    const closed = Promise.withResolvers<void>()
    const url = await serve((_, response) => {
      response.on('close', () => closed.resolve())
      const more = () => {
        while (response.write(Buffer.alloc(2 ** 14)));
        response.once('drain', more)
      }
      more()
    })
    await expect(node.download(url, { atMost: 10 ** 6, ...patient })).rejects.toThrow(
      `[download] ${url}: the server sends more than 1000000 bytes`,
    )
    await closed.promise
  })

  test('so is one that sends little, which its encoding makes much', async () => {
    const bomb = gzipSync(Buffer.alloc(2 ** 26))
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.setHeader('content-length', bomb.length)
      response.end(bomb)
    })
    await expect(node.download(url, { atMost: 10 ** 6, ...patient })).rejects.toThrow(
      'the server sends more than 1000000 bytes',
    )
  })

  test('what comes beyond the announced length is not taken, and what is missing is missed', async () => {
    const answer = (body: string) => (socket: Socket) => {
      socket.on('error', () => {}) // a client that has enough may reset the connection
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${body}`))
    }
    const open = async (body: string) => {
      const server = createServer(answer(body))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      return node.download(`http://127.0.0.1:${port}/`, patient).finally(() => server.close())
    }
    expect(String(Buffer.from(await open('begun and more')))).toBe('begun')
    await expect(open('beg')).rejects.toThrow('[download] http://127.0.0.1:')
  })

  test('a redirect that gives up encryption is not followed to the data', async () => {
    const response = Object.defineProperty(new Response('data'), 'url', { value: 'http://elsewhere/file' })
    vi.stubGlobal('fetch', async () => response)
    await expect(node.download('https://here/file')).rejects.toThrow(
      '[download] https://here/file: the server redirects to http://elsewhere/file, expected an encrypted connection',
    )
    vi.unstubAllGlobals()
  })

  test('more than is taken is refused when it is announced', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-length', 10 ** 12)
      response.write('begun')
    })
    await expect(node.download(url, patient)).rejects.toThrow(
      'the server announces 1000000000000 bytes, expected at most 268435456',
    )
  })

  test('redirects are followed, but not for ever', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/end') response.end('here')
      else response.writeHead(302, { location: request.url === '/file' ? '/end' : '/round' }).end()
    })
    expect(String(Buffer.from(await node.download(url, patient)))).toBe('here')
    await expect(node.download(url.replace('/file', '/round'), patient)).rejects.toThrow('redirect count exceeded')
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
