// How long a dispatch may take on a slow GPU, by sizes alone, so that what is sent at once is never long enough for a watchdog.

/** Nanoseconds on a slow GPU: of all workgroups together, and of any one, which is the least that a part of them takes. */
export interface Cost {
  readonly all: number
  readonly each: number
}

/** What an invocation does, in figures that a kernel knows. */
export interface Effort {
  readonly operations?: number
  /** Read from buffers and written to them, by all invocations. */
  readonly bytes: number
  /** Reads of one invocation that wait for each other. */
  readonly waits: number
}

/** A small laptop's GPU: operations and bytes in a nanosecond, and nanoseconds until a read is there. */
const slow = { operations: 50, bytes: 10, wait: 500 } as const

/** The cost of what invocations do. */
export function costOf({ operations = 0, bytes, waits }: Effort): Cost {
  const each = waits * slow.wait
  return { each, all: Math.max(operations / slow.operations, bytes / slow.bytes, each) }
}
