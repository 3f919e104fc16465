// Sequences for cells: cut into steps, and put together again (MXNet 1.9.1, gluon/rnn/rnn_cell.py).
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { split } from '../../ops/concat/concat.ts'
import { stack } from '../../ops/concat/stack.ts'
import { checkLengths, maskedSteps } from '../../ops/rnn/sequence.ts'
import { withShape } from '../../ops/view/reshape.ts'
import { checkCount } from '../nn/arguments.ts'
import { checkSequenceLayout, type Layout } from './arguments.ts'

/** Options of unroll. */
export interface UnrollOptions {
  /** The states to start from. Default zeros. */
  readonly beginState?: readonly NDArray[] | undefined
  /** The order of the axes of inputs that are one array, and of merged outputs. Default 'NTC'. */
  readonly layout?: Layout | undefined
  /** Whether outputs are one array, or a list of `length` arrays (N, H). Default a list; with `validLength` one array. */
  readonly mergeOutputs?: boolean | undefined
  /** The steps of each sample, (N,): outputs behind them are zeros, and states those of the last of them. */
  readonly validLength?: NDArray | undefined
}

const unrollOptions: OptionNames<UnrollOptions> = {
  beginState: true,
  layout: true,
  mergeOutputs: 'boolean',
  validLength: true,
}

/** A sequence as unroll takes it: an array, or a list of the steps (N, C). */
export type Sequence = NDArray | readonly NDArray[]

/** What a call of unroll is about, checked. */
export interface Unrolling {
  readonly steps: readonly NDArray[]
  readonly samples: number
  /** The axis of the steps. */
  readonly axis: 0 | 1
  readonly validLength: NDArray | undefined
}

/** Checks the arguments of unroll, and cuts the inputs into steps. */
export function unrolling(op: string, length: number, inputs: Sequence, options: UnrollOptions): Unrolling {
  checkOptions('unroll', options, "{ layout: 'TNC' }", unrollOptions)
  checkCount('unroll', 'length', length)
  const { layout = 'NTC', validLength } = options
  checkSequenceLayout('unroll', layout)
  const axis = layout === 'TNC' ? 0 : 1
  const steps = inputs instanceof NDArray ? stepsOf(op, inputs, length, axis) : inputs
  if (!Array.isArray(steps) || steps.length !== length || !steps.every((step) => step instanceof NDArray)) {
    const got = Array.isArray(steps) ? `a list of ${steps.length}` : nameOfKind(steps)
    throw new OpError('unroll', `inputs must be an array or a list of ${length} arrays, got ${got}`)
  }
  const samples = steps[0].shape[0]
  if (validLength) checkLengths(validLength, samples)
  return { steps, samples, axis, validLength }
}

function stepsOf(op: string, inputs: NDArray, length: number, axis: 0 | 1): NDArray[] {
  const { shape } = inputs
  if (shape.length < 2 || shape[axis] !== length) {
    const got = `${formatShape(shape)} with the steps on axis ${axis}`
    throw new OpError('unroll', `${op} is to go ${length} steps, got inputs ${got}: see layout`)
  }
  // one op, so that its gradient is one too
  return split(inputs, length, { axis }).map((step) =>
    withShape(step, [...shape.slice(0, axis), ...shape.slice(axis + 1)]),
  )
}

/** Outputs as unroll gives them: masked behind the end of each sample, as one array or a list. */
export function gathered(
  outputs: readonly NDArray[],
  { axis, validLength }: Unrolling,
  mergeOutputs: boolean | undefined,
): NDArray | NDArray[] {
  const merge = mergeOutputs ?? validLength !== undefined
  if (!validLength) return merge ? stack(...outputs, { axis }) : [...outputs]
  const masked = maskedSteps(stack(...outputs, { axis }), validLength, axis)
  return merge ? masked : stepsOf('unroll', masked, outputs.length, axis)
}
