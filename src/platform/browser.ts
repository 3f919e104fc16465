// What Glueball asks of a page: the event loop, workers, downloads; there are no files. Imports nothing from outside this folder.
import type { WorkerHandle } from './worker.ts'

export { type DownloadOptions, download } from './download.ts'
export type { WorkerHandle } from './worker.ts'

/** Whether there are files here. */
export const hasFiles = false

/** The symbol under which an object says how the console shows it. */
export const inspectSymbol: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** Resolves in a later turn of the event loop, so that timers, input and finalizers get theirs. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(0)
  })
}

const throwaway = 64 * 2 ** 20

/** Presses the collector by a buffer that is at once garbage: a page cannot ask for a collection. */
export function requestCollection(): void {
  try {
    new ArrayBuffer(throwaway)
  } catch {
    // No room even for that: the collector has run already.
  }
}

function noFiles(what: string): Error {
  return new Error(
    `[${what}] a page has no files: fetch the bytes (or take them from a file input) and pass them on, and offer what ` +
      'would be written as a download',
  )
}

/** Rejects: a page has no files. */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  throw noFiles(`readFile ${path}`)
}

/** Rejects: a page has no files. */
export async function writeFileAtomic(path: string, _bytes: Uint8Array): Promise<void> {
  throw noFiles(`writeFileAtomic ${path}`)
}

/** Rejects: a page has no files. */
export async function fileExists(path: string): Promise<boolean> {
  throw noFiles(`fileExists ${path}`)
}

/** Rejects: a page has no files. */
export async function readDir(path: string): Promise<string[]> {
  throw noFiles(`readDir ${path}`)
}

/** Rejects: a page has no files. */
export async function makeDir(path: string): Promise<void> {
  throw noFiles(`makeDir ${path}`)
}

/** Joins a folder and names in it to a path. */
export function joinPath(folder: string, ...names: string[]): string {
  return [folder.replace(/\/$/, ''), ...names].join('/')
}

/** The URL itself: a page has no paths. */
export function pathOf(url: URL): string {
  return url.href
}

/** Undefined: a page has no environment. */
export function environment(_name: string): string | undefined {
  return undefined
}

/** Throws: a page has no files. */
export function cacheFolder(): string {
  throw noFiles('cacheFolder')
}

/** Unpacks gzip; rejects when the data are damaged or cut short. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Threads that can run at the same time. */
export function hardwareConcurrency(): number {
  return navigator.hardwareConcurrency || 2
}

const prelude = `const glueballPost = (message) => self.postMessage(message)
const glueballReceive = (listener) => self.addEventListener('message', (event) => listener(event.data))
`

/**
 * Starts a worker from the text of a function body, in which three names are defined: `glueballData` (the data),
 * `glueballPost(message)` and `glueballReceive(listener)`, called while the text first runs. The text is the same in
 * Node and in a page. `onError` gets what the worker throws.
 */
export function startWorker(
  source: string,
  data: unknown,
  onMessage: (message: unknown) => void,
  onError: (error: Error) => void,
): WorkerHandle {
  const start = `const glueballStart = (glueballData) => {\n${source}\n}`
  const listen = `self.addEventListener('message', (event) => glueballStart(event.data), { once: true })`
  const url = URL.createObjectURL(new Blob([prelude, start, '\n', listen], { type: 'text/javascript' }))
  const worker = new Worker(url, { name: 'glueball' })
  worker.onmessage = (event) => onMessage(event.data)
  worker.onmessageerror = () => onError(new Error('[worker] sent a message that this page cannot read'))
  worker.onerror = (event) =>
    onError(new Error(`[worker] ${event.message || 'could not start: is blob: refused here?'}`))
  worker.postMessage(data)
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, transfer),
    ref: () => {},
    unref: () => {},
    terminate: async () => {
      worker.terminate()
      URL.revokeObjectURL(url)
    },
  }
}

/** False: a page cannot set V8's flags. */
export function enableWideSimd(): boolean {
  return false
}

/** Runs code; a page has no say in how V8 compiles. */
export function optimized<T>(run: () => T): T {
  return run()
}

/** Name and version of the browser, as `Chrome 141`. */
export function runtimeName(): string {
  const { userAgent } = navigator
  const found = /(Edg|Firefox)\/(\d+)/.exec(userAgent) ?? /(Chrome|Version)\/(\d+)/.exec(userAgent)
  if (!found) return 'browser'
  const names: Record<string, string> = { Edg: 'Edge', Version: 'Safari' }
  return `${names[found[1]] ?? found[1]} ${found[2]}`
}
