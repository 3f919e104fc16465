// Initializers that go by the name of a parameter: Mixed and Load (MXNet 1.9.1, initializer.py).
import { checkOptions, GlueballError, nameOfKind } from '../core/errors.ts'
import { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { moved } from '../nd/handles.ts'
import { setValues } from '../nd/inPlace.ts'
import { cast } from '../ops/elementwise/cast.ts'
import { Initializer, initializerOf } from './initializer.ts'

/** One initializer for each pattern: of those that match the start of a parameter's full name the first. */
export class Mixed extends Initializer {
  readonly #rules: readonly { readonly pattern: RegExp; readonly init: Initializer }[]

  constructor(patterns: readonly (string | RegExp)[], initializers: readonly (Initializer | string)[]) {
    super()
    if (!Array.isArray(patterns) || !Array.isArray(initializers) || patterns.length !== initializers.length) {
      const [got, others] = [patterns, initializers].map((list) =>
        Array.isArray(list) ? list.length : nameOfKind(list),
      )
      throw new GlueballError(
        `Mixed takes a list of patterns and one of as many initializers, as new init.Mixed(['.*bias', '.*'], ['zeros', ` +
          `new init.Xavier()]): got ${got} and ${others}`,
      )
    }
    this.#rules = patterns.map((pattern: string | RegExp, i) => {
      const [source, flags] = typeof pattern === 'string' ? [pattern, ''] : [pattern.source, pattern.flags]
      return { pattern: new RegExp(`^(?:${source})`, flags.replace(/[gy]/g, '')), init: initializerOf(initializers[i]) }
    })
  }

  initialize(name: string, array: NDArray): void {
    const rule = this.#rules.find(({ pattern }) => pattern.test(name))
    if (rule) return rule.init.initialize(name, array)
    throw new GlueballError(`Mixed has no pattern that matches ${name}: add '.*' with a default initializer at the end`)
  }
}

/** Options of Load. */
export interface LoadInitOptions {
  /** Draws the parameters that have no values. Default none: such parameters are refused. */
  readonly defaultInit?: Initializer | string
}

/** Values by a parameter's full name; names may start with MXNet's `arg:` or `aux:`. */
export class Load extends Initializer {
  readonly #values: ReadonlyMap<string, NDArray>
  readonly #default: Initializer | undefined

  constructor(param: Readonly<Record<string, NDArray>> | ReadonlyMap<string, NDArray>, options: LoadInitOptions = {}) {
    super()
    checkOptions('Load', options, "{ defaultInit: 'xavier' }", { defaultInit: true })
    const entries = param instanceof Map ? [...param] : Object.entries(param ?? {})
    const wrong = entries.find(([, value]) => !(value instanceof NDArray))
    if (typeof param !== 'object' || param === null || wrong) {
      const got = wrong ? `${nameOfKind(wrong[1])} for ${wrong[0]}` : nameOfKind(param)
      throw new GlueballError(`Load takes arrays by name, as { dense0_weight: nd.ones([2, 3]) }, got ${got}`)
    }
    this.#values = new Map(entries.map(([name, value]) => [name.replace(/^(?:arg|aux):/, ''), value]))
    this.#default = options.defaultInit === undefined ? undefined : initializerOf(options.defaultInit)
  }

  initialize(name: string, array: NDArray): void {
    const values = this.#values.get(name)
    if (values === undefined) {
      if (this.#default) return this.#default.initialize(name, array)
      const known = [...this.#values.keys()].join(', ')
      throw new GlueballError(`Load has no values of ${name}, and no defaultInit: there are ${known || 'none'}`)
    }
    if (!sameShape(values.shape, array.shape)) {
      const [got, expected] = [values.shape, array.shape].map(formatShape)
      throw new GlueballError(`Load has ${got} for ${name}, expected ${expected}`)
    }
    within('', 'the parameter was initialized', () => {
      const here = values.context === array.context ? values : moved(values, array.context)
      setValues(array, here.dtype === array.dtype ? here : cast(here, array.dtype))
    })
  }
}
