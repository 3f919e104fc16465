// The report of runs with several seeds: the mean with its spread, and each run.

import type { Settings } from '../settings/settings.ts'
import type { EpochSpread, SeedRun } from '../training/seeds.ts'
import { lineChart } from './charts.ts'
import { card, figures, pageOf, percent, table } from './report.ts'

/** What the report is made of. */
export interface SeedsReportParts {
  readonly settings: Settings
  readonly runs: readonly SeedRun[]
  readonly spreads: readonly EpochSpread[]
}

/** The page. */
export function renderSeedsReport({ settings, runs, spreads }: SeedsReportParts): string {
  const latest = spreads[spreads.length - 1]
  return pageOf(settings, `${percent(latest.mean)} in the mean of ${runs.length} seeds`, [
    figures([
      ['mean test accuracy', percent(latest.mean)],
      ['standard deviation', percent(latest.deviation)],
      ['median', percent(latest.median)],
      ['least', percent(latest.least)],
      ['largest', percent(latest.largest)],
      ['seeds', String(runs.length)],
    ]),
    `<div class="row">${card('Test accuracy: mean, and all seeds in the band', spreadChart(spreads))}</div>`,
    `<div class="row">${card('Seeds', table(runs.map(rowOf)))}${card('Epochs', table(spreads.map(epochRow)))}</div>`,
  ])
}

function spreadChart(spreads: readonly EpochSpread[]): string {
  const points = spreads.map(({ epoch, mean }) => [epoch, mean] as const)
  const band = spreads.map(({ least, largest }) => [least, largest] as const)
  const format = (value: number) => `${Number((100 * value).toFixed(2))} %`
  return lineChart([{ name: 'mean', kind: 'test', points, band }], 'Test accuracy by epoch', format)
}

function rowOf({ seed, history }: SeedRun): [string, string] {
  const latest = history[history.length - 1]
  const best = history.reduce((a, b) => (b.testAccuracy > a.testAccuracy ? b : a))
  return [`seed ${seed}`, `${percent(latest.testAccuracy)}; best ${percent(best.testAccuracy)} in epoch ${best.epoch}`]
}

function epochRow({ epoch, mean, deviation, least, largest }: EpochSpread): [string, string] {
  return [
    `epoch ${epoch}`,
    `mean ${percent(mean)}, standard deviation ${percent(deviation)}, ${percent(least)} to ${percent(largest)}`,
  ]
}
