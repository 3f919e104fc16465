// All cases of all ops in Chromium on the GPU engine.
import type { Page } from 'playwright-core'
import { beforeAll, describe, it } from 'vitest'
import { computedBy, loadFamilies } from '../conformance/families.ts'
import { testPages } from './browser.ts'
import { check } from './cases.ts'

const here = testPages()
const families = computedBy(await loadFamilies()).map(({ name }) => name)

describe('a page passes all cases on the GPU engine', () => {
  let page: Page
  beforeAll(async () => {
    page = await here.open('page.html')
  })
  it.each(families)('%s', (family) => check(page, family, 'webgpu'))
})
