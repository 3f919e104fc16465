// Memory pressure: when to ask for a garbage collection, when an await must let finalizers run, and the census.
import { macrotask, requestCollection } from '#platform'
import { type Context, currentContext, type Engine, OutOfMemory, type Value } from './engine.ts'
import { checkOptions, MemoryLimitError } from './errors.ts'
import type { NDArray, Remains } from './ndarray.ts'
import { liveOn } from './storage.ts'
import { bytesOnTape, mode } from './tape.ts'

/** The arrays that only the garbage collector releases, held weakly and keyed by their records. */
const ownedArrays = new Map<Remains, WeakRef<NDArray>>()

/** Enters an array that lives until it is released or collected. */
export function enterOwned(remains: Remains, array: NDArray): void {
  ownedArrays.set(remains, new WeakRef(array))
}

/** Strikes out an array that was released or collected. */
export function strikeOwned(remains: Remains): void {
  ownedArrays.delete(remains)
}

/** Notes that the garbage collector has found a user's array dead. */
export function noteFinalized(): void {
  finalized++
}

/** Bytes that may gather between two collections: one of 10 ms for ten batches of 128 images at 112. */
const budget = 64 * 2 ** 20
let finalized = 0
/** An engine that reached its limit: what the program drops on its way out of the error is collected at its next await. */
let exhausted: Engine | undefined
/** A collection that was asked for and is not over. */
let collecting: Promise<void> | undefined
/** Engines on which arrays were made while recording. */
const recordedOn = new Set<Engine>()

/**
 * Asks for a collection when what is alive has outgrown the last one's floor by the budget. Not inside record, where
 * the graph holds what was made until backward has passed.
 */
export function relievePressure(engine: Engine): void {
  if (mode.recording) {
    recordedOn.add(engine)
    return
  }
  const live = liveOn(engine)
  if (live.bytes > live.floor + Math.min(budget, engine.limit / 8)) wantCollection(engine)
}

/** Relieves the engines of what was recorded before: called where recording starts, as a loop may do nothing else. */
export function relieveRecorded(): void {
  for (const engine of recordedOn) relievePressure(engine)
  recordedOn.clear()
}

function wantCollection(engine: Engine): void {
  if (collecting) return
  const before = finalized
  const done = requestCollection().then(async () => {
    for (let i = 0; i < 2 && finalized === before; i++) await macrotask()
    liveOn(engine).floor = liveOn(engine).bytes
    if (collecting === done) collecting = undefined
  })
  collecting = done
}

/** A turn of the event loop, which every await of the library takes: timers, Ctrl-C and finalizers run in it. */
export async function turn(engine: Engine): Promise<void> {
  relievePressure(engine)
  await macrotask()
  if (exhausted) {
    // one that was asked for on the way may have come too early
    collecting = undefined
    wantCollection(exhausted)
    exhausted = undefined
  }
  await collecting
}

/** Runs an allocation or a command; when memory or the queue is full, throws the census of what holds it. */
export function withinLimits<T>(engine: Engine, what: string, batch: number | undefined, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw explained(error, engine, what, batch)
  }
}

/** Reads an array's bytes, with the same answer where there is no memory for it. */
export function readWithinLimits(engine: Engine, what: string, value: Value): Promise<Uint8Array> {
  return engine.read(value).catch((error) => {
    throw explained(error, engine, what, undefined)
  })
}

/** The census for an engine that has no memory or no room left, any other error as it is. */
function explained(error: unknown, engine: Engine, what: string, batch: number | undefined): unknown {
  if (!(error instanceof OutOfMemory)) return error
  exhausted = engine
  return new MemoryLimitError(census(engine, what, error.bytes, batch))
}

function census(engine: Engine, what: string, asked: number, batch: number | undefined): string {
  const live = liveOn(engine)
  const groups = new Map<string, { count: number; bytes: number }>()
  let users = 0
  for (const reference of ownedArrays.values()) {
    const array = reference.deref()
    if (array?.context.engine !== engine || array.owner !== 'user') continue
    users += array.bytes
    const key = array.line ? `${array.maker} at ${array.line}` : array.maker
    const group = groups.get(key) ?? { count: 0, bytes: 0 }
    group.count++
    group.bytes += array.bytes
    groups.set(key, group)
  }
  const top = [...groups]
    .filter(([, { bytes }]) => bytes >= 1e5)
    .sort((a, b) => b[1].bytes - a[1].bytes)
    .slice(0, 5)
  const never =
    'your loop never awaits: await a read or the loader in it, so that work is done and dead arrays are freed'
  const lines = [
    asked > 0
      ? `[${what}] out of memory: ${megabytes(asked)} asked for, ${megabytes(live.bytes)} held of ${megabytes(engine.limit)}.`
      : `[${what}] too many commands are waiting, with ${megabytes(live.bytes)} held: ${never}.`,
    `Your arrays hold ${megabytes(users)}, recorded graphs ${megabytes(bytesOnTape(engine))}; ` +
      'the rest is parameters, their gradients and optimizer state.',
    ...top.map(([key, group]) => `  ${megabytes(group.bytes)} in ${group.count} arrays made by ${key}`),
  ]
  if (collecting && asked > 0) lines.push(`A collection was asked for and has had no turn: ${never}.`)
  if (asked > 0 && batch && batch > 1) {
    const perItem = (live.bytes + asked) / batch
    const fits = Math.max(1, Math.floor((engine.limit * 0.9) / perItem))
    if (fits < batch) lines.push(`A batch of about ${fits} would fit instead of ${batch}.`)
  }
  return lines.join('\n')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`
}

/** What is held on a context. */
export interface MemoryInfo {
  /** Bytes of all live storages. */
  readonly liveBytes: number
  /** Number of live storages. */
  readonly storages: number
  /** Most bytes that were live since the start or the last `resetPeak`. */
  readonly peakBytes: number
  /** Most bytes that can be held. */
  readonly limitBytes: number
}

/** What is held on a context now; with `resetPeak` the peak starts anew from here. */
export function memoryInfo(
  context: Context = currentContext(),
  options: { readonly resetPeak?: boolean } = {},
): MemoryInfo {
  checkOptions('memoryInfo', options, '{ resetPeak: true }', { resetPeak: 'boolean' })
  const live = liveOn(context.engine)
  const info = { liveBytes: live.bytes, storages: live.count, peakBytes: live.peak, limitBytes: context.engine.limit }
  if (options.resetPeak) live.peak = live.bytes
  return info
}
