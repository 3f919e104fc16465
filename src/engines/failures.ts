// What went wrong on an engine: commands that failed with all that came of them, or its end.
import { EngineError } from '../core/errors.ts'

/** Commands whose results are not to be trusted: from the first that failed to before the first that ran again. */
interface Failure {
  readonly first: number
  readonly resumed: number
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
  lose(error: EngineError): void {
    this.#lost ??= error
    this.#unreported ??= this.#lost
  }

  /** Commands from the first to before the one that ran again failed. */
  add(first: number, resumed: number, message: string): void {
    const error = new EngineError(message)
    this.#found.push({ first, resumed, error })
    this.#unreported ??= error
  }

  /** The failure that spoiled what a command wrote. */
  at(command: number): Error | undefined {
    return this.#found.find(({ first, resumed }) => command >= first && command < resumed)?.error
  }

  /** The failure that `at` gives, to be thrown: it then counts as reported. */
  of(command: number): Error | undefined {
    const error = this.at(command)
    if (error && this.#unreported === error) this.#unreported = undefined
    return error
  }

  /** A failure that nobody was told of, once. */
  take(): Error | undefined {
    const error = this.#unreported
    this.#unreported = undefined
    return error
  }
}
