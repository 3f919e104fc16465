// The folder of a run: checkpoints, metrics.jsonl, metrics.csv and report.html, with a full disk reported and tried again.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { makeDir, writeFileAtomic } from '#platform'
import type { TrainEvent } from '../training/events.ts'
import { UsageError } from '../usage.ts'
import { encodeRun, files, type RunCheckpoint, readRun, writeBest, writeLast } from './checkpoint.ts'
import { MetricsLog } from './metricsLog.ts'
import { FolderHeldError, RunLock } from './runLock.ts'
import { eventFilePrefix } from './tensorBoard.ts'

/** What writes a run's files. */
export type Folder = Pick<RunFolder, 'tell' | 'close' | 'save' | 'writeText' | 'failure'>

/** What takes the events of a run into a file; what can't be written is tried again with the next event. */
interface EventLog {
  readonly path: string
  tell(event: TrainEvent): void
  flush(): Promise<void>
}

/** Writes a run's files. Reports each failure once and sets the run's exit code to 1; training goes on. */
export class RunFolder {
  readonly path: string
  readonly #logs: EventLog[]
  readonly #warn: (message: string) => void
  readonly #write: typeof writeFileAtomic
  readonly #hold: () => Promise<void>
  #unsaved: string | undefined
  /** What could not be written the last time, by the names of files. */
  readonly #unwritten = new Map<string, string>()

  /** `hold` is called before each save, and rejects when another process has taken the folder over. */
  constructor(path: string, warn: (message: string) => void, write = writeFileAtomic, hold = async () => {}) {
    this.path = path
    this.#warn = warn
    this.#write = write
    this.#hold = hold
    this.#logs = [new MetricsLog(join(path, files.metrics))]
  }

  /** What could not be written and still is not, if anything. */
  get failure(): string | undefined {
    return this.#unsaved ?? this.#unwritten.values().next().value
  }

  /** Has another file take the events, too. */
  addLog(log: EventLog): void {
    this.#logs.push(log)
  }

  /** Takes an event into metrics.jsonl and the other logs. */
  tell(event: TrainEvent): void {
    for (const log of this.#logs) {
      log.tell(event)
      log.flush().catch(() => {})
    }
  }

  /** Writes what waits; a failure is kept for `failure`. */
  async close(): Promise<void> {
    for (const log of this.#logs) {
      await log.flush().catch((error: Error) => {
        this.#unsaved ??= `${basename(log.path)} was not written: ${error.message}`
      })
    }
  }

  /** Writes `last`, and `best` first if it is the best; returns the path, or undefined when that failed. */
  async save(checkpoint: RunCheckpoint, best: boolean): Promise<string | undefined> {
    await this.#hold()
    const bytes = encodeRun(checkpoint)
    try {
      // lines that are not in a checkpoint's past are cut on --resume
      for (const log of this.#logs) await log.flush().catch(() => {})
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

  /** Writes a file that follows from the run, anew after each epoch. */
  async writeText(name: typeof files.report | typeof files.table, text: string): Promise<void> {
    try {
      await this.#write(join(this.path, name), new TextEncoder().encode(text))
      this.#unwritten.delete(name)
    } catch (error) {
      const failure = `${name} was not written: ${(error as Error).message}`
      this.#unwritten.set(name, failure)
      this.#warn(failure)
    }
  }
}

/** Locks a folder and clears it of half-written files. Throws in one line when another process has it. */
export async function lockRunFolder(path: string, instead: string): Promise<RunLock> {
  try {
    return await RunLock.take(path)
  } catch (error) {
    if (error instanceof FolderHeldError) throw new Error(`${error.message}: ${error.advice}, ${instead}`)
    throw new Error(`[train] cannot write in the folder ${path}: ${(error as Error).message}`)
  }
}

/** Makes and locks the folder of a new run. Throws when it can't be made, or has a run in it that got beyond its start. */
export async function makeRunFolder(out: string): Promise<RunLock> {
  const path = resolve(out)
  await makeDir(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EEXIST' ? 'there is a file of that name' : error.message
    throw new Error(`[train] cannot make the folder ${out}: ${reason}`)
  })
  const lock = await lockRunFolder(path, 'or give another folder to --out')
  try {
    if (await holdsRun(path)) {
      throw new UsageError(
        `[train] ${out} holds a run already: go on with it by --resume ${out}, or give another folder to --out`,
      )
    }
    const events = (await readdir(path)).filter((name) => name.startsWith(eventFilePrefix))
    for (const name of [...Object.values(files), ...events]) await rm(join(path, name), { force: true })
    return lock
  } catch (error) {
    lock.release()
    if (error instanceof UsageError) throw error
    throw new Error(`[train] cannot use the folder ${out}: ${(error as Error).message}`)
  }
}

/** Makes and locks a folder that nobody has named: runs of the same second come to lie in folders of their own. */
export async function makeDatedFolder(model: string, now: Date): Promise<RunLock> {
  const dated = datedFolder(model, now)
  for (let n = 1; ; n++) {
    const name = n === 1 ? dated : `${dated}-${n}`
    try {
      await makeDir(dirname(resolve(name)))
      await mkdir(resolve(name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && n < 100) continue
      throw new Error(`[train] cannot make the folder ${name}: ${(error as Error).message}`)
    }
    return makeRunFolder(name)
  }
}

/** Whether a folder holds a run that has done a step, or one that can't be read any more. */
async function holdsRun(path: string): Promise<boolean> {
  const names = await readdir(path)
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
