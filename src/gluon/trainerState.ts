// A trainer's state: parameters by their place in the trainer, since automatic names differ between processes.
import { nameOfKind, OpError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import { isSizes, type SavedArray, savedArray } from '../io/saved.ts'
import type { Optimizer } from '../optimizer/optimizer.ts'
import type { Parameter } from './parameter.ts'

/** One array that an optimizer keeps for a parameter. */
export type SavedState = Pick<SavedArray, 'name' | 'shape' | 'data'>

/** What a trainer carries from step to step. JSON keeps it to the bit. */
export interface TrainerState {
  /** Name of the optimizer's class. What may be absent is absent in states of earlier versions. */
  readonly optimizer?: string
  readonly numUpdate: number
  /** The rate; absent where a scheduler sets it. */
  readonly learningRate?: number
  /** Arrays that the optimizer keeps for each parameter. */
  readonly slots?: number
  /** Shapes of the parameters in the trainer's order; sizes not known yet are 0. */
  readonly shapes?: readonly (readonly number[])[]
  /** Named `place:slot`, as `0:0`; none before the first step, when all are zeros. */
  readonly arrays: readonly SavedState[]
}

/** Whose state it is. */
export interface StateOwner {
  readonly parameters: readonly Parameter[]
  readonly optimizer: Optimizer
}

/** A state that fits its owner. */
export interface MatchedState {
  readonly numUpdate: number
  readonly learningRate: number | undefined
  /** By slot and place; undefined where all are zeros. */
  readonly arrays: MatchedArrays | undefined
}

/** By slot and place; undefined for a parameter without a gradient, which need not have any. */
export type MatchedArrays = readonly (readonly (SavedArray | undefined)[])[]

/** The state of a trainer whose arrays have been read. */
export function stateOf(owner: StateOwner, numUpdate: number, arrays: readonly SavedArray[]): TrainerState {
  const { parameters, optimizer } = owner
  return {
    optimizer: optimizer.className,
    numUpdate,
    ...(!optimizer.lrScheduler && { learningRate: optimizer.learningRate }),
    slots: optimizer.stateCount,
    shapes: parameters.map(({ shape }) => [...shape]),
    arrays,
  }
}

/** The name of what an optimizer keeps for the parameter at a place. */
export function stateName(place: number, slot: number): string {
  return `${place}:${slot}`
}

function refuse(message: string): never {
  throw new OpError('Trainer', `the state ${message}`)
}

/** The state, checked against the trainer that is to take it. Throws before anything has changed. */
export function matchState(state: TrainerState, owner: StateOwner): MatchedState {
  const { numUpdate, learningRate, arrays } = state ?? {}
  if (!Number.isSafeInteger(numUpdate) || numUpdate < 0 || !Array.isArray(arrays)) {
    refuse(`is not one of a trainer: its numUpdate is ${kindOf(numUpdate)}, its arrays are ${kindOf(arrays)}`)
  }
  if (learningRate !== undefined && !(typeof learningRate === 'number' && learningRate >= 0)) {
    refuse(`is damaged: learningRate must be a non-negative number, got ${nameOfKind(learningRate)}`)
  }
  checkOptimizer(state, owner)
  checkShapes(state, owner)
  return { numUpdate, learningRate, arrays: arrays.length === 0 ? undefined : matchArrays(arrays, owner) }
}

/** What a value is, or that it is missing. */
export function kindOf(value: unknown): string {
  return value === undefined ? 'missing' : nameOfKind(value)
}

function checkOptimizer({ optimizer: name, slots }: TrainerState, { optimizer, parameters }: StateOwner): void {
  if (name !== undefined && name !== optimizer.className) {
    refuse(
      `is of ${typeof name === 'string' ? name : nameOfKind(name)}, this trainer's optimizer is ${optimizer.className}`,
    )
  }
  const { stateCount } = optimizer
  if (slots === undefined || slots === stateCount) return
  if (typeof slots !== 'number') refuse(`is damaged: slots must be a number, got ${nameOfKind(slots)}`)
  const held = slots === 1 ? '1 array' : `${slots} arrays`
  const whose = `for ${parameters[0].name} and each other parameter`
  refuse(`holds ${held} ${whose}, this ${optimizer.className} keeps ${stateCount}: make it with the same options`)
}

function checkShapes({ shapes }: TrainerState, { parameters }: StateOwner): void {
  if (shapes === undefined) return
  if (!Array.isArray(shapes) || !shapes.every(isSizes)) refuse('is damaged: its shapes are not lists of sizes')
  if (shapes.length !== parameters.length) {
    const counts = `${shapes.length} parameters, this trainer has ${parameters.length}`
    const more = parameters[shapes.length]
    refuse(`is of ${counts}: ${more ? `it has nothing for ${more.name}` : `the last is ${parameters.at(-1)?.name}`}`)
  }
  parameters.forEach((parameter, place) => {
    checkShape(parameter, place, shapes[place])
  })
}

function checkShape({ name, shape }: Parameter, place: number, saved: readonly number[]): void {
  // a size of 0 is not known yet
  const fits = saved.length === shape.length && shape.every((n, i) => n === saved[i] || n === 0 || saved[i] === 0)
  if (fits) return
  const got = `${formatShape(saved)} for parameter ${place}`
  refuse(`is of another network: it has ${got}, which is ${name} of ${formatShape(shape)}`)
}

function matchArrays(arrays: readonly unknown[], { parameters, optimizer }: StateOwner): MatchedArrays {
  const held = new Map(arrays.map((saved) => savedArray('Trainer', saved)).map((saved) => [saved.name, saved]))
  const matched = Array.from({ length: optimizer.stateCount }, (_, slot) =>
    parameters.map((parameter, place) => {
      // earlier versions named them by the parameter
      const saved = held.get(stateName(place, slot)) ?? held.get(`${parameter.name}:${slot}`)
      if (!saved && !parameter.leaf) return undefined
      if (!saved) refuse(`has nothing for ${parameter.name}, parameter ${place}: it is of another network`)
      checkShape(parameter, place, saved.shape)
      checkType(parameter, saved)
      held.delete(saved.name)
      return saved
    }),
  )
  for (const name of held.keys()) refuse(`has ${name}, which no parameter of this trainer takes`)
  return matched
}

function checkType({ name, dtype }: Parameter, saved: SavedArray): void {
  if (saved.dtype !== dtype) refuse(`is of another element type: got ${saved.dtype} for ${name}, which is ${dtype}`)
}
