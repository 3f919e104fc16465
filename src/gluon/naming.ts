// How blocks and parameters get their names: counters of hints, globally and in each name scope.
import { isPromise } from '../autograd/autograd.ts'
import { GlueballError } from '../core/errors.ts'
import type { ParameterDict } from './parameterDict.ts'

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

/** Parameters that blocks made in a scope share, and the prefix under which theirs stand there. */
export interface SharedParameters {
  readonly parameters: ParameterDict
  readonly prefix: string
}

/** An active name scope: the prefix it gives, its own counter and what its blocks share. */
export interface NameScope {
  readonly prefix: string
  readonly counter: NameCounter
  readonly shared: SharedParameters | undefined
}

/** How a block is named, and which parameters it shares. */
export interface Naming {
  readonly prefix: string
  readonly shared: SharedParameters | undefined
}

const globalCounter = new NameCounter()
let active: NameScope | undefined

/** Names a new block by the active scope, or by the global counter, and finds what it shares. */
export function nameFor(hint: string, given: string | undefined, params: ParameterDict | undefined): Naming {
  const own = given ?? `${(active?.counter ?? globalCounter).next(hint)}_`
  const inherited = active?.shared && { ...active.shared, prefix: active.shared.prefix + own }
  return {
    prefix: (active?.prefix ?? '') + own,
    shared: params ? { parameters: params, prefix: params.prefix } : inherited,
  }
}

/** Runs a function with a scope active. */
export function withinScope<T>(scope: NameScope, run: () => T): T {
  const outer = active
  active = scope
  try {
    const result = run()
    if (isPromise(result)) {
      throw new GlueballError('nameScope takes a synchronous function: await before it or after it, not inside')
    }
    return result
  } finally {
    active = outer
  }
}
