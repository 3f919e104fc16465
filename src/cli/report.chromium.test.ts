// report.html in Chromium under its own content policy: style and pictures show, and nothing else would load.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportParts } from './fixtures.ts'
import { renderReport } from './report/report.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-report-'))
let browser: Browser
beforeAll(async () => {
  const executablePath = process.env['GLUEBALL_CHROMIUM']
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the policy lets the page show all of itself, and refuses scripts and addresses', async () => {
  const file = join(folder, 'report.html')
  const smuggled = '<script>document.title = "run"</script><img src="http://127.0.0.1:9/x.png"></main>'
  writeFileSync(file, renderReport(reportParts))
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  await page.goto(pathToFileURL(file).href)
  const shown = await page.evaluate(() => ({
    pictures: Array.from(document.images, (image) => image.naturalWidth),
    shade: getComputedStyle(document.querySelector('td.s16') as Element).backgroundColor,
    legend: getComputedStyle(document.querySelector('.legend i') as Element).backgroundColor,
  }))
  expect(shown.pictures).toEqual([28, 28])
  expect(shown.shade).toMatch(/^rgba\(.*0\.576\)$/)
  expect(shown.legend).toMatch(/^rgb\(/)
  expect(complaints).toEqual([])
  writeFileSync(file, renderReport(reportParts).replace('</main>', smuggled))
  await page.goto(pathToFileURL(file).href)
  expect(await page.title()).toContain('Network in Network')
  expect(complaints.length).toBe(2)
  for (const text of complaints) expect(text).toContain('Content Security Policy')
})
