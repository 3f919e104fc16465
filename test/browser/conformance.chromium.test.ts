// Cases of every op in Chromium: all on the CPU engine in pages of all kinds, and a third on the GPU engine.
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { chosen, computedBy, dear, loadFamilies } from '../conformance/families.ts'
import { isolating, strictPolicy, testPages } from './browser.ts'
import { check } from './cases.ts'
import type { PageTests } from './page.ts'

declare const tests: PageTests

const here = testPages()

const workers = 'page.html?worker=worker.js'

const families = computedBy(await loadFamilies()).map(({ name }) => name)

// All cases with each kind of stream. A policy can refuse workers and the compiling of kernels, which one family shows.
if (!chosen) {
  describe.each([
    { name: 'isolated', path: 'page.html', headers: isolating, isolated: true, threads: 2, on: families },
    { name: 'not isolated', path: 'page.html', headers: {}, isolated: false, threads: 1, on: families },
    {
      ...{ name: 'isolated, strict policy', path: workers, isolated: true, threads: 2, on: ['conv'] },
      headers: { ...isolating, ...strictPolicy },
    },
    {
      ...{ name: 'not isolated, strict policy', path: workers, isolated: false, threads: 1, on: ['conv'] },
      headers: strictPolicy,
    },
  ])('a page, $name', ({ path, headers, isolated, threads, on }) => {
    it('passes the cases of the ops on the CPU engine', async () => {
      const page = await here.open(path, headers)
      expect(await page.evaluate(() => tests.info())).toEqual({ isolated, threads, rung: 'relaxed' })
      for (const family of on) await check(page, family, 'wasm')
      await page.close()
    })
  })
}

// SwiftShader compiles the shaders of all cases for minutes, and Node runs them on the same engine:
// conformance.long.webgpu.chromium.test.ts runs the rest.
if (families.length === 0) it.skip('the chosen cases fail at the call, before an engine runs')
else {
  describe('a page passes the cases of all ops on the GPU engine', () => {
    let page: Page
    beforeAll(async () => {
      page = await here.open('page.html')
    })
    it.each(families)('%s', (family) => check(page, family, 'webgpu', chosen ? 1 : dear.includes(family) ? 9 : 3))
  })
}
