// metrics.jsonl: what a run told, one JSON line an event, cut back to the checkpoint when a run is resumed.
import { appendFile, readFile } from 'node:fs/promises'
import { writeFileAtomic } from '#platform'
import type { EpochEvent, Progress, TrainEvent } from './events.ts'

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
    this.#waiting += `${JSON.stringify({ ...rest, at })}\n`
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

/** Lines of metrics.jsonl that say where they stand. */
type Placed = Progress | EpochEvent

/** The whole lines of a file's text; lines that were cut short are left out. */
function* linesOf(text: string): Iterable<{ readonly line: string; readonly event: TrainEvent }> {
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      yield { line, event: JSON.parse(line) as TrainEvent }
    } catch {
      // A line that a full disk or a kill cut short says nothing.
    }
  }
}

/** Cuts metrics.jsonl back to a checkpoint: what came after `update`, and any end, goes. Missing files are left so. */
export async function cutMetrics(path: string, update: number, epochsDone: number): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const kept: string[] = []
  for (const { line, event } of linesOf(text)) {
    if (event.event === 'end') continue
    if (event.event === 'epoch' && event.epoch >= epochsDone) continue
    if ('update' in event && (event as Placed).update > update) continue
    kept.push(line)
  }
  await writeFileAtomic(path, new TextEncoder().encode(kept.map((line) => `${line}\n`).join('')))
}
