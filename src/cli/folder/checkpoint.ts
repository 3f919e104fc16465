// Checkpoints of a run in its folder: `last`, the one before it, and `best`; written whole or not at all.
import { copyFile, link, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readFile, writeFileAtomic } from '#platform'
import type { data, metric } from '../../index.ts'
import { type CheckpointArray, decodeCheckpoint, encodeCheckpoint, type Json } from '../../io/checkpoint.ts'
import type { Settings } from '../settings/settings.ts'
import type { EpochEvent } from '../training/events.ts'
import { readHeader } from './header.ts'
import { wrongField } from './schema.ts'

/** Names of the files in a run's folder. */
export const files = {
  last: 'last',
  previous: 'last.previous',
  best: 'best',
  metrics: 'metrics.jsonl',
  table: 'metrics.csv',
  report: 'report.html',
} as const

/** What a checkpoint says besides its arrays. */
export interface Header {
  readonly kind: 'glueball training run'
  /** Version of the program that wrote it. */
  readonly glueball: string
  readonly settings: Settings
  /** The data set's edition, so that a resumed run can tell whether it still has the same images. */
  readonly edition: string
  readonly trainImages: number
  readonly testImages: number
  readonly classes: readonly string[]
  /** Epochs done. */
  readonly epoch: number
  /** Steps done in the epoch. */
  readonly step: number
  /** Updates done since the beginning. */
  readonly update: number
  /** Where the loader of training images stands. */
  readonly loader: data.DataLoaderState
  /** Sums over the epoch so far. */
  readonly loss: metric.MetricState
  readonly accuracy: metric.MetricState
  /** For each class the images of the epoch whose score was not zero. */
  readonly alive: readonly number[]
  /** Updates that the optimizer has counted. */
  readonly numUpdate: number
  readonly history: readonly EpochEvent[]
  /** Seconds of training so far. */
  readonly seconds: number
  /** What decides the bits besides the settings. */
  readonly engine: string
  readonly rung: string | null
  readonly planVersion: number
  /** Processes that trained together; null for one. */
  readonly ranks: number | null
}

/** A checkpoint of a run. */
export interface RunCheckpoint {
  readonly header: Header
  readonly arrays: readonly CheckpointArray[]
}

/** A checkpoint that was read, where from, and what the user should know about that. */
export interface Found extends RunCheckpoint {
  readonly path: string
  readonly folder: string
  readonly notice?: string
}

/** Thrown when an array that is about to be saved holds a number that is not finite. */
export class NotFiniteError extends Error {
  override name = 'NotFiniteError'
}

/** The bytes of a checkpoint. Throws NotFiniteError where a weight or its state is not finite. */
export function encodeRun({ header, arrays }: RunCheckpoint): Uint8Array {
  for (const { name, data } of arrays) {
    if (!(data instanceof Float32Array)) continue
    const bad = data.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0) throw new NotFiniteError(`${name} holds ${data[bad]} at element ${bad}`)
  }
  return encodeCheckpoint({ header: header as unknown as Json, arrays })
}

/** Writes `last`, keeping the one before it. Rejects when that fails, with both old files as they were. */
export async function writeLast(folder: string, bytes: Uint8Array, write = writeFileAtomic): Promise<string> {
  const last = join(folder, files.last)
  const kept = (await exists(last)) ? await secondName(last) : undefined
  try {
    await write(last, bytes)
    if (kept) await rename(kept, join(folder, files.previous))
  } finally {
    // also after a renaming, which does nothing between two names of one file
    if (kept) await rm(kept, { force: true })
  }
  return last
}

/** Writes `best`. */
export async function writeBest(folder: string, bytes: Uint8Array, write = writeFileAtomic): Promise<void> {
  await write(join(folder, files.best), bytes)
}

/** Gives the last checkpoint a second name; it becomes the one before only once there is a new one. */
async function secondName(last: string): Promise<string> {
  const temporary = join(dirname(last), `.${files.previous}.tmp`)
  await rm(temporary, { force: true })
  await link(last, temporary).catch(() => copyFile(last, temporary))
  return temporary
}

/** Whether something is there. Rejects where that can't be told, as in a folder without permission. */
async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw new Error(`[checkpoint] cannot look at ${path}: ${error.message}`)
    },
  )
}

/** Where a run's checkpoints are: its folder, and the names to try there. */
export interface Located {
  readonly folder: string
  readonly names: readonly string[]
  /** Added to an error when none can be read. */
  readonly otherwise: string
}

/** Finds a checkpoint file, or those of a folder among `names`. Throws when there are none. */
export async function locateRun(path: string, names: readonly string[]): Promise<Located> {
  if (!(await exists(path)))
    throw new Error(`[checkpoint] there is no file or folder ${path}: give a run's folder or a checkpoint in it`)
  const status = await stat(path)
  if (!status.isDirectory()) {
    if (!status.isFile()) throw new Error(`[checkpoint] ${path} is neither a file nor a folder`)
    const fallback = basename(path) === files.last ? [files.previous] : []
    return { folder: dirname(path), names: [basename(path), ...fallback], otherwise: '' }
  }
  const present = []
  for (const name of names) if (await exists(join(path, name))) present.push(name)
  if (present.length === 0)
    throw new Error(`[checkpoint] ${path} has no checkpoint: expected ${names.join(' or ')} in it`)
  const best = join(path, files.best)
  const offered = !names.includes(files.best) && (await exists(best))
  return { folder: path, names: present, otherwise: offered ? `. Give ${best} to go on from the best epoch` : '' }
}

/** Reads a checkpoint file, or the one of a folder that is tried first among `names`; falls back and says so. */
export async function readRun(path: string, names: readonly string[]): Promise<Found> {
  return readLocated(await locateRun(path, names))
}

/** Reads the first of a run's checkpoints that is whole. */
export async function readLocated({ folder, names, otherwise }: Located): Promise<Found> {
  try {
    return await readFirst(folder, names)
  } catch (error) {
    throw new Error(`${(error as Error).message}${otherwise}`)
  }
}

async function readFirst(folder: string, names: readonly string[]): Promise<Found> {
  const failures: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    try {
      if (!(await stat(path)).isFile()) throw new Error(`[checkpoint] ${path} is no file`)
      const found = parseRun(await readFile(path), path)
      if (failures.length === 0) return { ...found, path, folder }
      return { ...found, path, folder, notice: `${failures.join('; ')}: going on with ${path}` }
    } catch (error) {
      failures.push((error as Error).message)
    }
  }
  throw new Error(failures.join('; '))
}

function parseRun(bytes: Uint8Array, path: string): RunCheckpoint {
  const { header, arrays } = decodeCheckpoint(bytes, path)
  try {
    for (const { name, dtype } of arrays) checkType(name, dtype)
    return { header: readHeader(header), arrays }
  } catch (error) {
    throw new Error(`[checkpoint] ${path} ${(error as Error).message}`)
  }
}

/** The element type of each kind of arrays. */
const types: Readonly<Record<string, string>> = {
  weight: 'float32',
  optimizer: 'float32',
  generator: 'int32',
  shuffler: 'int32',
}

function checkType(name: string, dtype: string): void {
  const [kind] = name.split(':', 1)
  if (Object.hasOwn(types, kind) && types[kind] !== dtype) wrongField(name, dtype, types[kind])
}

/** Takes damaged checkpoints out of the way, so that a later save does not replace a good one by them. */
export async function setAsideDamaged({ folder, path }: Found): Promise<void> {
  const last = join(folder, files.last)
  if (path !== join(folder, files.previous) || !(await exists(last))) return
  await rename(last, join(folder, 'last.damaged'))
}

/** The arrays of a checkpoint whose names begin with `prefix:`, without it. */
export function arraysOf({ arrays }: RunCheckpoint, prefix: string): CheckpointArray[] {
  return arrays
    .filter(({ name }) => name.startsWith(`${prefix}:`))
    .map((array) => ({ ...array, name: array.name.slice(prefix.length + 1) }))
}
