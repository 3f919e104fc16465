// Runs of one recipe with several seeds: which seeds, and the mean and spread of what they reached.

import { UsageError } from '../usage.ts'
import type { EpochEvent } from './events.ts'

/** Most seeds of one command. */
const most = 1000

/** The seeds of `1..5` or `1,4,9`; undefined when the option was left out. */
export function seedsFrom(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined
  const range = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text)
  const [first, last] = range ? [Number(range[1]), Number(range[2])] : [0, -1]
  const listed = /^\d{1,9}(,\d{1,9})*$/.test(text) ? text.split(',').map(Number) : []
  const count = range ? last - first + 1 : listed.length
  const seeds = count > most ? [] : range ? Array.from({ length: Math.max(0, count) }, (_, i) => first + i) : listed
  if (seeds.length > 0 && new Set(seeds).size === seeds.length) return seeds
  throw new UsageError(`[train] --seeds takes different seeds, at most ${most}, as 1..5 or 1,4,9; got '${text}'`)
}

/** What a run with one seed reached. */
export interface SeedRun {
  readonly seed: number
  readonly history: readonly EpochEvent[]
}

/** Test accuracies of all seeds after an epoch. */
export interface EpochSpread {
  readonly epoch: number
  readonly mean: number
  /** Standard deviation, with n − 1; 0 for one seed. */
  readonly deviation: number
  readonly median: number
  readonly least: number
  readonly largest: number
}

/** The spread after each epoch that all runs have done. */
export function spreadsOf(runs: readonly SeedRun[]): EpochSpread[] {
  const epochs = Math.min(...runs.map(({ history }) => history.length))
  return Array.from({ length: epochs }, (_, epoch) => {
    const values = runs.map(({ history }) => history[epoch].testAccuracy).sort((a, b) => a - b)
    const n = values.length
    const mean = values.reduce((sum, value) => sum + value, 0) / n
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return {
      epoch,
      mean,
      deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
      median: (values[Math.floor((n - 1) / 2)] + values[Math.ceil((n - 1) / 2)]) / 2,
      least: values[0],
      largest: values[n - 1],
    }
  })
}

/** The lines about all seeds. */
export function spreadLines(runs: readonly SeedRun[], spreads: readonly EpochSpread[]): string {
  const each = runs.map(({ seed, history }) => `  seed ${seed}: ${digits(history[spreads.length - 1].testAccuracy)}`)
  const { epoch, mean, deviation, median, least, largest } = spreads[spreads.length - 1]
  return [
    `Test accuracy after epoch ${epoch}:`,
    ...each,
    `  mean ${digits(mean)}, standard deviation ${digits(deviation)}, median ${digits(median)}, from ${digits(least)} to ${digits(largest)}`,
  ].join('\n')
}

function digits(value: number): string {
  return value.toFixed(4)
}
