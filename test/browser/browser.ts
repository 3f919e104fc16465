// A built page, served as a user's server would, in the machine's own Chromium.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build, type InlineConfig } from 'vite'
import { afterAll, beforeAll } from 'vitest'
import { servers } from '../serving.ts'

const root = fileURLToPath(new URL('.', import.meta.url))

/** Headers that isolate a page from other origins, so that its workers may share memory. */
export const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const

/** A content policy without blob: workers and without eval. */
export const strictPolicy = {
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'",
} as const

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}

/** Serves a folder's files with these headers. */
function filesOf(folder: string, headers: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    try {
      const bytes = readFileSync(join(folder, path.endsWith('/') ? `${path}index.html` : path))
      const type = types[extname(path)] ?? 'application/octet-stream'
      response.writeHead(200, { 'Content-Type': type, 'Cross-Origin-Resource-Policy': 'same-origin', ...headers })
      response.end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  }
}

/** What a test may do with a browser. */
export interface Pages {
  /** Opens a path of the built folder; errors of the page fail whatever is awaited of it next. */
  open(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>
}

/** Builds a page and starts Chromium before the tests around the call, ends both after them. */
export function pages(config: InlineConfig): Pages {
  const serve = servers()
  let [folder, browser]: [string, Browser | undefined] = ['', undefined]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glueball-page-'))
    await build({
      logLevel: 'warn',
      configFile: false,
      ...config,
      build: { ...config.build, outDir: folder, emptyOutDir: true },
    })
    const executablePath = process.env['GLUEBALL_CHROMIUM']
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
      timeout: 0,
    })
  })
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    async open(path, headers = {}) {
      const page = await browser!.newPage()
      page.setDefaultTimeout(0) // the test's own time ends what hangs
      page.on('pageerror', (error) => console.error(`page: ${error.message}`))
      await page.goto((await serve(filesOf(folder, headers))) + path)
      return page
    },
  }
}

/** The tests' own page, with the worker's module beside it. */
export function testPages(): Pages {
  return pages({
    root,
    base: './',
    resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
    build: {
      rolldownOptions: {
        input: {
          page: `${root}page.html`,
          worker: fileURLToPath(new URL('../../src/engines/wasm/workerModule.ts', import.meta.url)),
        },
        output: { entryFileNames: '[name].js' },
      },
    },
  })
}
