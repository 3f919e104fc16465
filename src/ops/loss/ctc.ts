// Connectionist temporal classification: the probability of a label over all its alignments, step by step, in logarithms.
import { type Callable, call } from '../../arith/graph.ts'
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { type Movement, move } from '../../kinds/movement/movement.ts'
import { iota } from '../../kinds/operands.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { split } from '../concat/concat.ts'
import { notEqual } from '../elementwise/elementwise.ts'
import { fill } from '../fill/fill.ts'
import { logSoftmax } from '../softmax/softmax.ts'
import { pick, take } from '../take/index.ts'
import { withShape } from '../view/reshape.ts'

const name = 'ctcLoss'

/** ln(eᵃ + eᵇ + eᶜ); of −∞ alone −∞, with a gradient of 0. */
const logsumexp: Callable = {
  compute(m, a, b, c) {
    const max = m.max(m.max(a, b), c)
    const origin = m.select(m.equal(max, Number.NEGATIVE_INFINITY), 0, max)
    const [ea, eb, ec] = [a, b, c].map((x) => m.exp(m.sub(x, origin)))
    return m.add(origin, m.log(m.add(m.add(ea, eb), ec)))
  },
  derivative: (m, k, dy, xs, y) => m.select(m.equal(y, Number.NEGATIVE_INFINITY), 0, m.mul(dy, m.exp(m.sub(xs[k], y)))),
}

/** The class of a label, −1 and others out of range clipped; the last class is the blank. */
const classes: Formula = {
  name,
  mixed: true,
  compute: (m, label, blank) => m.max(m.min(m.toInt(label), m.sub(m.toInt(blank), 1)), m.constant(0, 'int')),
}

/** Where the first negative label stands; else the size of the axis. */
const lengthsOf: Reduction = {
  name,
  mixed: true,
  element: (m, label, place, size) => m.select(m.less(label, 0), place, m.toInt(size)),
  joins: ['min'],
  gradient: 'none',
}

/** A length of any dtype, cut to an integer and clipped into range. */
const clipped: Formula = {
  name,
  mixed: true,
  compute: (m, length, most) => m.max(m.min(m.toInt(length), m.toInt(most)), m.constant(0, 'int')),
}

/** Labels (N, L) between blanks, which the fill brings: (N, 2L + 1). */
const spreading: Movement<null> = {
  name,
  arrange(_, [box]) {
    const shape = shapeOf([box[0], 2 * box[1] + 1])
    return { shapes: [shape], moves: [{ box, to: { start: [0, 1], steps: [1, 2] } }] }
  },
}

/** The states one place before each, and two places before. */
const shifting: Movement<null> = {
  name,
  arrange(_, [shape]) {
    const last = shape.length - 1
    const moves = [1, 2].map((by, output) => ({
      output,
      box: shapeOf([...shape.slice(0, last), Math.max(0, shape[last] - by)]),
      to: { start: shape.map((_n, k) => (k === last ? by : 0)) },
    }))
    return { shapes: [shape, shape], moves }
  },
}

/** Labels that equal the label before them: between such there must be a blank. */
const repeats: Reduction = {
  name,
  element(m, state, before, length, place, blank) {
    const within = m.less(place, m.add(length, length))
    const same = m.and(m.equal(state, before), m.notEqual(state, blank))
    return m.select(m.and(within, same), m.constant(1, 'int'), m.constant(0, 'int'))
  },
  joins: ['sum'],
  gradient: 'none',
}

/** Before the first step only the first state can be left. */
const start: Formula = {
  name,
  mixed: true,
  compute: (m, place) => m.select(m.equal(place, 0), m.constant(0), m.constant(Number.NEGATIVE_INFINITY)),
}

/** ln αₜ(s) from αₜ₋₁ at s, s − 1 and s − 2; a sequence that has ended keeps its own. */
const step: Formula = {
  name,
  mixed: true,
  compute(m, stay, next, skip, emission, skips, time, length) {
    const jump = m.select(m.notEqual(skips, 0), skip, Number.NEGATIVE_INFINITY)
    const alpha = m.add(emission, call(m, logsumexp, stay, next, jump))
    return m.select(m.less(time, m.toFloat(length)), alpha, stay)
  },
}

/** −ln of the paths that end in the last label or in the blank behind it; 0 where no path is long enough, as in MXNet. */
const finish: Formula = {
  name,
  mixed: true,
  compute(m, blank, label, length, repeated, steps) {
    const [none, zero] = [m.constant(Number.NEGATIVE_INFINITY), m.constant(0)]
    const path = call(m, logsumexp, blank, m.select(m.equal(length, 0), none, label), none)
    return m.select(m.greater(m.add(length, repeated), steps), zero, m.neg(path))
  },
}

const place: Formula = { name, mixed: true, compute: (m, state, row, count) => m.add(m.mul(row, count), state) }
const lastState: Formula = { name, compute: (m, length) => m.add(length, length) }
const stateBefore: Formula = { name, compute: (m, length) => m.sub(m.add(length, length), 1) }

/** Lengths of the sequences, for batches of several. */
export interface CTCLengths {
  /** Steps of each prediction, (N,). Default all. */
  readonly predLengths?: NDArray | null | undefined
  /** Labels of each sample, (N,). Default those before the first negative one. */
  readonly labelLengths?: NDArray | null | undefined
}

/** Lengths as int32 (N, 1). */
function asLengths(which: string, lengths: NDArray, samples: number, most: number): NDArray {
  const expected = shapeOf([samples])
  if (!sameShape(lengths.shape, expected)) {
    const [got, want] = [lengths.shape, expected].map(formatShape)
    throw new OpError('CTCLoss', `wrong shape of ${which}: got ${got}, expected ${want}`)
  }
  return apply(clipped, [withShape(lengths, [samples, 1]), most], { dtypes: ['int32'] })[0]
}

function labelLengthsOf(label: NDArray): NDArray {
  const [samples, size] = label.shape
  if (size === 0) return fill([samples, 1], 0, { context: label.context, dtype: 'int32' })
  return reduce(lengthsOf, [label, iota(label.shape, 1), size], { axes: [1], keepDims: true, dtypes: ['int32'] })[0]
}

/** The states of each sample, blank label blank label … blank, as class numbers. */
function statesOf(label: NDArray, blank: number): NDArray {
  const [known] = apply(classes, [label, blank], { dtypes: ['int32'] })
  return move(spreading, [known], null, blank)[0]
}

/** Logarithms of the probabilities of each state at each step: one (1, N, S) for each step. */
function emissionsOf(pred: NDArray, states: NDArray): NDArray[] {
  const [steps, samples, count] = pred.shape
  const [places] = apply(place, [states, iota(states.shape, 0), count])
  const flat = withShape(logSoftmax(pred, { axis: 2 }), [steps, samples * count])
  return split(take(flat, places, { axis: 1 }), steps, { axis: 0 })
}

/**
 * −ln of the probability of each label, summed over its alignments (A. Graves et al.: Connectionist Temporal
 * Classification, 2006): pred (T, N, C) are logits whose last class is the blank, label (N, L) class numbers, the result
 * is (N,). It is 0, with no gradient, where a label is too long for its prediction.
 */
export function ctcLoss(pred: NDArray, label: NDArray, lengths: CTCLengths = {}): NDArray {
  const [steps, samples, count] = pred.shape
  const { context, dtype } = pred
  const all = fill([samples], steps, { context, dtype: 'int32' })
  const predLengths = asLengths('predLengths', lengths.predLengths ?? all, samples, steps)
  const { labelLengths: given } = lengths
  const size = label.shape[1]
  const labelLengths = given ? asLengths('labelLengths', given, samples, size) : labelLengthsOf(label)
  const states = statesOf(label, count - 1)
  const [, before] = move(shifting, [states], null, count - 1)
  const skips = notEqual(states, before)
  const shape = shapeOf([1, ...states.shape])
  let [alpha] = apply(start, [iota(shape, 2)], { shape, context, dtypes: [dtype] })
  emissionsOf(pred, states).forEach((emission, time) => {
    const [next, skip] = move(shifting, [alpha], null, Number.NEGATIVE_INFINITY)
    ;[alpha] = apply(step, [alpha, next, skip, emission, skips, time, predLengths])
  })
  const ended = withShape(alpha, states.shape)
  const at = (formula: Formula) => pick(ended, apply(formula, [labelLengths])[0], { axis: 1, keepdims: true })
  const counted = [states, before, labelLengths, iota(states.shape, 1), count - 1]
  const [repeated] = reduce(repeats, counted, { axes: [1], keepDims: true })
  const ends = [at(lastState), at(stateBefore), labelLengths, repeated, predLengths]
  return withShape(apply(finish, ends)[0], [samples])
}
