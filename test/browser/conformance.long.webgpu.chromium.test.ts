// All convolutions in Chromium on the GPU engine.
import { it } from 'vitest'
import { testPages } from './browser.ts'
import { check } from './cases.ts'

const here = testPages()

it('a page passes all cases of conv on the GPU engine', async () => {
  await check(await here.open('page.html'), 'conv', 'webgpu')
})
