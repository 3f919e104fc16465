// metrics.jsonl: what a run told, one JSON line an event, cut back to the checkpoint when a run is resumed.
import { constants } from 'node:buffer'
import { appendFile, lstat } from 'node:fs/promises'
import { readFile, writeFileAtomic } from '#platform'
import { hasControls } from '../../core/printable.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../io/json.ts'
import { jsonLine } from '../terminal/printing.ts'
import type { Progress, TrainEvent } from '../training/events.ts'

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

/** Levels of lists and objects in a line of ours at most. */
const depth = 8

/** Letters in a line of ours at most: `start` names all classes. */
const longest = 2 ** 22

/** Damaged lines at most: a kill or a full disk leaves one, so that a file of many is no log of a run. */
const mostDamaged = 10_000

/** An event of this program, as far as it says where it stands. */
interface Placed {
  readonly event: string
  readonly epoch?: number
  readonly update?: number
}

function isPlaced(value: Json): value is JsonObject & Placed {
  if (!isJsonObject(value) || typeof value['event'] !== 'string') return false
  return [value['epoch'], value['update']].every((count) => count === undefined || typeof count === 'number')
}

/** The event of a line; undefined for another program's JSON and for a note, null for what a kill or a full disk damaged. */
function read(line: string): Placed | undefined | null {
  if (line === '') return null
  if (!line.startsWith('{')) return hasControls(line) ? null : undefined
  if (line.length > longest) return undefined
  try {
    const value = parseJson(line, depth)
    return isPlaced(value) ? value : undefined
  } catch {
    return null
  }
}

/** The text of a metrics.jsonl; undefined where there is none. */
async function textOf(path: string): Promise<string | undefined> {
  if (!(await lstat(path).catch(() => undefined))) return undefined
  const bytes = await readFile(path, constants.MAX_STRING_LENGTH).catch((error: Error) => {
    return refuse(path, `cannot be read (${error.message})`)
  })
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

function refuse(path: string, why: string): never {
  throw new Error(`[train] ${path} ${why}: move it away, so that the run's numbers can be written there`)
}

/** The lines one by one: a list of millions of short ones takes fifty times their bytes. */
function* linesOf(text: string): Generator<string> {
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    const found = text.indexOf('\n', at)
    end = found < 0 ? text.length : found
    yield text.slice(at, end)
  }
}

/**
 * Cuts metrics.jsonl back to a checkpoint: from the first event that the checkpoint does not know on, all events go, and
 * so do ends, damaged lines and epochs told twice; what is no event stays. A missing file is left so.
 */
export async function cutMetrics(path: string, update: number, epochsDone: number): Promise<void> {
  const text = await textOf(path)
  if (text === undefined) return
  const kept: string[] = []
  const told = new Set<string>()
  let beyond = false
  let damaged = 0
  for (const line of linesOf(text)) {
    const event = read(line.replace(/\r$/, ''))
    if (event === null && line !== '' && ++damaged > mostDamaged)
      refuse(path, `has more than ${mostDamaged} damaged lines`)
    if (event === null) continue
    if (event) {
      const place = `${event.event} ${event.epoch} ${event.update}`
      beyond ||= event.event === 'epoch' && (event.epoch ?? 0) >= epochsDone
      beyond ||= (event.update ?? 0) > update
      if (beyond || event.event === 'end' || (event.update !== undefined && told.has(place))) continue
      told.add(place)
    }
    kept.push(line)
  }
  await writeFileAtomic(path, new TextEncoder().encode(kept.length > 0 ? `${kept.join('\n')}\n` : ''))
}
