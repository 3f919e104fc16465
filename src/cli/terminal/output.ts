// Standard output that nobody reads any more or that is full: what then happens, and with which exit code.
import process from 'node:process'
import { printError } from './printing.ts'

/** Why standard output cannot be written. */
export interface OutputLoss {
  /** As other programs end then: by SIGPIPE, by SIGHUP where it was a terminal, else 1. */
  readonly exitCode: number
  /** What to say of it; nothing where nobody is there. */
  readonly message: string | undefined
}

function lossOf(error: NodeJS.ErrnoException): OutputLoss {
  if (error.code === 'EPIPE') return { exitCode: 141, message: undefined }
  if (error.code === 'EIO') return { exitCode: 129, message: undefined }
  return { exitCode: 1, message: `standard output cannot be written: ${error.message}` }
}

type Heir = (loss: OutputLoss) => void

/** Ends the program at once; what has an exit code already, as a run that was stopped, keeps it. */
const end: Heir = ({ exitCode, message }) => {
  if (message) printError(`error: ${message}`)
  process.exit(Number(process.exitCode) || exitCode)
}

let heir = end
let loss: OutputLoss | undefined

/** Outlives a closed or full standard output and standard error: the first ends the program, the second is silent. */
export function guardOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error) => {
    if (loss) return
    loss = lossOf(error)
    heir(loss)
  })
}

/** Has a loss of standard output answered in this way instead, until the function returned is called. */
export function onOutputLoss(answer: Heir): () => void {
  heir = answer
  return () => {
    heir = end
  }
}
