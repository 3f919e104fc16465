// metrics.jsonl: what a run told, one JSON line an event, cut back to the checkpoint when a run is resumed.
import { appendFile, lstat, readFile, stat } from 'node:fs/promises'
import { writeFileAtomic } from '#platform'
import { isJsonObject, type Json, parseJson } from '../io/json.ts'
import type { Progress, TrainEvent } from './events.ts'
import { hasControls, jsonLine } from './printing.ts'

/** Milliseconds between lines of progress. */
const progressEvery = 2000

/** Appends to metrics.jsonl; what can't be written (a full disk) waits in memory and is tried again. */
export class MetricsLog {
  readonly path: string
  #waiting = ''
  /** Whether the file may end in the middle of a line. */
  #cut = false
  #loggedAt = -Infinity
  readonly #every: number
  #latest: Promise<void> = Promise.resolve()

  /** Lines of progress come at least `every` milliseconds apart. */
  constructor(path: string, every = progressEvery) {
    this.path = path
    this.#every = every
  }

  /** Takes an event; progress of training at most every 2 s, unless told otherwise. */
  tell(event: TrainEvent): void {
    if (event.event === 'progress' && !this.#takes(event)) return
    if (event.event === 'checkpoint' || event.event === 'stopped') return
    const { at, ...rest } = { at: new Date().toISOString(), ...event }
    this.#waiting += `${jsonLine({ ...rest, at })}\n`
  }

  #takes(event: Progress): boolean {
    const now = performance.now()
    if (event.phase !== 'train' || event.loss === null || now - this.#loggedAt < this.#every) return false
    this.#loggedAt = now
    return true
  }

  /** Writes what waits. Rejects when it can't; the lines are kept. */
  flush(): Promise<void> {
    this.#latest = this.#latest.catch(() => {}).then(() => this.#write())
    return this.#latest
  }

  async #write(): Promise<void> {
    const text = this.#waiting
    if (text === '') return
    try {
      await appendFile(this.path, this.#cut ? `\n${text}` : text)
    } catch (error) {
      this.#cut = true
      throw error
    }
    this.#cut = false
    this.#waiting = this.#waiting.slice(text.length)
  }
}

/** The most that a line of ours nests. */
const depth = 8

/** A line that was written by this program: what it says, as far as it says where it stands. */
interface Placed {
  readonly event: string
  readonly epoch?: Json
  readonly update?: Json
}

/** What a line tells; undefined for another program's JSON and for a note, null for what a kill or a full disk damaged. */
function read(line: string): Placed | undefined | null {
  try {
    const value = parseJson(line, depth)
    return isJsonObject(value) && typeof value['event'] === 'string' ? (value as object as Placed) : undefined
  } catch {
    return line.startsWith('{') || hasControls(line) ? null : undefined
  }
}

/**
 * Cuts metrics.jsonl back to a checkpoint: from the first event that the checkpoint does not know on, all events go, and
 * so do ends, damaged lines and epochs told twice; what is no event stays. A missing file is left so.
 */
export async function cutMetrics(path: string, update: number, epochsDone: number): Promise<void> {
  const status = await lstat(path).catch(() => undefined)
  if (!status) return
  const isFile = (await stat(path).catch(() => undefined))?.isFile()
  if (!isFile)
    throw new Error(`[train] ${path} is no file: move it away, so that the run's numbers can be written there`)
  const kept: string[] = []
  const told = new Set<string>()
  let beyond = false
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const event = line === '' ? null : read(line.replace(/\r$/, ''))
    if (event === null) continue
    if (event) {
      const place = `${event.event} ${event.epoch} ${event.update}`
      beyond ||= event.event === 'epoch' && !(Number(event.epoch) < epochsDone)
      beyond ||= event.update !== undefined && !(Number(event.update) <= update)
      if (beyond || event.event === 'end' || (event.update !== undefined && told.has(place))) continue
      told.add(place)
    }
    kept.push(line)
  }
  await writeFileAtomic(path, new TextEncoder().encode(kept.map((line) => `${line}\n`).join('')))
}
