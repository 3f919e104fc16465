// What stops a run: Ctrl-C and its like, and an output that is gone. The first asks it to save, a later Ctrl-C ends it.
import { constants } from 'node:os'
import { basename } from 'node:path'
import process from 'node:process'
import { type OutputLoss, onOutputLoss } from './output.ts'

/** Signals that stop a run. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** What Open MPI passes on to ranks, where it would end them at once on Ctrl-C. */
const passedOn = 'SIGUSR2'
type StopSignal = (typeof signals)[number] | typeof passedOn

/** Within this many milliseconds several signals are one: a launcher and a terminal may both deliver it. */
const together = 1000

/** A run's ear for what stops it. */
export interface Interruption {
  /** Whether something asked the run to stop. */
  readonly asked: boolean
  /** Exit code by convention: 128 and the signal's number, or that of the lost output. */
  readonly exitCode: number
  /** Stops listening. */
  end(): void
}

/**
 * Whether `nohup` started this program: then a closed terminal must not end it. Node forgets that the signal was to be
 * ignored; what shells leave in the environment is what remains.
 */
function underNohup(): boolean {
  return basename(process.env['_'] ?? '') === 'nohup'
}

/** Outlives a closed terminal where `nohup` asks for that. */
export function heedNohup(): void {
  if (underNohup()) process.on('SIGHUP', () => {})
}

/** Listens for signals and the loss of the output; `first` is called at the first of them. */
export function listenForInterruption(
  first: (what: StopSignal | OutputLoss) => void,
  exit: (code: number) => void = (code) => process.exit(code),
): Interruption {
  let exitCode: number | undefined
  let signalledAt: number | undefined
  const codeOf = (name: StopSignal) => 128 + constants.signals[name]
  const ask = (what: StopSignal | OutputLoss, code: number) => {
    if (exitCode !== undefined) return
    exitCode = code
    first(what)
  }
  const heard = [...(underNohup() ? signals.filter((name) => name !== 'SIGHUP') : signals), passedOn] as const
  const ends: (() => void)[] = heard.map((name) => {
    const handler = () => {
      const now = performance.now()
      // a terminal that closes may say so more than once, and nobody is there to be impatient
      if (name !== 'SIGHUP' && signalledAt !== undefined && now - signalledAt >= together) return exit(codeOf(name))
      signalledAt ??= now
      ask(name, codeOf(name))
    }
    process.on(name, handler)
    return () => void process.off(name, handler)
  })
  ends.push(onOutputLoss((loss) => ask(loss, loss.exitCode)))
  return {
    get asked() {
      return exitCode !== undefined
    },
    get exitCode() {
      return exitCode ?? 0
    },
    end() {
      for (const stop of ends) stop()
    },
  }
}
