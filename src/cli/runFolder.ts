// The folder of a run: checkpoints, metrics.jsonl and report.html, with a full disk reported and tried again.
import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeDir, writeFileAtomic } from '#platform'
import { encodeRun, files, type RunCheckpoint, readRun, writeBest, writeLast } from './checkpoint.ts'
import type { TrainEvent } from './events.ts'
import { cutMetrics, MetricsLog } from './metricsLog.ts'
import { UsageError } from './usage.ts'

/** Writes a run's files. What fails is told once each time and makes the run's exit code 1; training goes on. */
export class RunFolder {
  readonly path: string
  readonly #metrics: MetricsLog
  readonly #warn: (message: string) => void
  readonly #write: typeof writeFileAtomic
  #unsaved: string | undefined
  #reportFailure: string | undefined

  constructor(path: string, warn: (message: string) => void, write = writeFileAtomic) {
    this.path = path
    this.#warn = warn
    this.#write = write
    this.#metrics = new MetricsLog(join(path, files.metrics))
  }

  /** What could not be written and still is not, if anything. */
  get failure(): string | undefined {
    return this.#unsaved ?? this.#reportFailure
  }

  /** Takes an event into metrics.jsonl; what can't be written is tried again with the next one. */
  tell(event: TrainEvent): void {
    this.#metrics.tell(event)
    this.#metrics.flush().catch(() => {})
  }

  /** Writes what waits; a failure is kept for `failure`. */
  async close(): Promise<void> {
    await this.#metrics.flush().catch((error: Error) => {
      this.#unsaved ??= `metrics.jsonl was not written: ${error.message}`
    })
  }

  /** Writes `last`, and `best` first if it is the best; returns the path, or undefined when that failed. */
  async save(checkpoint: RunCheckpoint, best: boolean): Promise<string | undefined> {
    const bytes = encodeRun(checkpoint)
    try {
      await this.#metrics.flush().catch(() => {}) // lines that are not in a checkpoint's past are cut on --resume
      if (best) await writeBest(this.path, bytes, this.#write)
      const path = await writeLast(this.path, bytes, this.#write)
      this.#unsaved = undefined
      return path
    } catch (error) {
      this.#unsaved = `the checkpoint was not saved: ${(error as Error).message}`
      this.#warn(`${this.#unsaved}; training goes on and saving is tried again`)
      return undefined
    }
  }

  /** Writes report.html. */
  async writeReport(page: string): Promise<void> {
    try {
      await this.#write(join(this.path, files.report), new TextEncoder().encode(page))
      this.#reportFailure = undefined
    } catch (error) {
      this.#reportFailure = `report.html was not written: ${(error as Error).message}`
      this.#warn(this.#reportFailure)
    }
  }
}

/** Makes the folder of a new run. Throws when it can't be made, or has a run in it that got beyond its beginning. */
export async function makeRunFolder(out: string): Promise<string> {
  const path = resolve(out)
  if (await holdsRun(path)) {
    throw new UsageError(
      `[train] ${out} holds a run already: go on with it by --resume ${out}, or give another folder to --out`,
    )
  }
  try {
    await makeDir(path)
    for (const name of Object.values(files)) await rm(join(path, name), { force: true })
  } catch (error) {
    throw new Error(`[train] cannot make the folder ${out}: ${(error as Error).message}`)
  }
  return path
}

/** Whether a folder holds a run that has done a step, or one that can't be read any more. */
async function holdsRun(path: string): Promise<boolean> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw new Error(`[train] cannot use ${path} as the folder of a run: ${error.message}`)
  })
  if (![files.last, files.previous, files.best].some((name) => names.includes(name))) return false
  return readRun(path, [files.last, files.previous]).then(
    ({ header }) => header.update > 0,
    () => true,
  )
}

/** A folder name for a run that begins now: `runs/nin-2026-01-31-142530`. */
export function datedFolder(model: string, now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-')
  return join('runs', `${model}-${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`)
}

/** Makes a folder ready to go on from a checkpoint: cuts metrics.jsonl, and removes what a kill left half written. */
export async function reopenRunFolder(path: string, update: number, epochsDone: number): Promise<void> {
  for (const name of await readdir(path)) {
    if (/^\.(last|best|report\.html|metrics\.jsonl).*\.tmp$/.test(name)) await rm(join(path, name), { force: true })
  }
  await cutMetrics(join(path, files.metrics), update, epochsDone)
}
