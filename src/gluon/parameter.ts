// Parameter: a named array that training changes, with its gradient, known to the full only when its shape is.
import { pause } from '../autograd/autograd.ts'
import { type DType, dtypes, isDType } from '../core/dtype.ts'
import { type Context, currentContext } from '../core/engine.ts'
import {
  checkOptions,
  DeferredInitializationError,
  GlueballError,
  nameOfKind,
  OpError,
  type OptionNames,
} from '../core/errors.ts'
import { hintOn } from '../core/hints.ts'
import type { NDArray } from '../core/ndarray.ts'
import { giveToLibrary, release, within } from '../core/ownership.ts'
import { formatShape, type Shape, shapeOf } from '../core/shape.ts'
import type { Leaf } from '../core/tape.ts'
import { type Initializer, initializerOf } from '../init/initializer.ts'
import { Uniform } from '../init/initializers.ts'
import { moved } from '../nd/handles.ts'
import { assign } from '../ops/copy/copy.ts'
import { cast } from '../ops/elementwise/cast.ts'
import { fill } from '../ops/fill/fill.ts'
import { strayBlock } from './calling.ts'
import { type Contexts, oneContext } from './contexts.ts'

/** Whether a parameter's gradient is overwritten by each backward, added up, or not computed. */
export type GradReq = 'write' | 'add' | 'null'

/** What a parameter is made of. */
export interface ParameterOptions {
  /** Sizes; 0 stands for one that the first batch will show. */
  readonly shape: readonly number[]
  readonly dtype?: DType
  /** How its values are drawn. Default the network's initializer. */
  readonly init?: Initializer | string | null
  readonly gradReq?: GradReq
  /** Set to false for state that is not trained, such as running means: then `gradReq` stays 'null'. Default true. */
  readonly differentiable?: boolean
  /** Factor on the learning rate. */
  readonly lrMult?: number
  /** Factor on the weight decay. */
  readonly wdMult?: number
  readonly allowDeferredInit?: boolean
}

const parameterOptions: OptionNames<ParameterOptions> = {
  shape: true,
  dtype: true,
  init: true,
  gradReq: true,
  differentiable: 'boolean',
  lrMult: 'number',
  wdMult: 'number',
  allowDeferredInit: 'boolean',
}

/** Options of a parameter's `initialize`. */
export interface ParameterInitializeOptions {
  /** How values are drawn, whatever the parameter's own initializer. */
  readonly init?: Initializer | string | undefined
  /** How values are drawn when neither is given. */
  readonly defaultInit?: Initializer | undefined
  /** Where it lives: a context, or a list of one. Default the CPU. */
  readonly ctx?: Contexts | undefined
  readonly forceReinit?: boolean | undefined
}

const parameterInitializeOptions: OptionNames<ParameterInitializeOptions> = {
  init: true,
  defaultInit: true,
  ctx: true,
  forceReinit: 'boolean',
}

interface Pending {
  readonly init: Initializer
  readonly context: Context
}

/** A named array that training changes. */
export class Parameter {
  /** Full name: the block's prefix and the local name. */
  readonly name: string
  /** Factor on the learning rate. */
  lrMult: number
  /** Factor on the weight decay. */
  wdMult: number
  /** How its values are drawn, before what `initialize` is given. */
  init: Initializer | undefined
  readonly #allowDeferred: boolean
  readonly #differentiable: boolean
  #shape: Shape
  #dtype: DType
  #gradReq: GradReq
  #data: NDArray | undefined
  #pending: Pending | undefined

  constructor(name: string, options: ParameterOptions) {
    checkOptions('Parameter', options, '{ shape: [3, 0] }', parameterOptions)
    this.name = name
    this.#shape = shapeOf(options.shape)
    this.#dtype = options.dtype ?? 'float32'
    if (!isDType(this.#dtype)) {
      throw new OpError('Parameter', `dtype must be one of ${dtypes.join(', ')}, got ${nameOfKind(this.#dtype)}`)
    }
    this.init = options.init ? initializerOf(options.init) : undefined
    this.#differentiable = options.differentiable ?? true
    this.#gradReq = this.#differentiable ? (options.gradReq ?? 'write') : 'null'
    this.lrMult = options.lrMult ?? 1
    this.wdMult = options.wdMult ?? 1
    this.#allowDeferred = options.allowDeferredInit ?? true
  }

  /** Sizes; 0 where not known yet. */
  get shape(): Shape {
    return this.#shape
  }

  /** Element type. */
  get dtype(): DType {
    return this.#dtype
  }

  /** Whether it has values. */
  get initialized(): boolean {
    return this.#data !== undefined
  }

  /** Whether it waits for its shape. */
  get deferred(): boolean {
    return this.#pending !== undefined
  }

  /** Where it lives or will live; undefined before `initialize`. */
  get context(): Context | undefined {
    return this.#data?.context ?? this.#pending?.context
  }

  get gradReq(): GradReq {
    return this.#gradReq
  }

  /** Changing it makes or drops the gradient buffer. State that is not trained keeps 'null', as in Gluon. */
  set gradReq(request: GradReq) {
    if (!['write', 'add', 'null'].includes(request)) {
      throw new GlueballError(`gradReq of ${this.name} must be 'write', 'add' or 'null', got '${request}'`)
    }
    if (request === this.#gradReq || !this.#differentiable) return
    this.#gradReq = request
    if (this.#data) this.#attach(this.#data)
  }

  /** @internal The tape's leaf, when gradients are wanted. */
  get leaf(): Leaf | undefined {
    return this.#data?.leaf
  }

  /** Draws its values, or notes how once the shape is known. `init` goes before the parameter's own initializer. */
  initialize(options: ParameterInitializeOptions = {}): void {
    checkOptions('initialize', options, '{ init: new init.Xavier(), ctx }', parameterInitializeOptions)
    if (this.#data && !options.forceReinit) {
      console.warn(`Parameter ${this.name} is already initialized: ignored. Set { forceReinit: true } to draw it anew.`)
      return
    }
    const given = options.init === undefined ? this.init : initializerOf(options.init)
    const init = given ?? options.defaultInit ?? new Uniform()
    this.#pending = { init, context: options.ctx ? oneContext('initialize', options.ctx) : currentContext() }
    if (this.#known) this.#draw()
    else if (!this.#allowDeferred) {
      throw new GlueballError(`cannot initialize ${this.name}: its shape ${formatShape(this.#shape)} is not known`)
    }
  }

  get #known(): boolean {
    return this.#shape.every((size) => size > 0)
  }

  /** Fills in the sizes that were 0 and draws the values, where `initialize` was called and waits for it. */
  inferShape(shape: readonly number[]): void {
    if (!this.#pending) return
    this.#complete(shape)
    this.#draw()
  }

  #complete(shape: readonly number[]): void {
    const fits = shape.length === this.#shape.length && this.#shape.every((size, i) => size === 0 || size === shape[i])
    if (!fits) {
      throw new GlueballError(
        `${this.name} has shape ${formatShape(this.#shape)}, the input asks for ${formatShape(shape)}`,
      )
    }
    this.#shape = shapeOf(shape)
  }

  #draw(): void {
    const { init, context } = this.#pending as Pending
    pause(() => {
      const data = this.#filled(context)
      init.initialize(this.name, data)
      this.#replace(data)
    })
    // not before: where memory did not suffice, the next batch tries again
    this.#pending = undefined
  }

  #filled(context: Context): NDArray {
    return giveToLibrary(fill(this.#shape, 0, { context, dtype: this.#dtype }))
  }

  #replace(data: NDArray): void {
    const old = this.#data
    this.#data = data
    this.#attach(data)
    if (old) {
      if (old.leaf) release(old.leaf.grad, 'its parameter was replaced')
      release(old, 'its parameter was replaced')
    }
  }

  #attach(data: NDArray): void {
    if (data.leaf) release(data.leaf.grad, 'gradReq was changed')
    if (this.#gradReq === 'null') data.setOrigin(null)
    else data.setOrigin({ grad: this.#filled(data.context), request: this.#gradReq, fresh: false })
  }

  /** Moves the values to another context; the gradient there starts at zero, as does the state of an optimizer. */
  resetCtx(ctx: Contexts): void {
    const context = oneContext('resetCtx', ctx)
    const data = this.#data
    if (this.#pending) this.#pending = { ...this.#pending, context }
    else if (!data) throw new GlueballError(`cannot resetCtx of ${this.name}: it has not been initialized`)
    if (data && data.context !== context) pause(() => this.#replace(giveToLibrary(moved(data, context))))
  }

  /** The values. Throws when there are none yet, or not on the context given. */
  data(ctx?: Context): NDArray {
    if (ctx !== undefined) this.#checkPlace(ctx)
    if (this.#data) return this.#data
    if (this.#pending) {
      throw new DeferredInitializationError(
        `Parameter ${this.name} has no values yet: its shape ${formatShape(this.#shape)} is completed by the first batch. ` +
          'Run one batch through the network, or give the input sizes (inChannels, inUnits)',
      )
    }
    const missing = strayBlock() || 'call net.initialize() (or net.collectParams().initialize()) first'
    throw new GlueballError(`Parameter ${this.name} has not been initialized: ${missing}`)
  }

  #checkPlace(ctx: Context): void {
    const { context } = this
    if (context === undefined || oneContext('data', ctx) === context) return
    throw new GlueballError(`Parameter ${this.name} lives on ${context}, not on ${ctx}: move it by resetCtx(ctx)`)
  }

  /** The gradient. Throws when none is kept, or not on the context given. */
  grad(ctx?: Context): NDArray {
    const { leaf } = this.data(ctx)
    if (leaf) return leaf.grad
    throw new GlueballError(`Parameter ${this.name} has no gradient: its gradReq is 'null'`)
  }

  /** Overwrites the values; completes a deferred initialization, without drawing. */
  setData(values: NDArray): void {
    if (!this.#data) {
      this.#complete(values.shape)
      const context = this.#pending?.context ?? values.context
      this.#pending = undefined
      pause(() => this.#replace(this.#filled(context)))
    }
    within('', 'setData has returned', () => pause(() => void assign(this.data(), values)))
  }

  /** Sets the gradient to zero. */
  zeroGrad(): void {
    const leaf = this.leaf
    if (leaf) fill(this.#shape, 0, { out: leaf.grad })
  }

  /** Changes the element type, keeping the values. */
  cast(dtype: DType): void {
    if (dtype === this.#dtype) return
    this.#dtype = dtype
    const data = this.#data
    if (data) pause(() => this.#replace(giveToLibrary(cast(data, dtype))))
  }

  toString(): string {
    return `Parameter ${this.name} (shape=${formatShape(this.#shape)}, dtype=${this.#dtype})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

hintOn(Parameter.prototype, 'p', { list_ctx: '[p.context]', list_data: '[p.data()]', list_grad: '[p.grad()]' })
