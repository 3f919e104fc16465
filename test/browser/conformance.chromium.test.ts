// Every case of every op on the CPU engine in Chromium: isolated from other origins, not isolated, under a strict policy.
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { isolating, pages, strictPolicy } from './browser.ts'
import type { PageTests } from './page.ts'

declare const tests: PageTests

const root = fileURLToPath(new URL('.', import.meta.url))
const here = pages({
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

const workers = 'page.html?worker=worker.js'

describe.each([
  { name: 'isolated', path: 'page.html', headers: isolating, isolated: true, threads: 2 },
  { name: 'not isolated', path: 'page.html', headers: {}, isolated: false, threads: 1 },
  {
    ...{ name: 'isolated, strict policy', path: workers, isolated: true, threads: 2 },
    headers: { ...isolating, ...strictPolicy },
  },
  { name: 'not isolated, strict policy', path: workers, headers: strictPolicy, isolated: false, threads: 1 },
])('a page, $name', ({ path, headers, isolated, threads }) => {
  let page: Page
  beforeAll(async () => {
    page = await here.open(path, headers)
  })

  it('passes all cases of all ops', { timeout: 180_000 }, async () => {
    const info = await page.evaluate(() => tests.info())
    expect(info).toMatchObject({ isolated, threads, rung: 'relaxed' })
    expect(info.families.length).toBeGreaterThan(10)
    const wrong: string[] = []
    for (const family of info.families) {
      const found = await page.evaluate((name) => tests.check(name), family)
      expect(found.cases).toBeGreaterThan(0)
      wrong.push(...found.wrong)
    }
    expect(wrong).toEqual([])
  })
})
