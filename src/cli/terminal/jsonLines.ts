// Training events as JSON, one line each.
import type { Listener, TrainEvent } from '../training/events.ts'
import { jsonLine } from './printing.ts'

/** Writes each event as one line of JSON; warnings too, so that nothing else appears. */
export class JsonLines implements Listener {
  readonly #out: NodeJS.WritableStream

  constructor(out: NodeJS.WritableStream) {
    this.#out = out
  }

  tell(event: TrainEvent): void {
    this.#out.write(`${jsonLine(event)}\n`)
  }

  close(): void {}
}
