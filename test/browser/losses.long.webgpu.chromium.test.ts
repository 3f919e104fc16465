// A page and Node train alike on the GPU engine.
import { gpu } from 'glueball'
import { expect, it } from 'vitest'
import { testPages } from './browser.ts'
import { lossesOn } from './losses.ts'
import type { PageTests } from './page.ts'

declare const tests: PageTests

const here = testPages()

// SwiftShader, which Chromium brings and Node then uses too, gives the same bits in both; another adapter rounds otherwise.
it('three steps of NiN, to 1e-5', async () => {
  const inNode = await lossesOn(await gpu(), 3)
  const page = await here.open('page.html')
  const inPage = await page.evaluate(() => tests.losses('webgpu', 3))
  console.log('losses in Node and in the page', inNode, inPage)
  expect(inPage.length).toBe(3)
  inPage.forEach((loss, i) => {
    expect(Math.abs(loss - inNode[i])).toBeLessThan(1e-5)
  })
  await page.close()
})
