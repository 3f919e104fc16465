// The page's side of the platform, as far as Node has what a page has; the rest is seen in a browser.
import { afterEach, expect, test, vi } from 'vitest'
import * as browser from './browser.ts'

afterEach(() => vi.unstubAllGlobals())

test('files say what to do instead', async () => {
  const advice = 'a page has no files: fetch the bytes'
  await expect(browser.readFile('a.params')).rejects.toThrow(`[readFile a.params] ${advice}`)
  await expect(browser.writeFileAtomic('a', new Uint8Array(0))).rejects.toThrow(advice)
  await expect(browser.fileExists('a')).rejects.toThrow(advice)
  await expect(browser.readDir('a')).rejects.toThrow(advice)
  await expect(browser.makeDir('a')).rejects.toThrow(advice)
  expect(() => browser.cacheFolder()).toThrow(advice)
  expect(browser.hasFiles).toBe(false)
  expect(browser.joinPath('data/', 'x', 'y.gz')).toBe('data/x/y.gz')
})

test('no environment, no flags, no collection to ask for', async () => {
  expect(browser.environment('PATH')).toBeUndefined()
  expect(browser.enableWideSimd()).toBe(false)
  await browser.requestCollection()
})

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'Chrome 141',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143'],
  ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15', 'Safari 18'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
    'Edge 141',
  ],
  ['something else', 'browser'],
])('%s', (userAgent, name) => {
  vi.stubGlobal('navigator', { userAgent, hardwareConcurrency: 8 })
  expect(browser.runtimeName()).toBe(name)
  expect(browser.hardwareConcurrency()).toBe(8)
})

/** Runs the worker's text as a page's worker would: on its own globals, on the first message. */
class PageWorker {
  static made: PageWorker[] = []
  readonly options: unknown
  readonly #listeners: ((event: { data: unknown }) => void)[] = []
  readonly #ready: Promise<void>
  terminated = false
  onmessage: ((event: { data: unknown }) => void) | undefined
  onerror: ((event: { message: string }) => void) | undefined

  constructor(url: string, options: unknown) {
    this.options = options
    PageWorker.made.push(this)
    const self = {
      postMessage: (data: unknown) => this.onmessage?.({ data }),
      addEventListener: (_: string, listener: (event: { data: unknown }) => void, { once = false } = {}) => {
        const wrapped = (event: { data: unknown }) => {
          if (once) this.#listeners.splice(this.#listeners.indexOf(wrapped), 1)
          listener(event)
        }
        this.#listeners.push(wrapped)
      },
    }
    this.#ready = fetch(url)
      .then((response) => response.text())
      .then((text) => new Function('self', text)(self))
  }

  postMessage(data: unknown): void {
    this.#ready.then(() => {
      try {
        for (const listener of [...this.#listeners]) listener({ data })
      } catch (error) {
        this.onerror?.({ message: String(error) })
      }
    })
  }

  terminate(): void {
    this.terminated = true
  }
}

test('a worker gets its data first, then messages; the text is that of Node', async () => {
  vi.stubGlobal('Worker', PageWorker)
  const seen: unknown[] = []
  const errors: Error[] = []
  const source = 'glueballReceive((n) => glueballPost(n * glueballData.factor)); glueballPost("ready")'
  const worker = browser.startWorker(
    { name: 'test', text: source },
    { factor: 3 },
    (message) => seen.push(message),
    (error) => errors.push(error),
  )
  worker.postMessage(14)
  await expect.poll(() => seen).toEqual(['ready', 42])
  await worker.terminate()
  expect(PageWorker.made[0].terminated).toBe(true)
  browser.startWorker(
    { name: 'test', text: 'throw new Error("no such module")' },
    null,
    () => {},
    (error) => errors.push(error),
  )
  await expect.poll(() => errors).toHaveLength(1)
  expect(errors[0].message).toContain('[worker] Error: no such module')
})
