// Runs training.js, a user's program with workers beside its main thread, and reads what it prints.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./training.js', import.meta.url))

/** What a thread of the program says. */
export interface Thread {
  /** Of its weights. */
  readonly digest: string
  /** Whether it may use 256-bit vectors. */
  readonly wide: boolean
  readonly flags: readonly { readonly flag: string; readonly beside: boolean }[]
}

/** How the program asks for 256-bit vectors: not at all, before it starts workers, or after. */
export type Way = 'default' | 'wide' | 'late'

/** How a run ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  /** The main thread first; none where the run did not end well. */
  readonly threads: readonly Thread[]
}

/** Trains in the main thread and in workers at once, on the given Node. */
export async function trainBeside(node: string, workers: number, way: Way, flags: readonly string[]): Promise<Ended> {
  const child = spawn(node, [...flags, program, String(workers), way], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, signal, stderr, threads: code === 0 ? JSON.parse(out).threads : [] }
}
