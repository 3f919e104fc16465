// ParameterDict: the parameters of a network by full name, in order.
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames, oneLine } from '../core/errors.ts'
import { hintOn } from '../core/hints.ts'
import { type Initializer, initializerOf } from '../init/initializer.ts'
import { type Contexts, oneContext } from './contexts.ts'
import type { Parameter } from './parameter.ts'

/** Options of `initialize`. */
export interface InitializeOptions {
  /** How values are drawn: an initializer or its name. Default Uniform(0.07). */
  readonly init?: Initializer | string
  /** Where the parameters live: a context, or a list of one. Default the CPU. */
  readonly ctx?: Contexts
  /** Draws anew what was initialised before. */
  readonly forceReinit?: boolean
}

const initializeOptions: OptionNames<InitializeOptions> = { init: true, ctx: true, forceReinit: 'boolean' }

/** The parameters of a network by full name, in the order of definition. */
export class ParameterDict implements Iterable<[string, Parameter]> {
  /** Prefix of the block they were collected from. */
  readonly prefix: string
  readonly #parameters = new Map<string, Parameter>()

  constructor(prefix = '') {
    this.prefix = prefix
  }

  /** Adds a parameter; a second one of the same name must be the same object. */
  add(parameter: Parameter): void {
    const held = this.#parameters.get(parameter.name)
    if (held && held !== parameter) {
      throw new GlueballError(`two parameters are named ${parameter.name}: give one of the blocks another prefix`)
    }
    this.#parameters.set(parameter.name, parameter)
  }

  /** The parameter of that full name; throws when there is none. */
  get(name: string): Parameter {
    const found = this.#parameters.get(name)
    if (found) return found
    throw new GlueballError(`no parameter is named ${name}; there are ${brief([...this.#parameters.keys()])}`)
  }

  /** The parameter of that full name, if there is one. */
  find(name: string): Parameter | undefined {
    return this.#parameters.get(name)
  }

  /** Number of parameters. */
  get length(): number {
    return this.#parameters.size
  }

  /** Full names, in order. */
  keys(): IterableIterator<string> {
    return this.#parameters.keys()
  }

  /** Parameters, in order. */
  values(): IterableIterator<Parameter> {
    return this.#parameters.values()
  }

  [Symbol.iterator](): IterableIterator<[string, Parameter]> {
    return this.#parameters[Symbol.iterator]()
  }

  /** Initialises all of them, those with an initializer of their own by that. */
  initialize(options: InitializeOptions = {}): void {
    if (typeof (options as Partial<Initializer> | null)?.initialize === 'function') {
      throw new OpError('initialize', 'takes the initializer by name: { init: new init.Xavier() }')
    }
    checkOptions('initialize', options, '{ init: new init.Xavier(), ctx }', initializeOptions)
    const { forceReinit } = options
    const ctx = options.ctx && oneContext('initialize', options.ctx)
    const defaultInit = options.init === undefined ? undefined : initializerOf(options.init)
    for (const parameter of this.values()) parameter.initialize({ defaultInit, ctx, forceReinit })
  }

  /** Moves the values of all parameters to another context. */
  resetCtx(ctx: Contexts): void {
    const context = oneContext('resetCtx', ctx)
    for (const parameter of this.values()) parameter.resetCtx(context)
  }

  /** Sets all gradients to zero. */
  zeroGrad(): void {
    for (const parameter of this.values()) parameter.zeroGrad()
  }

  /** Sets one attribute of all: `setattr('gradReq', 'null')`, `setattr('lrMult', 0.1)`. */
  setattr<K extends 'gradReq' | 'lrMult' | 'wdMult' | 'init'>(name: K, value: Parameter[K]): void {
    if (!['gradReq', 'lrMult', 'wdMult', 'init'].includes(name)) {
      throw new GlueballError(`setattr takes gradReq, lrMult, wdMult or init, got ${nameOfKind(name)}`)
    }
    for (const parameter of this.values()) parameter[name] = value
  }

  toString(): string {
    const lines = [...this.values()].map((parameter) => `  ${parameter}`)
    return `${this.prefix ? `${this.prefix} ` : ''}(\n${lines.join('\n')}\n)`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

hintOn(ParameterDict.prototype, 'params', {
  items: '[...params]',
  list_ctx: '[...params.values()].map((p) => p.context)',
  load: 'await net.loadParameters(path)',
  save: 'await net.saveParameters(path)',
  update: 'params.add(parameter), one by one,',
})

/** A list of names in one line, at most seven, the middle left out. */
export function brief(names: readonly string[]): string {
  const shown = names.length <= 7 ? names : [...names.slice(0, 3), '...', ...names.slice(-3)]
  return oneLine(shown.join(', '))
}
