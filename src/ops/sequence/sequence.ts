// sequenceMask, sequenceLast and sequenceReverse: batches of sequences of different lengths, padded to one.
import { type Composite, compose } from '../../core/compose.ts'
import { checkHeld } from '../../core/dtype.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape, shapeOf, sizeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { iota } from '../../kinds/operands.ts'
import { made, type OutOption, outOption, written } from '../out.ts'
import { checkIndices } from '../places.ts'
import { take } from '../take/take.ts'
import { flip } from '../view/flip.ts'
import { withShape } from '../view/reshape.ts'
import { sliceAxis } from '../view/slice.ts'

/** Options of the functions of sequences. */
export interface SequenceOptions extends OutOption {
  /** Whether lengths count: without, all sequences are whole. Default true where lengths are given. */
  readonly useSequenceLength?: boolean
  /** The axis of time, 0 or 1; the other one is the batch. Default 0. */
  readonly axis?: 0 | 1
}

const sequenceOptions: OptionNames<SequenceOptions> = { ...outOption, useSequenceLength: 'boolean', axis: 'number' }

/** Sequences as they are checked: lengths are null where all sequences are whole. */
interface Sequences {
  readonly axis: 0 | 1
  readonly lengths: NDArray | null
}

function checked(op: string, data: NDArray, given: NDArray | null, options: SequenceOptions): Sequences {
  checkArray(op, data)
  const { useSequenceLength = given !== null, axis = 0 } = options
  if (axis !== 0 && axis !== 1) throw new OpError(op, `axis must be 0 or 1, got ${nameOfKind(axis)}`)
  if (data.ndim < 2) {
    throw new OpError(op, `takes arrays of an axis for time and one for the batch, got ${formatShape(data.shape)}`)
  }
  if (typeof useSequenceLength !== 'boolean') {
    throw new OpError(op, `useSequenceLength must be true or false, got ${nameOfKind(useSequenceLength)}`)
  }
  if (!useSequenceLength) return { axis, lengths: null }
  if (given === null) throw new OpError(op, 'useSequenceLength needs lengths, as the second argument, got none')
  checkArray(op, given)
  const batch = data.shape[1 - axis]
  if (!sameShape(given.shape, [batch])) {
    const got = `${formatShape(given.shape)}, expected ${formatShape([batch])}`
    throw new OpError(op, `wrong shape of the lengths: got ${got} for ${formatShape(data.shape)} along axis ${axis}`)
  }
  checkIndices(op, 'lengths', given, data.shape[axis] + 1)
  return { axis, lengths: given }
}

/** The value, where the time is not within the length. */
const masked: Formula = {
  name: 'sequenceMask',
  mixed: true,
  compute: (m, x, time, length, value) => m.select(m.less(time, m.toInt(length)), x, value),
}

/** Options of sequenceMask. */
export interface SequenceMaskOptions extends SequenceOptions {
  /** What elements become that are behind the end of their sequence. Default 0. */
  readonly value?: number
}

/**
 * The sequences (T, N, …), or (N, T, …) with `axis: 1`, with a value behind the end of each: `sequenceLength` (N,) counts
 * the elements that stay, in any dtype.
 */
export function sequenceMask(
  data: NDArray,
  sequenceLength: NDArray | null = null,
  options: SequenceMaskOptions = {},
  ...more: []
): NDArray {
  checkOptions('sequenceMask', options, '{ value: -1e6 }', { ...sequenceOptions, value: 'number' }, more)
  const { value = 0, ...rest } = options
  const { axis, lengths } = checked('sequenceMask', data, sequenceLength, rest)
  checkHeld('sequenceMask', value, data.dtype)
  return made('sequenceMask', options.out, () => {
    if (!lengths) return withShape(data, data.shape)
    const each = withShape(
      lengths,
      data.shape.map((n, k) => (k === 1 - axis ? n : 1)),
    )
    const operands = [data, iota(data.shape, axis), each, value]
    return apply(masked, operands, { dtypes: [data.dtype], numbersLike: data.dtype })[0]
  })
}

/** The index, among all rows (time and batch), of the last element within a length from 1 on. */
const lastPlace: Formula = {
  name: 'sequenceLast',
  mixed: true,
  compute(m, length, sequence, count, timeStep, batchStep) {
    const last = m.sub(m.max(m.min(m.toInt(length), count), 1), 1)
    return m.add(m.mul(last, timeStep), m.mul(sequence, batchStep))
  },
}

/** The rows (T · N, …) of sequences, and the steps from one time, and from one sequence, to the next. */
function rowsOf(data: NDArray, axis: 0 | 1) {
  const [first, second, ...inner] = data.shape
  const [timeStep, batchStep] = axis === 0 ? [second, 1] : [1, second]
  return { rows: withShape(data, [first * second, ...inner]), timeStep, batchStep, inner }
}

/** The last element of each sequence, (N, …); of a sequence of length 0 the first. */
export function sequenceLast(
  data: NDArray,
  sequenceLength: NDArray | null = null,
  options: SequenceOptions = {},
  ...more: []
): NDArray {
  checkOptions('sequenceLast', options, '{ axis: 1 }', sequenceOptions, more)
  const { axis, lengths } = checked('sequenceLast', data, sequenceLength, options)
  const [count, batch] = [data.shape[axis], data.shape[1 - axis]]
  if (count === 0)
    throw new OpError('sequenceLast', `${formatShape(data.shape)} has no last element along axis ${axis}`)
  return made('sequenceLast', options.out, () => {
    const { rows, timeStep, batchStep, inner } = rowsOf(data, axis)
    if (!lengths) return withShape(sliceAxis(data, axis, count - 1, count), [batch, ...inner])
    const operands = [lengths, iota(lengths.shape, 0), count, timeStep, batchStep]
    const [places] = apply(lastPlace, operands, { dtypes: ['int32'], numbersLike: 'int32' })
    return take(rows, places)
  })
}

/** The index, among all rows, of the element that comes to a time of a sequence when it is read backward. */
const reversedPlace: Formula = {
  name: 'sequenceReverse',
  mixed: true,
  compute(m, length, time, sequence, count, timeStep, batchStep) {
    const end = m.min(m.toInt(length), count)
    const from = m.select(m.less(time, end), m.sub(m.sub(end, time), 1), time)
    return m.add(m.mul(from, timeStep), m.mul(sequence, batchStep))
  },
}

/** What is reversed twice is as it was. */
const reversing: Composite<{ readonly axis: 0 | 1 }> = {
  name: 'sequenceReverse',
  saves: { inputs: [1] },
  gradient: ({ attrs: { axis }, x }, [dy]) => [sequenceReverse(dy, x(1), { axis }), null],
}

/** The sequences with the elements of each in reverse; those behind its end stay. */
export function sequenceReverse(
  data: NDArray,
  sequenceLength: NDArray | null = null,
  options: SequenceOptions = {},
  ...more: []
): NDArray {
  checkOptions('sequenceReverse', options, '{ axis: 1 }', sequenceOptions, more)
  const { axis, lengths } = checked('sequenceReverse', data, sequenceLength, options)
  if (!lengths) return flip(data, axis, { out: options.out })
  return written('sequenceReverse', options.out, () => reversedBy(data, lengths, axis))
}

function reversedBy(data: NDArray, lengths: NDArray, axis: 0 | 1): NDArray {
  const [reversed] = compose(reversing, [data, lengths], { axis }, () => {
    const { rows, timeStep, batchStep } = rowsOf(data, axis)
    const shape = shapeOf(data.shape.slice(0, 2))
    const each = withShape(lengths, axis === 0 ? [1, shape[1]] : [shape[0], 1])
    const operands = [each, iota(shape, axis), iota(shape, 1 - axis), shape[axis], timeStep, batchStep]
    const [places] = apply(reversedPlace, operands, { dtypes: ['int32'], numbersLike: 'int32' })
    return [withShape(take(rows, withShape(places, [sizeOf(shape)])), data.shape)]
  })
  return reversed
}
