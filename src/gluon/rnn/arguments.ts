// Arguments that recurrent layers and cells have in common: initializers, states, layouts.
import { nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import type { Initializer } from '../../init/initializer.ts'
import { type BlockOptions, blockOptions } from '../block.ts'

/** Options of what has weights of the inputs (i2h) and of the state (h2h). */
export interface RecurrentOptions extends BlockOptions {
  /** Features of the inputs. By default the first batch shows them. */
  readonly inputSize?: number
  /** How the weights of the inputs are drawn. Default as the network's parameters. */
  readonly i2hWeightInitializer?: Initializer | string | null
  /** How the weights of the state are drawn. Default as the network's parameters. */
  readonly h2hWeightInitializer?: Initializer | string | null
  /** How the biases beside the inputs are drawn. Default zeros. */
  readonly i2hBiasInitializer?: Initializer | string
  /** How the biases beside the state are drawn. Default zeros. */
  readonly h2hBiasInitializer?: Initializer | string
}

/** The names of RecurrentOptions. */
export const recurrentOptions: OptionNames<RecurrentOptions> = {
  ...blockOptions,
  inputSize: 'number',
  i2hWeightInitializer: true,
  h2hWeightInitializer: true,
  i2hBiasInitializer: true,
  h2hBiasInitializer: true,
}

/** The order of a sequence's axes: T steps, N samples, C features. */
export type Layout = 'TNC' | 'NTC'

/** Throws for another layout. */
export function checkSequenceLayout(op: string, layout: Layout): void {
  if (layout === 'TNC' || layout === 'NTC') return
  throw new OpError(op, `layout must be 'TNC' or 'NTC', got ${nameOfKind(layout)}`)
}

/** Throws unless a count of features is 0, for unknown, or positive. */
export function checkInputSize(op: string, size: number): void {
  if (Number.isInteger(size) && size >= 0) return
  throw new OpError(op, `inputSize must be a positive integer, got ${nameOfKind(size)}`)
}

/** What a state is: its shape for a batch, and what its axes mean (L layers, N samples, C features). */
export interface StateInfo {
  readonly shape: readonly number[]
  readonly layout: string
}

/** Throws for states that don't fit. */
export function checkStates(op: string, states: readonly NDArray[], infos: readonly StateInfo[]): void {
  if (!Array.isArray(states) || states.length !== infos.length) {
    const got = Array.isArray(states) ? String(states.length) : nameOfKind(states)
    const shapes = infos.map(({ shape }) => formatShape(shape)).join(' and ')
    throw new OpError(op, `expected a list of ${infos.length} states of shape ${shapes}, got ${got}: see beginState`)
  }
  states.forEach((state, i) => {
    if (!(state instanceof NDArray)) throw new OpError(op, `a state must be an array, got ${nameOfKind(state)}`)
    const expected = shapeOf(infos[i].shape)
    if (sameShape(state.shape, expected)) return
    const [got, want] = [state.shape, expected].map(formatShape)
    throw new OpError(op, `wrong shape of state ${i}: got ${got}, expected ${want} for this batch`)
  })
}
