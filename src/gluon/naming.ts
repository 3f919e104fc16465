// How blocks and parameters get their names: counters of hints, globally and in each name scope.

/** A counter of hints: `conv0`, `conv1`, `dense0`. */
export class NameCounter {
  readonly #counts = new Map<string, number>()

  /** The next name for a hint. */
  next(hint: string): string {
    const count = this.#counts.get(hint) ?? 0
    this.#counts.set(hint, count + 1)
    return `${hint}${count}`
  }
}

/** An active name scope: the prefix it gives and its own counter. */
export interface NameScope {
  readonly prefix: string
  readonly counter: NameCounter
}

const globalCounter = new NameCounter()
let active: NameScope | undefined

/** The prefix of a new block: by the active scope, or the global counter. */
export function prefixFor(hint: string, given: string | undefined): string {
  if (!active) return given ?? `${globalCounter.next(hint)}_`
  return active.prefix + (given ?? `${active.counter.next(hint)}_`)
}

/** Runs a function with a scope active; an empty prefix leaves the scope as it is. */
export function withinScope<T>(scope: NameScope, run: () => T): T {
  if (scope.prefix === '') return run()
  const outer = active
  active = scope
  try {
    return run()
  } finally {
    active = outer
  }
}
