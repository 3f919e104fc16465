// report.html: what a run reached, in one file that needs nothing else, not even a script.
import { createHash } from 'node:crypto'
import { encode } from 'fast-png'
import { escapeHtml } from '../../core/printable.ts'
import { batchText, describeRecipe, type Settings } from '../settings/settings.ts'
import type { EpochEvent } from '../training/events.ts'
import { clock } from '../training/pace.ts'
import { confusionTable, lineChart } from './charts.ts'
import { style } from './style.ts'

/** An image of the test set with what the network made of it. */
export interface Sample {
  /** Bytes (side, side, channels), of one channel or three. */
  readonly image: Uint8Array
  readonly side: number
  readonly label: number
  readonly predicted: number
  /** Probability of the prediction, from 0 to 1. */
  readonly confidence: number
}

/** What a report is made of. */
export interface ReportParts {
  readonly settings: Settings
  readonly history: readonly EpochEvent[]
  readonly classes: readonly string[]
  readonly parameters: number
  /** Row: truth; column: prediction. */
  readonly confusion: readonly (readonly number[])[]
  readonly samples: readonly Sample[]
  readonly testImages: number
  /** The data set in words. */
  readonly data: string
  /** Name and value of what is known of the machine and the program. */
  readonly machine: readonly (readonly [string, string])[]
  /** Seconds of training. */
  readonly seconds: number
}

/** The page may show its own style and pictures, and nothing else: no script, no form, nothing from any address. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The page. */
export function renderReport(parts: ReportParts): string {
  const { settings, history } = parts
  const latest = history[history.length - 1]
  const best = history.reduce((a, b) => (b.testAccuracy > a.testAccuracy ? b : a))
  return pageOf(settings, percent(latest.testAccuracy), [
    figures([
      ['test accuracy', percent(latest.testAccuracy)],
      [`best, epoch ${best.epoch}`, percent(best.testAccuracy)],
      ['train accuracy', percent(latest.trainAccuracy)],
      ['epochs', `${latest.epoch + 1} of ${settings.epochs}`],
      ['training time', clock(parts.seconds)],
      ['images/s', latest.imagesPerSecond.toFixed(latest.imagesPerSecond < 100 ? 1 : 0)],
    ]),
    `<div class="row">${card('Accuracy', accuracyChart(history))}${card('Loss', lossChart(history))}</div>`,
    `<div class="row">${card('Confusion matrix', `<p class="soft">${parts.testImages.toLocaleString('en')} test images after epoch ${latest.epoch}; each row’s shade is its share of the class.</p>${confusionTable(parts.confusion, parts.classes)}`)}</div>`,
    gallery(parts),
    `<div class="row">${card('Settings', table(settingRows(parts)))}${card('Machine', table(parts.machine))}</div>`,
  ])
}

/** A page about runs of some settings; `result` stands in its title. */
export function pageOf(settings: Settings, result: string, body: readonly string[]): string {
  const names: Partial<Record<Settings['model'], string>> = { nin: 'Network in Network', lenet: 'LeNet' }
  const title = `${names[settings.model] ?? settings.model} on ${datasetTitle(settings.dataset)}`
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}: ${result}</title>`,
    `<style>${style}</style></head>`,
    '<body><main>',
    `<h1>${title}</h1>`,
    `<p class="soft">${escapeHtml(describeRecipe(settings))}</p>`,
    ...body,
    '</main></body></html>',
    '',
  ].join('\n')
}

function datasetTitle(name: Settings['dataset']): string {
  if (name === 'folder') return 'pictures of one’s own'
  return name === 'mnist' ? 'MNIST' : name === 'fashion-mnist' ? 'Fashion-MNIST' : 'Fashion-MNIST (subset)'
}

/** A share in per cent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

/** A card with a title. */
export function card(title: string, body: string): string {
  return `<section class="card"><h2>${title}</h2>${body}</section>`
}

/** Large figures, each with its name. */
export function figures(entries: readonly (readonly [string, string])[]): string {
  const cards = entries.map(
    ([name, value]) =>
      `<div class="card"><div class="soft">${escapeHtml(name)}</div><div class="figure">${escapeHtml(value)}</div></div>`,
  )
  return `<div class="figures">${cards.join('')}</div>`
}

function accuracyChart(history: readonly EpochEvent[]): string {
  return lineChart(
    [
      { name: 'training', kind: 'train', points: history.map((event) => [event.epoch, event.trainAccuracy]) },
      { name: 'test', kind: 'test', points: history.map((event) => [event.epoch, event.testAccuracy]) },
    ],
    'Accuracy by epoch',
    (value) => `${Number((100 * value).toFixed(2))} %`,
  )
}

function lossChart(history: readonly EpochEvent[]): string {
  return lineChart(
    [
      { name: 'training', kind: 'train', points: history.map((event) => [event.epoch, event.loss]) },
      { name: 'test', kind: 'test', points: history.map((event) => [event.epoch, event.testLoss]) },
    ],
    'Loss by epoch',
    (value) => String(Number(value.toFixed(3))),
  )
}

function gallery({ samples, classes }: ReportParts): string {
  const pictures = (right: boolean) =>
    samples
      .filter((sample) => (sample.label === sample.predicted) === right)
      .map((sample) => picture(sample, classes))
      .join('\n')
  const section = (title: string, note: string, right: boolean) =>
    card(title, `<p class="soft">${note}</p><div class="gallery">${pictures(right) || '<p>None.</p>'}</div>`)
  const wrong = section('Wrong predictions', 'Those that the network was surest of.', false)
  const right = section('Right predictions', 'One class after the other.', true)
  return `<div class="row">${wrong}${right}</div>`
}

function picture({ image, side, label, predicted, confidence }: Sample, classes: readonly string[]): string {
  const channels = image.length / side ** 2
  const png = encode({ width: side, height: side, data: image, channels, depth: 8 })
  const right = label === predicted
  const truth = right ? '' : `<br><span class="soft">is ${escapeHtml(classes[label])}</span>`
  return [
    `<figure class="${right ? 'right' : 'wrong'}">`,
    `<img alt="${escapeHtml(classes[label])}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`,
    `<figcaption><b>${escapeHtml(classes[predicted])}</b> ${(100 * confidence).toFixed(0)} %${truth}</figcaption></figure>`,
  ].join('')
}

function settingRows({ settings, parameters, data }: ReportParts): [string, string][] {
  const rows: [string, string][] = [
    ['network', `${settings.model}, ${parameters.toLocaleString('en')} parameters`],
    ['data', data],
    ['images', `${settings.resize}×${settings.resize} pixels`],
    ['batch', batchText(settings)],
    [
      'optimizer',
      `${settings.optimizer.toUpperCase()}, learning rate ${settings.lr}, momentum ${settings.momentum}, weight decay ${settings.wd}`,
    ],
    ['schedule', `${settings.schedule}${settings.warmup > 0 ? `, warm-up of ${settings.warmup} steps` : ''}`],
    ['first weights', settings.init],
    ['seed', String(settings.seed)],
  ]
  if (settings.model === 'nin') rows.push(['last ReLU', settings.lastRelu ? 'yes' : 'no'])
  if (settings.limitTrain !== null) rows.push(['training images', `the first ${settings.limitTrain}`])
  if (settings.limitTest !== null) rows.push(['test images', `the first ${settings.limitTest}`])
  return rows
}

/** A table of names and values. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  )
  return `<table>${lines.join('\n')}</table>`
}
