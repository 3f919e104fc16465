// report.html is whole in itself: no script, no address, nothing that was typed goes in as markup.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { escapeHtml } from '../core/printable.ts'
import { reportParts as parts } from './fixtures.ts'
import { confusionTable, extent, lineChart, ticks } from './report/charts.ts'
import { renderReport } from './report/report.ts'

test('the page has the numbers, both charts, the matrix and the pictures, and needs nothing else', () => {
  const page = renderReport(parts)
  expect(page).toContain('Network in Network on Fashion-MNIST (subset)')
  expect(page).toContain('70.00 %')
  expect(page).toContain('best, epoch 1')
  expect(page.match(/<svg/g)?.length).toBe(2)
  expect(page.match(/<img/g)?.length).toBe(2)
  expect(page.match(/src="(?!data:image\/png;base64,)/g)).toBeNull()
  expect(page).not.toMatch(/<script|https?:|url\(|@import|<link/)
  expect(page).toContain('prefers-color-scheme: dark')
  expect(page).toContain('&lt;bag&gt;')
  expect(page).not.toContain('<bag>')
  expect(page).toContain('Node 26 &amp; more')
})

test('no text of a checkpoint becomes markup, and the content policy allows the style and the pictures alone', () => {
  const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
  const page = renderReport({
    ...parts,
    classes: [evil, evil],
    data: evil,
    machine: [[evil, evil]],
    settings: { ...parts.settings, init: evil, schedule: evil, optimizer: evil } as unknown as typeof parts.settings,
  })
  expect(page).not.toMatch(/<script|<img src=x|\sstyle=|\son\w+="/)
  const [, policy] = page.match(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/) as RegExpMatchArray
  const [, style] = page.match(/<style>([\s\S]*)<\/style>/) as RegExpMatchArray
  const hash = createHash('sha256').update(style).digest('base64')
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ])
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'))
})

test('tags are closed in order', () => {
  const open: string[] = []
  const single = new Set(['meta', 'img', 'line', 'circle', 'path', 'br', '!doctype'])
  const body = renderReport(parts).replace(/<style>[\s\S]*<\/style>/, '')
  for (const [, slash, name] of body.matchAll(/<(\/?)([a-z!0-9]+)[^>]*>/g)) {
    if (single.has(name)) continue
    if (slash) expect(open.pop()).toBe(name)
    else open.push(name)
  }
  expect(open).toEqual([])
})

test('ticks are round numbers around the data', () => {
  expect(ticks(0.13, 0.87, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(ticks(0, 9, 8)).toEqual([0, 2, 4, 6, 8, 10])
  expect(ticks(3, 3, 5)[0]).toBeLessThanOrEqual(3)
})

test('a run may have any number of epochs', () => {
  expect(extent(Array.from({ length: 300_000 }, (_, i) => (i % 7) - 3))).toEqual([-3, 3])
})

test('a curve of one epoch is a point in the picture', () => {
  const picture = lineChart([{ name: 'test', kind: 'test', points: [[0, 0.5]] }], 'x', String)
  const [, x, y] = picture.match(/cx="([\d.]+)" cy="([\d.]+)"/) as RegExpMatchArray
  expect(Number(x)).toBeGreaterThan(0)
  expect(Number(y)).toBeGreaterThan(0)
  expect(picture).not.toContain('NaN')
})

test('the matrix shows recall by row and precision by column', () => {
  const table = confusionTable(parts.confusion, ['a', 'b'])
  const scores = [...table.matchAll(/class="score">([^<]*)</g)].map((match) => match[1])
  expect(scores).toEqual(['80.0 %', '90.0 %', '88.9 %', '81.8 %', ''])
  expect(table).toContain('title="2 of 10 images of a taken for b"')
  expect(escapeHtml('"<&>"')).toBe('&quot;&lt;&amp;&gt;&quot;')
  expect(table).toContain('<td class="s4" title="2 of 10')
})
