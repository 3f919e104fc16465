// Block: a callable node of a network, with a name, children, parameters and hooks.
import { isPromise, type Sync } from '../autograd/autograd.ts'
import type { DType } from '../core/dtype.ts'
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames, refuseMore } from '../core/errors.ts'
import { hintOn } from '../core/hints.ts'
import type { NDArray } from '../core/ndarray.ts'
import { arraysIn, giveToUser, within } from '../core/ownership.ts'
import type { NestedNumbers } from '../nd/values.ts'
import type { ActivationName } from '../ops/activations.ts'
import { Callable } from './callable.ts'
import { calling, type Place, placeOf } from './calling.ts'
import { Constant } from './constant.ts'
import { type ExportOptions, type InputSpec, specsOf } from './exported.ts'
import type { Explanation } from './graph/explain.ts'
import { checkHybridize, type HybridizeOptions } from './hybridize.ts'
import { NameCounter, nameFor, type SharedParameters, withinScope } from './naming.ts'
import { Parameter, type ParameterOptions } from './parameter.ts'
import { type InitializeOptions, ParameterDict } from './parameterDict.ts'
import type { LoadOptions } from './persistence.ts'
import { structuralNames, valuesOf } from './structure.ts'
import { summarize } from './summary.ts'

/** Options of every block. */
export interface BlockOptions {
  /** Prefix of the names of this block, its children and parameters. By default of the class and a counter. */
  readonly prefix?: string
  /** Parameters to share, from another block's `collectParams`. */
  readonly params?: ParameterDict
}

/** The names of BlockOptions. */
export const blockOptions: OptionNames<BlockOptions> = { prefix: 'string', params: true }

/** A registered hook; `detach` takes it away. */
export interface HookHandle {
  detach(): void
}

type Hook = (block: never, inputs: never, output: never) => void

/** All of a block that mentions neither inputs nor output: the type of a list of blocks. */
export abstract class AnyBlock extends Callable {
  /** Name of the class, kept by bundlers that rename it. */
  static readonly className: string = 'Block'
  /** What names are counted by. */
  static readonly hint: string | undefined = undefined
  /** Prefix of the names of children and parameters. */
  readonly prefix: string
  readonly #shared: SharedParameters | undefined
  /** Whether the prefix was given as '': then the block has no scope of its own. */
  readonly #bare: boolean
  readonly #counter = new NameCounter()
  readonly #registered = new Map<string, AnyBlock>()
  /** Where it was called last. */
  #place: Place | undefined
  /** What it was called with last, where it was the outermost block. */
  #called: readonly InputSpec[] | undefined
  readonly #preHooks = new Set<Hook>()
  readonly #hooks = new Set<Hook>()

  constructor(options: BlockOptions = {}, hint?: string) {
    super()
    checkOptions(this.className, options, "{ prefix: 'conv0_' }")
    if (options.params && !(options.params instanceof ParameterDict)) {
      throw new OpError(this.className, `params are net.collectParams(), got ${nameOfKind(options.params)}`)
    }
    const naming = nameFor(hint ?? this.#class.hint ?? this.className.toLowerCase(), options.prefix, options.params)
    this.prefix = naming.prefix
    this.#shared = naming.shared
    this.#bare = options.prefix === ''
  }

  get #class(): typeof AnyBlock {
    return this.constructor as typeof AnyBlock
  }

  /** Name of the class, as printed. */
  get className(): string {
    return Object.hasOwn(this.#class, 'className') ? this.#class.className : this.#class.name
  }

  /** The prefix without its last underscore. */
  get name(): string {
    return this.prefix.endsWith('_') ? this.prefix.slice(0, -1) : this.prefix
  }

  /** Runs a function in which new blocks are named as parts of this one; returns what it returns. */
  nameScope<T>(run: () => Sync<T>): T {
    const make = run as () => T
    if (this.#bare) return make()
    return withinScope({ prefix: this.prefix, counter: this.#counter, shared: this.#shared }, make)
  }

  /** Makes a parameter of this block: full name prefix + name, shared when `params` has it. */
  protected parameter(name: string, options: ParameterOptions): Parameter {
    return this.#sharedAs(name) ?? new Parameter(this.prefix + name, options)
  }

  /** Makes a constant of this block, which is saved and not trained: `mask = this.getConstant('mask', [[0, 1]])`. */
  protected getConstant(name: string, value: NDArray | NestedNumbers): Parameter {
    return this.#sharedAs(name) ?? new Constant(this.prefix + name, value)
  }

  #sharedAs(name: string): Parameter | undefined {
    const shared = this.#shared
    return shared?.parameters.find(shared.prefix + name) ?? shared?.parameters.find(this.prefix + name)
  }

  /** Registers a child under a name. Default its number. */
  registerChild(block: AnyBlock, name = String(this.#registered.size)): void {
    if (!(block instanceof AnyBlock)) throw new OpError(this.className, `takes blocks, got ${nameOfKind(block)}`)
    this.#registered.set(name, block)
  }

  /** The children by name: registered ones, and blocks in own properties in the order of their definition. */
  get children(): ReadonlyMap<string, AnyBlock> {
    const children = new Map(this.#registered)
    for (const [key, value] of Object.entries(this)) if (value instanceof AnyBlock) children.set(key, value)
    return children
  }

  /** @internal The name of a child. */
  keyOf(child: AnyBlock): string | undefined {
    for (const [key, value] of this.#registered) if (value === child) return key
    return Object.keys(this).find((key) => (this as Record<string, unknown>)[key] === child)
  }

  /** The parameters of this block alone, by property name. */
  get ownParameters(): ReadonlyMap<string, Parameter> {
    const own = new Map<string, Parameter>()
    for (const [key, value] of Object.entries(this)) if (value instanceof Parameter) own.set(key, value)
    return own
  }

  /** All parameters, own first, then the children's; `select` is matched at the start of the full name. */
  collectParams(select?: string | RegExp): ParameterDict {
    const pattern = startOf(select)
    const dict = new ParameterDict(this.prefix)
    for (const [, block] of this.walk()) {
      for (const parameter of block.ownParameters.values()) if (pattern.test(parameter.name)) dict.add(parameter)
    }
    return dict
  }

  /** The block and all its descendants with their dotted paths, each once, parents first. */
  *walk(path = '', seen = new Set<AnyBlock>()): Iterable<[string, AnyBlock]> {
    if (seen.has(this)) return
    seen.add(this)
    yield [path, this]
    for (const [key, child] of this.children) yield* child.walk(path ? `${path}.${key}` : key, seen)
  }

  /** Initialises all parameters; those of unknown shape when the first batch shows it. */
  initialize(options: InitializeOptions = {}): void {
    this.collectParams().initialize(options)
  }

  /** Calls a function on every block below this one, then on this one. */
  apply(run: (block: AnyBlock) => void): this {
    for (const child of this.children.values()) child.apply(run)
    run(this)
    return this
  }

  /** Changes the element type of all parameters. */
  cast(dtype: DType, ...more: []): void {
    refuseMore('cast', more)
    for (const child of this.children.values()) child.cast(dtype)
    for (const parameter of this.ownParameters.values()) parameter.cast(dtype)
  }

  /** Lets a block run faster where it can; results never change. Takes whether to, or options of Gluon's. */
  hybridize(options: boolean | HybridizeOptions = {}): void {
    checkHybridize(options)
    for (const child of this.children.values()) child.hybridize(options)
  }

  /** Writes all parameters in MXNet's `.params` format, by structural names (`0.weight`). */
  async saveParameters(path: string, ...more: []): Promise<void> {
    refuseMore('saveParameters', more)
    // as they are now: what is computed while the file format is loaded does not count
    const values = valuesOf(structuralNames(this))
    const [{ saveParameters }, entries] = await Promise.all([import('./persistence.ts'), values])
    await saveParameters(path, entries)
  }

  /** Reads parameters by name from a file, or its bytes: `.params` (of MXNet too), safetensors or NumPy's `.npz`. */
  async loadParameters(from: string | Uint8Array | ArrayBuffer, options: LoadOptions = {}, ...more: []): Promise<void> {
    refuseMore('loadParameters', more)
    const { loadParameters } = await import('./persistence.ts')
    return loadParameters(this, from, options)
  }

  /**
   * Writes what the block computes in prediction as MXNet's `path-symbol.json` and `path-0000.params`, for inputs of the
   * shapes that it was called with last; gives both names. `epoch` is the number in the second.
   */
  export(path: string, options: ExportOptions = {}): Promise<[symbolFile: string, paramFile: string]> {
    const called = this.#called
    return import('./symbol/write.ts').then(({ writeSymbol }) => writeSymbol(this, called, path, options))
  }

  /** A table of layers, output shapes and parameter counts for the given inputs. */
  summary(...inputs: NDArray[]): string {
    return summarize(this, inputs)
  }

  /**
   * What the block computes from some inputs, in prediction: each op with its output, bytes and operations. Prints as a
   * table; `svg()` draws it.
   */
  async explain(...inputs: NDArray[]): Promise<Explanation> {
    const { explain } = await import('./graph/explain.ts')
    return explain(this, inputs)
  }

  /** @internal Adds a hook that runs before forward, with the list of inputs. */
  addPreHook(hook: Hook): HookHandle {
    this.#preHooks.add(hook)
    return { detach: () => void this.#preHooks.delete(hook) }
  }

  /** @internal Adds a hook that runs after forward. */
  addHook(hook: Hook): HookHandle {
    this.#hooks.add(hook)
    return { detach: () => void this.#hooks.delete(hook) }
  }

  /** Whether a hook watches this block. */
  get hooked(): boolean {
    return this.#hooks.size + this.#preHooks.size > 0
  }

  /**
   * @internal Makes the block that runs before this one in a container do this one's work in its next call, where that
   * gives the same; returns how many blocks, from this one on, are then left out.
   */
  foldInto(_previous: AnyBlock, _next: AnyBlock | undefined): number {
    return 0
  }

  /** @internal Makes the next call apply an activation to its result, at the cost of none; false where it can't. */
  takeActivation(_activation: ActivationName): boolean {
    return false
  }

  protected override invoke(inputs: unknown[]): unknown {
    const place = placeOf(this, this.#place)
    this.#place = place
    if (!place.outer) this.#called = specsOf(inputs)
    return within(
      place.label,
      place.reason,
      () => calling(this, place, () => this.#forward(inputs)),
      () => this.#arraysOfProperties(),
    )
  }

  #forward(inputs: unknown[]): unknown {
    if (this.#preHooks.size > 0) {
      for (const hook of this.#preHooks) hook(this as never, shown(inputs) as never, undefined as never)
    }
    const output = this.#forwarding(inputs)
    if (isPromise(output)) {
      throw new GlueballError(`${this.className}.forward must be synchronous: it returned a promise`)
    }
    if (this.#hooks.size > 0) {
      for (const hook of this.#hooks) hook(this as never, shown(inputs) as never, shown(output) as never)
    }
    return output
  }

  #forwarding(inputs: unknown[]): unknown {
    const self = this as unknown as { forward?: (...inputs: unknown[]) => unknown; hybridForward?: unknown }
    if (typeof self.forward === 'function') return self.forward(...inputs)
    const right = self.hybridForward
      ? 'a class with hybridForward extends gluon.HybridForwardBlock'
      : 'write forward(x) in its class'
    throw new OpError(this.className, `has no forward: ${right}`)
  }

  #arraysOfProperties(): NDArray[] {
    const found: NDArray[] = []
    for (const key of Object.keys(this)) arraysIn((this as unknown as Record<string, unknown>)[key], found)
    return found
  }

  /** The line that describes this block in a printed network. */
  describe(): string {
    return this.className
  }

  override toString(): string {
    const children = [...this.children].map(([key, child]) => `  (${key}): ${String(child).replaceAll('\n', '\n  ')}`)
    return children.length ? `${this.describe()}(\n${children.join('\n')}\n)` : this.describe()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

hintOn(AnyBlock.prototype, 'net', {
  _children: 'net.children',
  hybrid_forward: 'net.forward',
  load_params: 'await net.loadParameters(path)',
  load_parameters: 'await net.loadParameters(path)',
  params: 'net.collectParams()',
  save_params: 'await net.saveParameters(path)',
  save_parameters: 'await net.saveParameters(path)',
})

/** A pattern that matches at the start of a name; the empty one matches all. */
function startOf(select: string | RegExp = ''): RegExp {
  if (typeof select === 'string') return new RegExp(`^(?:${select})`)
  return new RegExp(`^(?:${select.source})`, select.flags.replace(/[gy]/g, ''))
}

function shown<T>(value: T): T {
  for (const array of arraysIn(value)) if (array.owner !== 'library') giveToUser(array)
  return value
}

/** A block with typed inputs and output. Subclass it with a synchronous `forward`; call it as a function. */
export abstract class Block<Inputs extends unknown[] = [NDArray], Output = NDArray> extends AnyBlock {
  static override readonly className: string = 'Block'

  /** Computes the output from the inputs. */
  abstract forward(...inputs: Inputs): Output

  /** Has a function called before each forward, with the list of inputs. */
  registerForwardPreHook(hook: (block: this, inputs: Inputs) => void): HookHandle {
    return this.addPreHook(hook as Hook)
  }

  /** Has a function called after each forward, with the list of inputs and the output. */
  registerForwardHook(hook: (block: this, inputs: Inputs, output: Output) => void): HookHandle {
    return this.addHook(hook as Hook)
  }
}

/** Calling a block runs its forward. */
export interface Block<Inputs extends unknown[] = [NDArray], Output = NDArray> {
  (...inputs: Inputs): Output
}

/** A block whose forward is built of ops alone, so that it may be captured. */
export abstract class HybridBlock<Inputs extends unknown[] = [NDArray], Output = NDArray> extends Block<
  Inputs,
  Output
> {
  static override readonly className: string = 'HybridBlock'
}
