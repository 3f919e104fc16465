// What an initializer is, and how it is found by name.
import { GlueballError, nameOfKind } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'

/**
 * Draws the values of a new parameter. A subclass writes them to the array, as by `array.set(0.5)` or
 * `array.set(nd.random.normal({ shape: array.shape, ctx: array.context }))`.
 */
export abstract class Initializer {
  /** Fills the array in place; the name is the parameter's full one. */
  abstract initialize(name: string, array: NDArray): void
}

const registry = new Map<string, () => Initializer>()

/** Makes an initializer known by lower-case names. */
export function registerInitializer(names: readonly string[], make: () => Initializer): void {
  for (const name of names) registry.set(name, make)
}

/** The initializer itself, or a new one of that name (`'zeros'`, `'xavier'`). */
export function initializerOf(init: Initializer | string): Initializer {
  if (typeof init !== 'string') {
    if (typeof init?.initialize === 'function') return init
    throw new GlueballError(
      `an initializer is an object or a name, as new init.Xavier() or 'xavier', got ${nameOfKind(init)}`,
    )
  }
  const make = registry.get(init.toLowerCase())
  if (make) return make()
  throw new GlueballError(`no initializer is named ${nameOfKind(init)}; there are ${[...registry.keys()].join(', ')}`)
}
