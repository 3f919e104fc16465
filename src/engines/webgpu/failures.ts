// What went wrong on a GPU: commands that failed with all that came of them, and the loss of the device.
import { EngineError } from '../../core/errors.ts'

/** Commands whose results are not to be trusted: from the first that failed to the last given when that was known. */
interface Failure {
  readonly first: number
  readonly last: number
  readonly error: EngineError
}

/** The failures of an engine, each told once or more. */
export class Failures {
  readonly #found: Failure[] = []
  #unreported: Error | undefined
  #lost: EngineError | undefined

  /** Why nothing runs any more. */
  get lost(): EngineError | undefined {
    return this.#lost
  }

  /** Throws when nothing runs any more. */
  check(): void {
    if (this.#lost) throw this.#lost
  }

  /** From now on nothing runs. */
  lose(message: string): void {
    this.#lost ??= new EngineError(message)
    this.#unreported ??= this.#lost
  }

  /** Commands from the first to the last failed. */
  add(first: number, last: number, message: string): void {
    const error = new EngineError(message)
    this.#found.push({ first, last, error })
    this.#unreported ??= error
  }

  /** The failure that spoiled what a command wrote; it then counts as reported. */
  of(command: number): Error | undefined {
    const found = this.#found.find(({ first, last }) => command >= first && command <= last)
    if (found && this.#unreported === found.error) this.#unreported = undefined
    return found?.error
  }

  /** A failure that nobody was told of, once. */
  take(): Error | undefined {
    const error = this.#unreported
    this.#unreported = undefined
    return error
  }
}
