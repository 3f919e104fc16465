// What Glueball asks of Node: the event loop, files, workers, downloads. Imports nothing from outside this folder.
import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { constants, fstatSync, type Stats } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { getEnvironmentData, isMainThread, setEnvironmentData, Worker } from 'node:worker_threads'
import { createGunzip, createInflate } from 'node:zlib'
import { messageOf } from './download.ts'
import { importOptional } from './optional.ts'
import { pressCollector } from './pressure.ts'
import { wideFlags } from './wide.ts'
import type { WorkerHandle, WorkerProgram } from './worker.ts'

export type { DecodedPixels } from './decoded.ts'
export { type DownloadOptions, download } from './download.ts'
export { decodeWebp } from './webp.ts'
export { optimizedFunction } from './wide.ts'
export type { WorkerHandle, WorkerProgram } from './worker.ts'

/** Whether there are files here. */
export const hasFiles = true

/** The symbol under which an object says how the console shows it. */
export const inspectSymbol: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** Resolves in a later turn of the event loop, so that timers, Ctrl-C and finalizers get theirs. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * Collects garbage in the next turn of the event loop and resolves when that is done; finalizers run in the turns after.
 * The inspector collects without V8's flag for it, which would hold for all threads.
 */
export async function requestCollection(): Promise<void> {
  try {
    const { Session } = await import('node:inspector')
    const session = new Session()
    session.connect()
    await new Promise<void>((resolve) => session.post('HeapProfiler.collectGarbage', () => resolve()))
    session.disconnect()
  } catch {
    pressCollector() // a Node without its inspector, or one that withholds it
  }
}

/**
 * The bytes of a file of at most `atMost` bytes. Rejects anything but a file before opening it: a device may have no end,
 * a FIFO waits for a writer, and opening either may change its state. Reads the size that the system reports and no more.
 */
export async function readFile(path: string, atMost = 2 ** 31 - 1): Promise<Uint8Array<ArrayBuffer>> {
  const stats = await stat(path)
  if (!stats.isFile()) throw new Error(`not a file but ${kindOf(stats)}: '${path}'`)
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const { size } = await file.stat()
    if (size > atMost) throw new Error(`a file of ${size} bytes, more than the ${atMost} that are read here: '${path}'`)
    const bytes = new Uint8Array(size)
    let length = 0
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, size - length, null)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await file.close()
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a FIFO'
  return stats.isSocket() ? 'a socket' : 'a device'
}

const refusesToSync = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP'])

/**
 * Writes a file so that a crash, a full disk or `kill -9` leaves the old file or the new one, whole: into a temporary
 * file of the same folder, then renamed. On failure the temporary is removed and the old file untouched.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  // by chance, since every start of a container may have the number of a process that was killed there
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new Error(`[writeFileAtomic] could not write ${path}, what was there is unchanged: ${messageOf(error)}`, {
      cause: error,
    })
  }
  await syncFolder(dirname(path))
}

/** Makes a rename last through a power cut; systems that cannot sync a folder need not. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (!refusesToSync.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** Whether a file or folder is there. */
export function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** The names in a folder, sorted. */
export async function readDir(path: string): Promise<string[]> {
  return (await readdir(path)).sort()
}

/** Makes a folder and those above it, where they are not there yet: one by one, since `recursive` never ends in /proc. */
export async function makeDir(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeDir(dirname(path))
    await mkdir(path)
  }
}

/** Removes a file, where it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** Joins a folder and names in it to a path. */
export function joinPath(folder: string, ...names: string[]): string {
  return join(folder, ...names)
}

/** The path of a `file:` URL. */
export function pathOf(url: URL): string {
  return fileURLToPath(url)
}

/** An environment variable; an empty one counts as absent. */
export function environment(name: string): string | undefined {
  return process.env[name] || undefined
}

/** Where Glueball keeps what it can make or fetch again: `$GLUEBALL_HOME`, else the system's cache folder. */
export function cacheFolder(): string {
  const own = environment('GLUEBALL_HOME')
  if (own) return own
  if (process.platform === 'win32')
    return join(environment('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local'), 'glueball', 'Cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'glueball')
  return join(environment('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'glueball')
}

/**
 * Unpacks gzip or zlib's `deflate` piece by piece, no faster than the pieces are taken, so that the reader can stop.
 * Rejects when the data are damaged or cut short, its checksum included.
 */
export async function* inflate(bytes: Uint8Array, format: 'gzip' | 'deflate'): AsyncGenerator<Uint8Array> {
  const stream = (format === 'gzip' ? createGunzip : createInflate)({ chunkSize: 2 ** 16 })
  stream.end(bytes)
  yield* stream
}

/** Threads that can run at the same time. */
export function hardwareConcurrency(): number {
  return availableParallelism()
}

/** Whether workers can share memory with the thread that starts them. */
export function sharesMemory(): boolean {
  return true
}

const prelude = `const { parentPort: glueballPort, workerData } = require('node:worker_threads')
const glueballPost = (message, transfer) => glueballPort.postMessage(message, transfer)
const glueballReceive = (listener) => void glueballPort.on('message', listener)
`

/**
 * Starts a worker from a program's text, which is the same in Node and in a page; `glueballReceive` must be called while
 * the text first runs. `onError` gets what the worker throws and an exit nobody asked for.
 */
export function startWorker(
  program: WorkerProgram,
  data: unknown,
  onMessage: (message: unknown) => void,
  onError: (error: Error) => void,
): WorkerHandle {
  const text = `${prelude};((glueballData) => {\n${program.text}\n})(workerData)`
  const worker = new Worker(text, { eval: true, execArgv: [], workerData: data, name: 'glueball' })
  let over = false
  const fail = (error: Error) => {
    if (!over) onError(error)
    over = true
  }
  worker.on('message', onMessage)
  worker.on('messageerror', fail)
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', (code) => {
    if (code !== 0) fail(new Error(`[worker] ended by itself with code ${code}`))
  })
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, transfer),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    terminate: async () => {
      over = true
      await worker.terminate()
    },
  }
}

const flags = process.versions.v8 ? wideFlags(process.versions.node, process.arch) : []

/** The entry of the environment data, which new threads inherit, that says that the main thread has set the flags. */
const wideNote = 'glueball: V8 makes 256-bit operations'

let threadsStarted = 0
subscribe('worker_threads', () => threadsStarted++)

/** Whether no other thread was started: since this module was loaded, or before and with a listener to its messages. */
function alone(): boolean {
  return isMainThread && threadsStarted === 0 && !process.getActiveResourcesInfo().includes('MessagePort')
}

/**
 * Has V8 fuse pairs of 128-bit WebAssembly operations into 256-bit ones, in the whole process. Its flags are set once and
 * never back, by the main thread before it starts others: a compiler at work in another thread must not see them change.
 * False where V8 cannot (before Node 24, other processors), or where it is too late and they are not set.
 */
export function enableWideSimd(): boolean {
  if (flags.length === 0) return false
  if (flags.every((flag) => process.execArgv.includes(flag)) || getEnvironmentData(wideNote)) return true
  if (!alone()) return false
  for (const flag of flags) setFlagsFromString(flag)
  setEnvironmentData(wideNote, true)
  return true
}

/** What the package `webgpu` exports that is used here. */
interface Dawn {
  create(options: string[]): GPU
}

/** What Dawn's objects hang on: it crashes when they are collected. */
const dawns: unknown[] = []

/**
 * WebGPU of the runtime where it has its own, as Deno has; else of the package `webgpu`, on the adapter whose name contains
 * the one given. Rejects when that is not installed. Bundlers leave it out, since it is a library of the system.
 */
export async function openGpu(adapter?: string): Promise<GPU> {
  if (globalThis.navigator?.gpu) return navigator.gpu
  const dawn = await importOptional<Dawn>('webgpu').catch((error) => {
    throw new Error(
      `[gpu] Node has no WebGPU by itself: install the package webgpu (npm install webgpu). ${error.message}`,
    )
  })
  const gpu = dawn.create(adapter ? [`adapter=${adapter}`] : [])
  dawns.push(gpu)
  return gpu
}

/** Path of an optional package: the one installed beside this library, else that of the working folder. */
export function resolvePackage(name: string): string | undefined {
  // a bundle of CommonJS has no URL
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      if (from) return createRequire(from).resolve(name)
    } catch {} // not there: the next place
  }
  return undefined
}

/** Whether this process has an open socket with a number. */
export function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket()
  } catch {
    return false
  }
}

/** Calls a listener when the program ends, with its exit code; what is asynchronous then has no turn any more. */
export function atExit(listener: (code: number) => void): void {
  process.once('exit', listener)
}

/** Name and version of what runs the program, as `Node 26.10.0`. */
export function runtimeName(): string {
  return `Node ${process.versions.node}`
}
