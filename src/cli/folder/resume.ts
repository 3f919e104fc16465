// Going on with a run: which settings hold, and what has changed so that its bits can't be the same.
import { existsSync, realpathSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { type Settings, settingsFrom, type Typed } from '../settings/settings.ts'
import { UsageError } from '../usage.ts'
import type { Found, Header } from './checkpoint.ts'

/** The options by the settings they change; those that may change when a run goes on come with true. */
export const options: Readonly<Record<keyof Typed, readonly [key: keyof Settings, mayChange: boolean]>> = {
  model: ['model', false],
  recipe: ['recipe', false],
  dataset: ['dataset', false],
  'data-dir': ['dataDir', true],
  resize: ['resize', false],
  'batch-size': ['batchSize', false],
  epochs: ['epochs', true],
  optimizer: ['optimizer', false],
  lr: ['lr', false],
  momentum: ['momentum', false],
  wd: ['wd', false],
  'lr-schedule': ['schedule', false],
  warmup: ['warmup', false],
  init: ['init', false],
  seed: ['seed', false],
  ctx: ['context', false],
  threads: ['threads', true],
  adapter: ['adapter', true],
  strict: ['strict', false],
  grey: ['grey', false],
  augment: ['augment', false],
  accumulate: ['accumulate', false],
  'fine-tune': ['fineTune', false],
  'limit-train': ['limitTrain', false],
  'limit-test': ['limitTest', false],
}

/** The settings of a checkpoint with what may be changed. Throws a UsageError when another option differs. */
export function resumedSettings({ settings }: Pick<Header, 'settings'>, typed: Typed): Settings {
  const changes: Partial<Record<keyof Settings, unknown>> = {}
  if (typed.model !== undefined && typed.model !== settings.model)
    throw changed('the model', settings.model, typed.model)
  const { model, recipe, optimizer, context } = settings
  const asked = settingsFrom({ recipe, optimizer, ctx: context, ...typed, model })
  for (const [name, [key, mayChange]] of Object.entries(options)) {
    if (typed[name as keyof Typed] === undefined || asked[key] === settings[key]) continue
    if (!mayChange) throw changed(`--${name}`, settings[key], asked[key])
    changes[key] = asked[key]
  }
  if (typed['data-dir'] === undefined) checkDataDir('train', settings)
  return { ...settings, ...changes } as Settings
}

/** A scheme, as in `https:` but unlike the `C:` of a drive, or a share as systems write it. */
const address = /^([a-z][a-z0-9+.-]+:|\/\/|\\\\)/i

/** Throws where a checkpoint takes its data from an address: only what the user types is ever fetched from. */
export function checkDataDir(commandName: string, { dataDir }: Pick<Settings, 'dataDir'>): void {
  if (dataDir === null || !address.test(dataDir)) return
  throw new UsageError(
    `[${commandName}] the checkpoint takes its data from the address ${dataDir}: give --data-dir to fetch from there, or a folder`,
  )
}

function changed(what: string, had: unknown, got: unknown): UsageError {
  return new UsageError(`[train] ${what} cannot change when a run goes on: the checkpoint has ${had}, got ${got}`)
}

/** Throws when `--out` names another folder than that of the run. */
export function checkSameFolder(out: string | undefined, { folder }: Found): void {
  if (out === undefined || real(out) === real(folder)) return
  const here = relative(process.cwd(), folder) || folder
  throw new UsageError(
    `[train] a run goes on in its own folder ${here}: leave out --out, or copy the folder and resume the copy`,
  )
}

/** A path without symbolic links, where it leads anywhere. */
function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path)
}

/** What decides the bits of a run besides its settings. */
export interface BitFacts {
  readonly engine: string
  readonly rung: string | null
  readonly planVersion: number
  readonly edition: string
  readonly trainImages: number
  /** Default 1. */
  readonly ranks?: number
}

/** One line for each thing that keeps a resumed run from the bits of an uninterrupted one. */
export function differences(header: Header, settings: Settings, now: BitFacts): string[] {
  const lines: string[] = []
  const differs = 'so the numbers will not be those of an uninterrupted run'
  if (header.rung !== now.rung) {
    lines.push(`the run was begun with ${header.rung} kernels, and this machine has ${now.rung} ones, ${differs}`)
  }
  if (header.planVersion !== now.planVersion) {
    lines.push(`the run was begun by glueball ${header.glueball}, whose kernels sum in another order, ${differs}`)
  }
  if (header.edition !== now.edition || header.trainImages !== now.trainImages) {
    const then = `${header.edition}, ${header.trainImages} training images`
    lines.push(`the run was begun on other data (${then}; now ${now.edition}, ${now.trainImages}), ${differs}`)
  }
  const ranks = header.ranks ?? 1
  const { ranks: ranksNow = 1 } = now
  if (ranks !== ranksNow) lines.push(`the run was begun by ${ranks} ranks, and goes on with ${ranksNow}, ${differs}`)
  if (settings.epochs !== header.settings.epochs && settings.schedule !== 'constant') {
    const to = `${header.settings.epochs} to ${settings.epochs} epochs`
    lines.push(`the ${settings.schedule} schedule is stretched from ${to}, ${differs}`)
  }
  return lines
}
