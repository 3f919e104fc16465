// Who owns an array: the call that made it, the library, or the user, for whom the garbage collector releases it.
import { bytesPer } from './dtype.ts'
import { OpError } from './errors.ts'
import { enterOwned, noteFinalized, relievePressure, strikeOwned } from './memory.ts'
import { NDArray, type Remains } from './ndarray.ts'
import { shapeOf } from './shape.ts'

/** One running call (a block, a composite op, a gradient, an update) and what it has made so far. */
export interface CallScope {
  readonly outer: CallScope | null
  readonly arrays: NDArray[]
  /** `net.1 (Dense)`, or empty where no block is running. */
  readonly path: string
}

let current: CallScope | null = null

/** Path of the running block, for errors. */
export function currentPath(): string {
  return current?.path ?? ''
}

/** The running call. */
export function currentScope(): CallScope | null {
  return current
}

const finalizers = new FinalizationRegistry<Remains>((remains) => {
  noteFinalized()
  strikeOwned(remains)
  remains.storage.release()
  remains.node?.release()
})

/** Gives a new array to the running call, or to the user when none is running. */
export function adopt(array: NDArray): NDArray {
  if (current) {
    array.owner = current
    current.arrays.push(array)
  } else giveToUser(array)
  return array
}

/** Another handle on the same bytes and the same history, owned by the running call. */
export function alias(array: NDArray): NDArray {
  const { context, value, origin } = array
  value.storage.retain()
  return adopt(new NDArray({ context, value, origin }))
}

/** A handle without history on a range of an array, from element `start` on, owned by the running call. */
export function rangeOf({ context, value }: NDArray, start: number, sizes: readonly number[]): NDArray {
  const offset = value.offset + start * bytesPer(value.dtype)
  const range = { ...value, shape: shapeOf(sizes), offset }
  value.storage.retain()
  return adopt(new NDArray({ context, value: range }))
}

/** Makes an array the user's: it lives until disposed of or collected. */
export function giveToUser(array: NDArray): NDArray {
  return own(array, 'user')
}

/** Makes an array the library's: it lives as long as what holds it (a parameter, a metric), or until released. */
export function giveToLibrary(array: NDArray): NDArray {
  return own(array, 'library')
}

function own(array: NDArray, owner: 'user' | 'library'): NDArray {
  if (array.released !== undefined) return array
  array.owner = owner
  if (array.remains) return array
  const node = array.origin && 'node' in array.origin ? array.origin.node : undefined
  array.remains = { storage: array.storage, node }
  finalizers.register(array, array.remains, array.remains)
  enterOwned(array.remains, array)
  return array
}

/** Ends an array's life; later uses throw with the reason. */
export function release(array: NDArray, reason: string): void {
  if (array.released !== undefined) return
  if (array.remains) {
    finalizers.unregister(array.remains)
    strikeOwned(array.remains)
    array.remains = undefined
  }
  array.released = reason
  array.setOrigin(null)
  array.storage.release()
}

/** Runs a call: its result goes to the caller, `kept` arrays to the user, whatever else it made is released. */
export function within<T>(path: string, reason: string, run: () => T, kept?: () => Iterable<NDArray>): T {
  const scope: CallScope = { outer: current, arrays: [], path: path || currentPath() }
  current = scope
  let result: T
  try {
    result = run()
    for (const array of kept?.() ?? []) if (array.owner === scope) giveToUser(array)
  } catch (error) {
    locate(error, scope.path)
    close(scope, 'the call that made it failed')
    throw error
  } finally {
    current = scope.outer
  }
  for (const array of arraysIn(result)) if (array.owner === scope) adopt(array)
  close(scope, reason)
  if (!current) for (const array of arraysIn(result)) relievePressure(array.context.engine)
  return result
}

function close(scope: CallScope, reason: string): void {
  for (const array of scope.arrays) if (array.owner === scope) release(array, reason)
}

const located = new WeakSet<Error>()

function locate(error: unknown, path: string): void {
  if (!path || !(error instanceof OpError) || located.has(error)) return
  located.add(error)
  error.message = `in ${path}: ${error.message}`
}

/** The arrays in a value: itself, or those in lists, Maps and plain objects, at any depth. */
export function arraysIn(value: unknown, found: NDArray[] = []): NDArray[] {
  if (typeof value !== 'object' || value === null) return found
  if (value instanceof NDArray) found.push(value)
  else if (Array.isArray(value)) for (const item of value) arraysIn(item, found)
  else if (value instanceof Map) for (const item of value.values()) arraysIn(item, found)
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) arraysIn(item, found)
  }
  return found
}
