// autograd: the two flags recording and training, and the calls that run the tape backward.
import { walkBackward } from '../core/backward.ts'
import { checkOptions, GlueballError, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import { relieveRecorded } from '../core/memory.ts'
import type { NDArray } from '../core/ndarray.ts'
import { giveToLibrary } from '../core/ownership.ts'
import { type GradRequest, mode } from '../core/tape.ts'
import { functions } from '../ops/index.ts'

/** What a function that must be synchronous may return: anything but a promise. */
export type Sync<T> = T extends PromiseLike<unknown> ? never : T

/** Whether a value is a promise, or anything else that must be awaited. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}

/** Options of `record`. */
export interface RecordOptions {
  /** Whether layers behave as in training (dropout drops). Default true. */
  readonly trainMode?: boolean
}

const recordOptions: OptionNames<RecordOptions> = { trainMode: 'boolean' }

function inMode<T>(name: string, recording: boolean, training: boolean, run: () => T): T {
  if (typeof run !== 'function') {
    const got = nameOfKind(run)
    throw new GlueballError(`autograd.${name} takes a function, as autograd.${name}(() => …), got ${got}`)
  }
  if (recording && !mode.recording) relieveRecorded()
  const held = { ...mode }
  mode.recording = recording
  mode.training = training
  try {
    const result = run()
    if (isPromise(result)) {
      throw new GlueballError(`autograd.${name} takes a synchronous function: await before it or after it, not inside`)
    }
    return result
  } finally {
    Object.assign(mode, held)
  }
}

/** Runs a function and records its ops, so that `backward` can follow them. */
export function record<const T>(run: () => Sync<T>, options: RecordOptions = {}): T {
  checkOptions('record', options, '{ trainMode: false }', recordOptions)
  return inMode('record', true, options.trainMode ?? true, run as () => T)
}

/** Runs a function without recording. */
export function pause<const T>(run: () => Sync<T>, options: RecordOptions = {}): T {
  checkOptions('pause', options, '{ trainMode: true }', recordOptions)
  return inMode('pause', false, options.trainMode ?? false, run as () => T)
}

/** Runs a function with layers behaving as in training; recording stays as it is. */
export function trainMode<const T>(run: () => Sync<T>): T {
  return inMode('trainMode', mode.recording, true, run as () => T)
}

/** Runs a function with layers behaving as in prediction; recording stays as it is. */
export function predictMode<const T>(run: () => Sync<T>): T {
  return inMode('predictMode', mode.recording, false, run as () => T)
}

/** Whether ops are being recorded. */
export function isRecording(): boolean {
  return mode.recording
}

/** Whether layers behave as in training. */
export function isTraining(): boolean {
  return mode.training
}

/** Options of `backward`. */
export interface BackwardOptions {
  /** Keeps the graph for another backward. Default false. */
  readonly retainGraph?: boolean
  /** Whether gradients are computed as in training. Default true. */
  readonly trainMode?: boolean
}

const backwardOptions: OptionNames<BackwardOptions> = { retainGraph: 'boolean', trainMode: 'boolean' }

/** Options of `grad`. */
export interface GradOptions extends BackwardOptions {
  /** Records the gradients themselves, for second order. */
  readonly createGraph?: boolean
}

const gradOptions: OptionNames<GradOptions> = { ...backwardOptions, createGraph: 'boolean' }

/** Makes a gradient buffer of zeros and the array a leaf of the tape; 'null' takes the buffer away. */
export function attachGrad(array: NDArray, gradReq: GradRequest | 'null' = 'write'): void {
  array.valueFor('attachGrad')
  if (!['write', 'add', 'null'].includes(gradReq)) {
    throw new OpError('attachGrad', `gradReq must be 'write', 'add' or 'null', got ${nameOfKind(gradReq)}`)
  }
  if (gradReq === 'null') return array.setOrigin(null)
  const { shape, dtype, context } = array
  const grad = giveToLibrary(functions.fill(shape, 0, { context, dtype }))
  array.setOrigin({ grad, request: gradReq, fresh: false })
}

type OneOrMany<T> = T | readonly T[]

function list<T>(value: OneOrMany<T>): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}

/**
 * Computes the gradients of the heads with respect to every array with an attached gradient. A missing head gradient
 * is ones, which gives the gradient of the sum. Throws when nothing was recorded or the graph was freed.
 */
export function backward(
  heads: OneOrMany<NDArray>,
  headGrads: OneOrMany<NDArray | null> | null = null,
  options: BackwardOptions = {},
): void {
  checkOptions('backward', options, '{ retainGraph: true }', backwardOptions)
  walkBackward(functions, list(heads), headGrads === null ? [] : list(headGrads), options)
}

/** The gradients of the heads with respect to the variables, as new arrays; attached buffers stay as they are. */
export function grad(
  heads: OneOrMany<NDArray>,
  variables: OneOrMany<NDArray>,
  headGrads: OneOrMany<NDArray | null> | null = null,
  options: GradOptions = {},
): NDArray[] {
  checkOptions('grad', options, '{ createGraph: true }', gradOptions)
  const wanted = list(variables)
  if (wanted.length === 0) throw new OpError('grad', 'no variables were given')
  const retainGraph = options.retainGraph ?? options.createGraph ?? false
  return walkBackward(functions, list(heads), headGrads === null ? [] : list(headGrads), {
    ...options,
    retainGraph,
    variables: wanted,
  })
}
