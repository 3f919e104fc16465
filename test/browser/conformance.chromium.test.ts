// Every case of every op in Chromium: on the CPU engine in pages of all kinds, and on the GPU engine.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { isolating, strictPolicy, testPages } from './browser.ts'
import type { PageEngine, PageTests } from './page.ts'

declare const tests: PageTests

const here = testPages()

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
  it('passes all cases of all ops on the CPU engine', async () => {
    const page = await here.open(path, headers)
    expect(await page.evaluate(() => tests.info())).toMatchObject({ isolated, threads, rung: 'relaxed' })
    expect(await checkAll(page, 'wasm')).toEqual([])
    await page.close()
  })
})

it('a page passes all cases of all ops on the GPU engine', async () => {
  expect(await checkAll(await here.open('page.html'), 'webgpu')).toEqual([])
})

/** What goes wrong in all families of cases. */
async function checkAll(page: Page, engine: PageEngine): Promise<string[]> {
  const { families } = await page.evaluate(() => tests.info())
  expect(families.length).toBeGreaterThan(10)
  const wrong: string[] = []
  for (const family of families) {
    const found = await page.evaluate(([name, on]) => tests.check(name, on), [family, engine] as const)
    expect(found.cases).toBeGreaterThan(0)
    wrong.push(...found.wrong)
  }
  return wrong
}
