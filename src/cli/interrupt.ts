// Ctrl-C and its like: the first one asks the run to save and stop, a later one ends it at once.
import { constants } from 'node:os'

/** Signals that stop a run. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type StopSignal = (typeof signals)[number]

/** Within this many milliseconds several signals are one: a launcher and a terminal may both deliver it. */
const together = 1000

/** A run's ear for signals. */
export interface Interruption {
  /** The signal that asked the run to stop, if one did. */
  readonly signal: StopSignal | undefined
  /** Exit code by convention: 128 and the signal's number. */
  readonly exitCode: number
  /** Stops listening. */
  end(): void
}

/** Listens for signals; `first` is called at the first one. */
export function listenForInterruption(
  first: (signal: StopSignal) => void,
  exit: (code: number) => void = (code) => process.exit(code),
): Interruption {
  let signal: StopSignal | undefined
  let at = 0
  const codeOf = (name: StopSignal) => 128 + constants.signals[name]
  const handlers = signals.map((name) => {
    const handler = () => {
      const now = performance.now()
      if (signal === undefined) {
        signal = name
        at = now
        first(name)
      } else if (now - at >= together) exit(codeOf(name))
    }
    process.on(name, handler)
    return () => void process.off(name, handler)
  })
  return {
    get signal() {
      return signal
    },
    get exitCode() {
      return signal === undefined ? 0 : codeOf(signal)
    },
    end() {
      for (const stop of handlers) stop()
    },
  }
}
