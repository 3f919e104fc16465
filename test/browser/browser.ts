// A built page, served as a user's server would, in the machine's own Chromium.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build, type InlineConfig } from 'vite'
import { afterAll, beforeAll } from 'vitest'
import { servers } from '../serving.ts'
import { filesOf, isolating, strictPolicy } from './files.ts'

const root = fileURLToPath(new URL('.', import.meta.url))

export { isolating, strictPolicy }

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
