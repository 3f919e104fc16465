// Trainer: applies an optimizer to a set of parameters (MXNet 1.9.1, gluon/trainer.py).

import { pause } from '../autograd/autograd.ts'
import { checkOptions, GlueballError, nameOfKind } from '../core/errors.ts'
import { hintOn } from '../core/hints.ts'
import type { NDArray } from '../core/ndarray.ts'
import { release, within } from '../core/ownership.ts'
import { throwFailure } from '../core/pace.ts'
import { SavedArray } from '../io/saved.ts'
import { array } from '../nd/creation.ts'
import { assign } from '../ops/copy/copy.ts'
import { fill } from '../ops/fill/fill.ts'
import { create, type OptimizerName, type OptionsOf } from '../optimizer/create.ts'
import { Optimizer } from '../optimizer/optimizer.ts'
import { Arena, type ArenaEntry } from './arena.ts'
import { type KVStore, type Reduction, storeOf } from './kvstore/store.ts'
import { Parameter } from './parameter.ts'
import { brief, ParameterDict } from './parameterDict.ts'
import {
  type MatchedArrays,
  matchState,
  type StateOwner,
  stateName,
  stateOf,
  type TrainerState,
} from './trainerState.ts'

/** Options of Trainer besides the optimizer's. */
export interface TrainerOptions {
  /** What sums gradients over processes: `dist_sync`, or a store of `kvstore.create`. Default none: one process. */
  readonly kvstore?: 'local' | 'device' | 'dist_sync' | KVStore | null
}

/** Options of `step`. */
export interface StepOptions {
  /** Leaves out parameters that the last backward did not reach, instead of throwing. */
  readonly ignoreStaleGrad?: boolean
}

/** Updates parameters after each backward: `step(batchSize)`. The name of an optimizer decides which options it takes. */
export class Trainer<Name extends OptimizerName | (string & {}) = string> {
  /** The optimizer in use. */
  readonly optimizer: Optimizer
  /** In the order given. A state identifies parameters by their place in it. */
  readonly #parameters: readonly Parameter[]
  #arena: Arena | undefined
  readonly #store: KVStore | undefined
  #reduction: Reduction | undefined

  constructor(
    params: ParameterDict | readonly Parameter[],
    optimizer: Name | Optimizer,
    optimizerParams: OptionsOf<Name> = {} as OptionsOf<Name>,
    options: TrainerOptions = {},
  ) {
    checkOptions('Trainer', optimizerParams, '{ learningRate: 0.1 }')
    checkOptions('Trainer', options, "{ kvstore: 'local' }", { kvstore: true })
    if (!(params instanceof ParameterDict || Array.isArray(params))) {
      throw new GlueballError(`Trainer takes net.collectParams() or a list of parameters, got ${nameOfKind(params)}`)
    }
    this.#parameters = [...(params instanceof ParameterDict ? params.values() : params)]
    const wrong = this.#parameters.find((parameter) => !(parameter instanceof Parameter))
    if (wrong !== undefined) throw new GlueballError(`Trainer takes Parameters, got ${nameOfKind(wrong)}`)
    if (this.#parameters.length === 0) throw new GlueballError('Trainer was given no parameters: is the network empty?')
    const fresh = this.#parameters.filter((parameter) => !parameter.initialized && !parameter.deferred)
    if (fresh.length > 0) {
      throw new GlueballError(`call net.initialize() before making a Trainer: ${names(fresh)} not initialized`)
    }
    if (typeof optimizer !== 'string' && !(optimizer instanceof Optimizer)) {
      throw new GlueballError(`Trainer takes an optimizer or its name, as 'sgd', got ${nameOfKind(optimizer)}`)
    }
    if (typeof optimizer !== 'string' && Object.keys(optimizerParams).length > 0) {
      throw new GlueballError('optimizerParams must be left out when an optimizer object is given')
    }
    this.optimizer = typeof optimizer === 'string' ? create(optimizer, optimizerParams) : optimizer
    this.#store = storeOf(options.kvstore)
  }

  /** The learning rate of the latest update. */
  get learningRate(): number {
    return this.optimizer.learningRate
  }

  /** Changes the learning rate. Throws when a scheduler sets it. */
  setLearningRate(rate: number): void {
    this.optimizer.setLearningRate(rate)
  }

  /** One update with gradients divided by the batch size, which is that of all processes together. Throws when a parameter's gradient is stale. */
  step(batchSize: number, options: StepOptions = {}): void {
    this.allreduceGrads()
    this.update(batchSize, options)
  }

  /**
   * Sums gradients over the processes of a distributed kvstore; nothing to do in one. Those that backward has started
   * to sum are not summed again.
   */
  allreduceGrads(): void {
    this.#ready()
    this.#reduction?.finish()
  }

  /** The update alone, after `allreduceGrads`. */
  update(batchSize: number, options: StepOptions = {}): void {
    checkOptions('step', options, '{ ignoreStaleGrad: true }', { ignoreStaleGrad: 'boolean' })
    if (!(batchSize > 0))
      throw new GlueballError(`step takes the batch size, a positive number, got ${nameOfKind(batchSize)}`)
    const arena = this.#ready()
    throwFailure(arena.context.engine)
    this.#checkFresh(options)
    this.optimizer.numUpdate++
    within('', 'the update has returned', () => pause(() => this.#apply(arena, batchSize)))
  }

  #apply(arena: Arena, batchSize: number): void {
    const rescale = this.optimizer.rescaleGrad / batchSize
    const { learningRate, wd, numUpdate } = this.optimizer
    const { perParameter } = this.optimizer
    for (const run of runsOf(arena.entries, perParameter)) {
      const { begin, parameter } = run[0]
      const shape = perParameter ? parameter.shape : [run.reduce((sum, entry) => sum + entry.length, 0)]
      const [weight, gradient, ...state] = [arena.values, arena.gradients, ...arena.states].map((flat) =>
        Arena.range(flat, begin, shape),
      )
      const numbers = { lr: learningRate * parameter.lrMult, wd: wd * parameter.wdMult, rescale, update: numUpdate }
      this.optimizer.update(weight, gradient, state, numbers)
      for (const range of [weight, gradient, ...state]) release(range, 'the update has returned')
    }
    for (const { parameter } of arena.entries) if (parameter.leaf) parameter.leaf.fresh = false
  }

  #ready(what = 'step'): Arena {
    if (this.#arena?.holds(this.#parameters)) return this.#arena
    const deferred = this.#parameters.filter((parameter) => !parameter.initialized)
    if (deferred.length > 0) {
      throw new GlueballError(
        `cannot ${what}: ${names(deferred)} still without a shape. Run a batch through the network first, ` +
          'and leave out layers that its forward never uses',
      )
    }
    // one without a gradient stays apart, as forward may write to it; one that had a gradient keeps its state
    const held = new Set(this.#arena?.entries.map(({ parameter }) => parameter))
    const trained = this.#parameters.filter((parameter) => parameter.leaf || held.has(parameter))
    const arena = new Arena(trained.length > 0 ? trained : this.#parameters, this.optimizer.stateCount)
    if (this.#arena) arena.replace(this.#arena)
    this.#arena = arena
    this.#reduction?.detach()
    this.#reduction = this.#store?.attach(arena, this.#parameters)
    return arena
  }

  #checkFresh({ ignoreStaleGrad = false }: StepOptions): void {
    if (ignoreStaleGrad) return
    const stale = this.#parameters.filter((parameter) => parameter.leaf && !parameter.leaf.fresh)
    if (stale.length === 0) return
    throw new GlueballError(
      `the gradients of ${brief(stale.map((parameter) => parameter.name))} were not refreshed by backward since the last ` +
        'step: is the layer used in forward, and was backward called? Pass { ignoreStaleGrad: true } to leave them out',
    )
  }

  /** What it carries from step to step, read in stream order; plain data that JSON keeps to the bit. */
  async state(): Promise<TrainerState> {
    const { numUpdate } = this.optimizer
    const reads = (this.#arena?.states ?? []).flatMap((flat, slot) => this.#read(flat, slot))
    return stateOf(this.#owner, numUpdate, await Promise.all(reads))
  }

  #read(flat: NDArray, slot: number): Promise<SavedArray>[] {
    const begins = new Map(this.#arena?.entries.map(({ parameter, begin }) => [parameter, begin]))
    return this.#parameters.flatMap((parameter, place) => {
      const begin = begins.get(parameter)
      if (begin === undefined) return [] // without a gradient it has no state
      const range = Arena.range(flat, begin, parameter.shape)
      const data = range.toArray()
      release(range, 'it was read')
      return [data.then((values) => new SavedArray(stateName(place, slot), [...parameter.shape], values))]
    })
  }

  /**
   * Continues from a `state` of this process or another. Parameters are identified by their place in the trainer.
   * They must have their values. Throws where the state is of other parameters or of another optimizer.
   */
  restore(state: TrainerState): void {
    const { numUpdate, learningRate, arrays } = matchState(state, this.#owner)
    if (arrays) this.#fill(this.#ready('restore'), arrays)
    else for (const flat of this.#arena?.states ?? []) fill(flat.shape, 0, { out: flat })
    this.optimizer.numUpdate = numUpdate
    if (learningRate !== undefined && !this.optimizer.lrScheduler) this.optimizer.setLearningRate(learningRate)
  }

  #fill(arena: Arena, arrays: MatchedArrays): void {
    const places = new Map(this.#parameters.map((parameter, place) => [parameter, place]))
    within('', 'restore has returned', () => {
      arena.states.forEach((flat, slot) => {
        for (const { parameter, begin } of arena.entries) {
          const saved = arrays[slot][places.get(parameter) as number]
          if (!saved) continue
          const { data, shape, dtype } = saved
          const range = Arena.range(flat, begin, shape)
          assign(range, array(data, { ctx: arena.context, dtype, shape }))
          release(range, 'it was restored')
        }
      })
    })
  }

  /** Writes `state()` to a file. */
  async saveStates(path: string): Promise<void> {
    const [state, { saveState }] = await Promise.all([this.state(), import('./trainerFiles.ts')])
    await saveState(path, state)
  }

  /** Takes up what `saveStates` wrote, as `restore` does. */
  async loadStates(path: string): Promise<void> {
    const { loadState } = await import('./trainerFiles.ts')
    this.restore(await loadState(path))
  }

  get #owner(): StateOwner {
    return { parameters: this.#parameters, optimizer: this.optimizer }
  }
}

/** Neighbours in the arena that share their multipliers and are to be updated, or each entry by itself. */
function* runsOf(entries: readonly ArenaEntry[], apart: boolean): Iterable<ArenaEntry[]> {
  let run: ArenaEntry[] = []
  for (const entry of entries) {
    const { parameter } = entry
    const first = run[0]?.parameter
    const joins = !apart && first && first.lrMult === parameter.lrMult && first.wdMult === parameter.wdMult
    if (run.length > 0 && !(joins && parameter.leaf?.fresh)) {
      yield run
      run = []
    }
    if (parameter.leaf?.fresh) run.push(entry)
  }
  if (run.length > 0) yield run
}

function names(parameters: readonly Parameter[]): string {
  return `${brief(parameters.map((parameter) => parameter.name))} ${parameters.length === 1 ? 'is' : 'are'}`
}

hintOn(Trainer.prototype, 'trainer', {
  load_states: 'await trainer.loadStates(path)',
  save_states: 'await trainer.saveStates(path)',
})
