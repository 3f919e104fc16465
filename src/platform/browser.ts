// What Glueball asks of a page: the event loop, workers, downloads; there are no files. Imports nothing from outside this folder.

import type { DecodedPixels } from './decoded.ts'
import { pressCollector } from './pressure.ts'
import type { WorkerHandle, WorkerProgram } from './worker.ts'

export type { DecodedPixels } from './decoded.ts'
export { type DownloadOptions, download } from './download.ts'
export { optimizedFunction } from './wide.ts'
export type { WorkerHandle, WorkerProgram } from './worker.ts'

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

/** Presses the collector: a page cannot ask for a collection. */
export async function requestCollection(): Promise<void> {
  pressCollector()
}

function noFiles(what: string): Error {
  return new Error(
    `[${what}] a page has no files: fetch the bytes (or take them from a file input) and pass them on, and offer what ` +
      'would be written as a download',
  )
}

/** Rejects: a page has no files. */
export async function readFile(path: string, _atMost?: number): Promise<Uint8Array<ArrayBuffer>> {
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

/** Rejects: a page has no files. */
export async function removeFile(path: string): Promise<void> {
  throw noFiles(`removeFile ${path}`)
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

/** Packed bytes given to a DecompressionStream at a time: it unpacks all of a piece, 1032-fold at most, before it waits. */
const packedPiece = 2 ** 12

/**
 * Unpacks gzip or zlib's `deflate` piece by piece, no faster than the pieces are taken, so that the reader can stop.
 * Rejects when the data are damaged or cut short, its checksum included.
 */
export async function* inflate(bytes: Uint8Array, format: 'gzip' | 'deflate'): AsyncGenerator<Uint8Array> {
  let at = 0
  const packed = new ReadableStream<BufferSource>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, (at += packedPiece)))
    },
  })
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader()
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value
  } finally {
    await reader.cancel().catch(() => {}) // a stream that failed has nothing to cancel
  }
}

/** The pixels of a WebP, by the page's own decoder, which turns it as EXIF says. Rejects where they can't be decoded. */
export async function decodeWebp(bytes: Uint8Array): Promise<DecodedPixels> {
  const blob = new Blob([Uint8Array.from(bytes)], { type: 'image/webp' })
  const image = await createImageBitmap(blob, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' })
  const { width, height } = image
  const canvas = new OffscreenCanvas(width, height).getContext('2d')
  if (!canvas) throw new Error('this page has no canvas')
  canvas.drawImage(image, 0, 0)
  image.close()
  const { data } = canvas.getImageData(0, 0, width, height)
  return { width, height, channels: 4, data: new Uint8Array(data), orientation: 1 }
}

/** Threads that can run at the same time. */
export function hardwareConcurrency(): number {
  return navigator.hardwareConcurrency || 2
}

/** Whether workers can share memory with the page: where its headers isolate it from other origins. */
export function sharesMemory(): boolean {
  return globalThis.crossOriginIsolated === true
}

const prelude = `const glueballPost = (message, transfer = []) => self.postMessage(message, transfer)
const glueballReceive = (listener) => self.addEventListener('message', (event) => listener(event.data))
`

/**
 * Starts a worker from a program's text, by a blob: URL, or from its module where the page's content policy refuses
 * those; `glueballReceive` must be called while it first runs. `onError` gets what the worker throws.
 */
export function startWorker(
  program: WorkerProgram,
  data: unknown,
  onMessage: (message: unknown) => void,
  onError: (error: Error) => void,
): WorkerHandle {
  const { url, name } = program
  const blob = url ? undefined : URL.createObjectURL(new Blob([scriptOf(program)], { type: 'text/javascript' }))
  const worker = new Worker(blob ?? (typeof url === 'object' ? url.href : String(url)), {
    name: 'glueball',
    type: blob ? 'classic' : 'module',
  })
  worker.onmessage = (event) => onMessage(event.data)
  worker.onmessageerror = () => onError(new Error('[worker] sent a message that this page cannot read'))
  worker.onerror = (event) =>
    onError(
      new Error(
        `[worker] ${event.message || (blob ? refused : `could not start from ${typeof url === 'object' ? url.href : url}`)}`,
      ),
    )
  worker.postMessage({ program: name, data })
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, transfer),
    ref: () => {},
    unref: () => {},
    terminate: async () => {
      worker.terminate()
      if (blob) URL.revokeObjectURL(blob)
    },
  }
}

const refused =
  "could not start: where the page's content policy refuses blob: workers, set workerUrl of configureCpu to glueball/worker"

/** The script of a blob: the program runs with the first message. */
function scriptOf({ text }: WorkerProgram): string {
  const start = `const glueballStart = (glueballData) => {\n${text}\n}`
  const listen = `self.addEventListener('message', (event) => glueballStart(event.data.data), { once: true })`
  return `${prelude}${start}\n${listen}`
}

/** False: a page cannot set V8's flags. */
export function enableWideSimd(): boolean {
  return false
}

/** WebGPU of the page. Rejects where the browser has none. */
export async function openGpu(_adapter?: string): Promise<GPU> {
  if (navigator.gpu) return navigator.gpu
  throw new Error(
    '[gpu] this browser has no WebGPU, or keeps it from this page: it needs a secure address (https, or localhost) and Chrome 113, Edge 113, Safari 26 or Firefox 141 or newer',
  )
}

/** Undefined: a page resolves no packages. */
export function resolvePackage(_name: string): string | undefined {
  return undefined
}

/** Pages have no sockets by number. */
export function isSocket(_descriptor: number): boolean {
  return false
}

/** Never calls the listener: a page does not say when it ends. */
export function atExit(_listener: (code: number) => void): void {}

/** Name and version of the browser, as `Chrome 141`. */
export function runtimeName(): string {
  const { userAgent } = navigator
  const found = /(Edg|Firefox)\/(\d+)/.exec(userAgent) ?? /(Chrome|Version)\/(\d+)/.exec(userAgent)
  if (!found) return 'browser'
  const names: Record<string, string> = { Edg: 'Edge', Version: 'Safari' }
  return `${names[found[1]] ?? found[1]} ${found[2]}`
}
