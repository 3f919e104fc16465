// The network of a checkpoint, ready to be used: for `evaluate` and `predict`.

import { startEngine } from '../machine.ts'
import { loadWeights, makeNetwork, type RunNetwork } from '../network.ts'
import { contextFrom, type Settings } from '../settings/settings.ts'
import { numberOf } from '../settings/values.ts'
import { printError } from '../terminal/printing.ts'
import { UsageError } from '../usage.ts'
import { arraysOf, type Found, files, readRun } from './checkpoint.ts'

/** A checkpoint with its network. */
export interface Opened {
  readonly checkpoint: Found
  readonly settings: Settings
  readonly network: RunNetwork
}

/** Options that `evaluate` and `predict` share. */
export const sharedArgs = {
  ctx: { type: 'string', description: 'cpu (default), gpu or reference', valueHint: 'cpu' },
  threads: { type: 'string', description: 'threads that compute (default: all)', valueHint: 'N' },
} as const

interface SharedTyped {
  readonly ctx?: string | undefined
  readonly threads?: string | undefined
}

/** What the shared options say. */
export function sharedFrom(commandName: string, { ctx, threads }: SharedTyped): Partial<Settings> {
  const rule = { whole: true, from: 1, to: 64 }
  return {
    threads: numberOf(`[${commandName}] --threads`, threads, rule) ?? null,
    ...(ctx && { context: contextFrom(ctx) }),
  }
}

/** Opens a checkpoint: a file, or a run's folder, of which `best` is taken, else `last`. */
export async function openCheckpoint(
  commandName: string,
  path: string | undefined,
  typed: SharedTyped,
): Promise<Opened> {
  if (path === undefined)
    throw new UsageError(`[${commandName}] which checkpoint? Give a run's folder, as in ${commandName} runs/nin`)
  const shared = sharedFrom(commandName, typed)
  const checkpoint = await readRun(path, [files.best, files.last, files.previous])
  if (checkpoint.notice) printError(`warning: ${checkpoint.notice}`)
  const { header } = checkpoint
  const settings = { ...header.settings, ...shared }
  await startEngine(settings, header.rung)
  const network = makeNetwork(settings, header.classes.length)
  loadWeights(network, arraysOf(checkpoint, 'weight'))
  return { checkpoint, settings, network }
}
