// `train --seeds`: one run after another, each in a folder of its own; what is done already is not done again.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeDir, writeFileAtomic } from '#platform'
import { files, type Header, readRun } from '../folder/checkpoint.ts'
import { datedFolder } from '../folder/runFolder.ts'
import { renderSeedsReport } from '../report/seedsReport.ts'
import { settingsFrom } from '../settings/settings.ts'
import { shortPath } from '../terminal/nextSteps.ts'
import { print, printJson } from '../terminal/printing.ts'
import { UsageError } from '../usage.ts'
import { type SeedRun, spreadLines, spreadsOf } from './seeds.ts'
import { type TrainRequest, trainRun } from './trainRun.ts'

/** Trains with each of the seeds; returns the exit code. */
export async function trainSeeds(request: TrainRequest, seeds: readonly number[]): Promise<number> {
  const { typed, out } = request
  if (request.resume !== undefined) {
    throw new UsageError('[train] --seeds goes on by the same line, with its --out: leave out --resume')
  }
  if (typed.seed !== undefined) throw new UsageError('[train] --seed and --seeds exclude each other')
  const settings = settingsFrom(typed)
  const folder = resolve(out ?? datedFolder(settings.model, new Date()))
  await makeDir(folder)
  const end = performance.now() + request.maxTime
  const runs: SeedRun[] = []
  for (const seed of seeds) {
    const code = await trainSeed({ ...request, maxTime: end - performance.now() }, folder, seed, settings.epochs)
    const header = await headerIn(seedFolder(folder, seed))
    if (code !== 0 || !header || header.epoch < settings.epochs) return code
    runs.push({ seed, history: header.history })
  }
  const spreads = spreadsOf(runs)
  const page = renderSeedsReport({ settings, runs, spreads })
  await writeFileAtomic(join(folder, files.report), new TextEncoder().encode(page))
  const near = shortPath(folder)
  if (request.json) printJson({ event: 'seeds', seeds, spreads, out: near })
  else print(`\n${spreadLines(runs, spreads)}\nDrawn in ${join(near, files.report)}`)
  return 0
}

const seedFolder = (folder: string, seed: number) => join(folder, `seed-${seed}`)

/** The header of a run's latest checkpoint; undefined where there is none. */
async function headerIn(folder: string): Promise<Header | undefined> {
  if (![files.last, files.previous].some((name) => existsSync(join(folder, name)))) return undefined
  return (await readRun(folder, [files.last, files.previous])).header
}

/** A run with one seed: begun, gone on with, or left as it is where it is done. */
async function trainSeed(request: TrainRequest, folder: string, seed: number, epochs: number): Promise<number> {
  const own = seedFolder(folder, seed)
  const typed = { ...request.typed, seed: String(seed) }
  const header = await headerIn(own)
  if (!header || header.update === 0) return trainRun({ ...request, typed, out: own })
  return header.epoch >= epochs ? 0 : trainRun({ ...request, typed, out: undefined, resume: own })
}
