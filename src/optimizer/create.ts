// Optimizers by name.
import { GlueballError, nameOfKind } from '../core/errors.ts'
import { Adam, type AdamOptions } from './adam.ts'
import type { Optimizer } from './optimizer.ts'
import { SGD, type SGDOptions } from './sgd.ts'

const makers = new Map<string, (options: SGDOptions & AdamOptions) => Optimizer>([
  ['adam', (options) => new Adam(options)],
  ['sgd', (options) => new SGD(options)],
])

/** An optimizer by name, any case. Throws for options that it does not have. */
export function create(name: string, options: SGDOptions & AdamOptions = {}): Optimizer {
  if (typeof name !== 'string') {
    throw new GlueballError(`an optimizer is made by its name, as 'sgd', got ${nameOfKind(name)}`)
  }
  const make = makers.get(name.toLowerCase())
  if (make) return make(options)
  throw new GlueballError(`no optimizer is named '${name}'; there are ${[...makers.keys()].join(', ')}`)
}
