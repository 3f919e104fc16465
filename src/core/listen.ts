// Listeners: functions that get the record of each call, in program order, after the engine got it.
import type { Call } from './engine.ts'
import { OpError } from './errors.ts'
import { currentPath } from './ownership.ts'

const listeners = new Set<(call: Call) => void>()
let count = 0

/** Calls a function with the record of each call and, behind its parts, of each composite. Returns what ends that. */
export function listen(listener: (call: Call) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Gives a record to all listeners. */
export function notify(call: Call): void {
  count++
  for (const listener of listeners) listener(call)
}

/** How many records there were: what lies between two counts are the parts of a composite. */
export function recordCount(): number {
  return count
}

/** Why the run that is traced has no graph: the first reason, if any. */
let fault: OpError | undefined
let traces = 0

/** Whether a trace runs, whose graph is to hold each op as it was written. */
export const tracing = (): boolean => traces > 0

/** Runs what is traced; throws behind it where it did what no graph can hold. */
export function traced<T>(run: () => T): T {
  traces++
  try {
    const result = run()
    if (fault) throw fault
    return result
  } finally {
    traces--
    fault = undefined
  }
}

/** Gives listeners the record of what computes nothing in prediction and something in training, while a block is traced. */
export function noteInTrace(record: () => Call): void {
  if (traces > 0) notify(record())
}

/** Notes that a graph would not hold what the caller does. Throws nothing itself: a caller may be asynchronous. */
export function refuseInTrace(name: string, why: string): void {
  if (traces === 0) return
  const path = currentPath()
  fault ??= new OpError(name, `can't be traced${path && ` in ${path}`}: ${why}`)
}
