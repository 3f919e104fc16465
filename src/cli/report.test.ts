// report.html is whole in itself: no script, no address, nothing that was typed goes in as markup.
import { expect, test } from 'vitest'
import { epochEvent } from './fixtures.ts'
import { confusionTable, escapeHtml, lineChart, ticks } from './report/charts.ts'
import { type ReportParts, renderReport } from './report/report.ts'
import { settingsFrom } from './settings.ts'

const parts: ReportParts = {
  settings: settingsFrom({ dataset: 'fashion-mnist-subset' }),
  history: [epochEvent(0, 0.4), epochEvent(1, 0.8), epochEvent(2, 0.7)],
  classes: ['t-shirt/top', '<bag>'],
  parameters: 1_992_166,
  confusion: [
    [8, 2],
    [1, 9],
  ],
  samples: [
    { image: new Uint8Array(784).fill(90), side: 28, label: 0, predicted: 0, confidence: 0.93 },
    { image: new Uint8Array(784).fill(40), side: 28, label: 1, predicted: 0, confidence: 0.61 },
  ],
  testImages: 20,
  data: 'embedded subset in data',
  machine: [['runtime', 'Node 26 & more']],
  seconds: 90,
}

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
})
