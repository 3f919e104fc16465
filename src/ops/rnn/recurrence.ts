// recurrence: a recurrent layer in one direction as a composite. One product takes the inputs of all steps, and one each
// makes the gradients of inputs and weights. A step is the product of the state and one pass over the gates.
import { type Composite, compose, isRecorded } from '../../core/compose.ts'
import { OpError } from '../../core/errors.ts'
import { blank } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { GradientContext } from '../../core/op.ts'
import { rangeOf, release } from '../../core/ownership.ts'
import { formatShape, sameShape, shapeOf } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import { assign, copy } from '../copy/copy.ts'
import { add } from '../elementwise/elementwise.ts'
import { fill } from '../fill/fill.ts'
import { matmul } from '../matmul/matmul.ts'
import { sum } from '../reduce/reduce.ts'
import { withShape } from '../view/reshape.ts'
import { transpose } from '../view/transpose.ts'
import type { Cell } from './gates.ts'

/** The weights and biases of a layer in one direction: (gates · H, C) and (gates · H, H), (gates · H,) each. */
export interface RecurrentWeights {
  readonly i2hWeight: NDArray
  readonly h2hWeight: NDArray
  readonly i2hBias: NDArray
  readonly h2hBias: NDArray
}

/** Sizes of a call: T steps of N samples with C features, H units. */
interface Sizes {
  readonly T: number
  readonly N: number
  readonly C: number
  readonly H: number
}

const done = 'the step is done'

/** An array with an entry (N, rows · H) for each step, and handles on its entries. */
class Steps {
  readonly array: NDArray
  readonly #rows: number
  readonly #sizes: Sizes

  constructor(array: NDArray, rows: number, sizes: Sizes) {
    this.array = array
    this.#rows = rows
    this.#sizes = sizes
  }

  /** New, for `count` entries of (N, rows, H). */
  static of(name: string, like: NDArray, count: number, rows: number, sizes: Sizes): Steps {
    const shape = shapeOf([count, sizes.N, rows * sizes.H])
    return new Steps(blank(name, like.context, { shape, dtype: like.dtype }), rows, sizes)
  }

  /** An entry as (N, rows, H). */
  at(t: number): NDArray {
    const { N, H } = this.#sizes
    return this.range(t, [N, this.#rows, H])
  }

  /** An entry as (N, rows · H), a factor of products. */
  matrix(t: number): NDArray {
    const { N, H } = this.#sizes
    return this.range(t, [N, this.#rows * H])
  }

  /** Entries from t on, under a shape. */
  range(t: number, shape: readonly number[]): NDArray {
    const { N, H } = this.#sizes
    return rangeOf(this.array, t * N * this.#rows * H, shape)
  }
}

/** The order of the steps, and where the states before and after step t lie among T + 1. */
function orderOf({ T }: Sizes, reverse: boolean) {
  const steps = Array.from({ length: T }, (_, i) => (reverse ? T - 1 - i : i))
  return reverse
    ? { steps, first: T, last: 0, output: 0, before: (t: number) => t + 1, after: (t: number) => t }
    : { steps, first: 0, last: T, output: 1, before: (t: number) => t, after: (t: number) => t + 1 }
}

/** Attributes of a call. */
interface RecurrenceAttributes {
  readonly reverse: boolean
}

const composites = new Map<Cell, Composite<RecurrenceAttributes>>()

/** Inputs: x, the states, both weights, both biases. Results: y, the last states; then all states and what steps kept. */
function compositeOf(cell: Cell): Composite<RecurrenceAttributes> {
  let made = composites.get(cell)
  if (made) return made
  const { name, states, kept } = cell
  const visible = 1 + states
  const hidden = Array.from({ length: states + kept.length }, (_, i) => visible + i)
  made = {
    name,
    visible,
    saves: (_attrs, needs) => ({
      inputs: [...(needs[1 + states] ? [0] : []), ...(needs[0] ? [1 + states] : []), 2 + states],
      outputs: hidden,
    }),
    gradient: (context, dys) => gradientOf(cell, context, dys),
  }
  composites.set(cell, made)
  return made
}

/**
 * The outputs (T, N, H) of a layer in one direction and its last states (N, H), for inputs (T, N, C) and states (N, H)
 * to start from; `reverse` takes the steps from the last to the first.
 */
export function recurrence(
  cell: Cell,
  x: NDArray,
  states: readonly NDArray[],
  weights: RecurrentWeights,
  reverse = false,
): { readonly y: NDArray; readonly states: readonly NDArray[] } {
  const { i2hWeight, h2hWeight, i2hBias, h2hBias } = weights
  const inputs = [x, ...states, i2hWeight, h2hWeight, i2hBias, h2hBias]
  const sizes = sizesOf(cell, x, states, weights)
  const recorded = isRecorded(inputs)
  const [y, ...last] = compose(compositeOf(cell), inputs, { reverse }, () => {
    return run(cell, x, states, weights, { sizes, reverse, recorded })
  })
  return { y, states: last }
}

/** Throws where shapes don't fit. */
function sizesOf({ name, gates }: Cell, x: NDArray, states: readonly NDArray[], weights: RecurrentWeights): Sizes {
  if (x.ndim !== 3 || x.shape[0] === 0) {
    throw new OpError(
      name,
      `inputs must be (steps, samples, features) of one step at least, got ${formatShape(x.shape)}`,
    )
  }
  const [T, N, C] = x.shape
  const H = weights.h2hWeight.shape[1]
  const check = (what: string, { shape }: NDArray, expected: readonly number[]) => {
    if (sameShape(shape, shapeOf(expected))) return
    throw new OpError(name, `wrong shape of ${what}: got ${formatShape(shape)}, expected ${formatShape(expected)}`)
  }
  for (const state of states) check('a state', state, [N, H])
  check('the weight of the inputs', weights.i2hWeight, [gates * H, C])
  check('the weight of the state', weights.h2hWeight, [gates * H, H])
  for (const bias of [weights.i2hBias, weights.h2hBias]) check('a bias', bias, [gates * H])
  return { T, N, C, H }
}

interface Run {
  readonly sizes: Sizes
  readonly reverse: boolean
  readonly recorded: boolean
}

function run(
  cell: Cell,
  x: NDArray,
  states: readonly NDArray[],
  { i2hWeight, h2hWeight, i2hBias, h2hBias }: RecurrentWeights,
  { sizes, reverse, recorded }: Run,
): NDArray[] {
  const { name, gates, carried } = cell
  const { T, N, C, H } = sizes
  const order = orderOf(sizes, reverse)
  const products = matmul(withShape(x, [T * N, C]), i2hWeight, i2hBias, { transposeB: true })
  const ofInputs = new Steps(products, gates, sizes)
  const all = states.map((state) => {
    const made = Steps.of(name, x, T + 1, 1, sizes)
    assign(made.matrix(order.first), state)
    return made
  })
  const kept = recorded ? cell.kept.map((rows) => Steps.of(name, x, T, rows, sizes)) : undefined
  for (const t of order.steps) {
    const product = matmul(all[0].matrix(order.before(t)), h2hWeight, h2hBias, { transposeB: true })
    cell.forward({
      products: [ofInputs.at(t), rangeOf(product, 0, [N, gates, H])],
      carried: carried === null ? undefined : all[carried].at(order.before(t)),
      states: all.map((state) => state.at(order.after(t))),
      kept: kept?.map((array) => array.at(t)),
    })
    release(product, done)
  }
  return [
    all[0].range(order.output, [T, N, H]),
    ...all.map((state) => copy(state.matrix(order.last))),
    ...(recorded ? [...all, ...(kept ?? [])].map(({ array }) => array) : []),
  ]
}

/** Gradients of the products of all steps, of (N, gates · H) each, and those of the states to start from. */
interface StepGradients {
  readonly ofInputs: Steps
  readonly ofStates: Steps
  readonly states: readonly (NDArray | null)[]
}

type Context = GradientContext<RecurrenceAttributes>

function gradientOf(cell: Cell, context: Context, dys: readonly NDArray[]): (NDArray | null)[] {
  if (mode.recording) {
    throw new OpError(cell.name, `its gradient has no gradient: unroll an rnn.${cell.name}Cell for one`)
  }
  const { inputs, into, needs, x, y, attrs } = context
  const { states: count, gates } = cell
  const [T, N, C] = inputs[0].shape
  const H = inputs[1].shape[1]
  const sizes = { T, N, C, H }
  const { ofInputs, ofStates, states } = backSteps(cell, context, dys, sizes)
  const [dx, dh] = [ofInputs, ofStates].map((steps) => steps.range(0, [T * N, gates * H]))
  const weight = 1 + count
  const ofWeight = (input: number, d: NDArray, factor: () => NDArray) =>
    needs[input] ? matmul(d, factor(), null, { transposeA: true, out: into(input) }) : null
  const before = () => new Steps(y(weight), 1, sizes).range(orderOf(sizes, attrs.reverse).before(0), [T * N, H])
  const [wantsInputs, wantsStates] = [needs[weight + 2], needs[weight + 3]]
  const ofBias = wantsInputs || (cell.alike && wantsStates) ? sum(dx, { axis: 0 }) : null
  return [
    needs[0] ? withShape(matmul(dx, x(weight)), [T, N, C]) : null,
    ...states,
    ofWeight(weight, dx, () => withShape(x(0), [T * N, C])),
    ofWeight(weight + 1, dh, before),
    wantsInputs ? ofBias : null,
    wantsStates ? (cell.alike ? ofBias : sum(dh, { axis: 0 })) : null,
  ]
}

/** Goes back over the steps. */
function backSteps(cell: Cell, context: Context, dys: readonly NDArray[], sizes: Sizes): StepGradients {
  const { x, y, attrs, needs } = context
  const { name, gates, states: count, carried, alike } = cell
  const [dy, ...dstates] = dys
  const { T, N, H } = sizes
  const { steps, before, after } = orderOf(sizes, attrs.reverse)
  const weight = transpose(x(2 + count))
  const ofInputs = Steps.of(name, dy, T, gates, sizes)
  const ofStates = alike ? ofInputs : Steps.of(name, dy, T, gates, sizes)
  const above = new Steps(dy, 1, sizes)
  const held = dstates.map((_, i) => new Steps(y(1 + count + i), 1, sizes))
  const kept = cell.kept.map((rows, i) => new Steps(y(1 + 2 * count + i), rows, sizes))
  let dh = rangeOf(dstates[0], 0, [N, 1, H])
  let passed = firstPassed(cell, dstates, [N, 1, H])
  for (const t of steps.toReversed()) {
    const passing = passed && blank(name, dy.context, passed)
    cell.backward({
      kept: kept.map((array) => array.at(t)),
      carried: carried === null ? undefined : held[carried].at(before(t)),
      output: held[0].at(after(t)),
      ...{ dy: above.at(t), dh, passed, passing },
      products: [ofInputs.at(t), ofStates.at(t)],
    })
    for (const array of passed ? [dh, passed] : [dh]) release(array, done)
    passed = passing
    // the gradient of the state to start from may not be wanted
    if (t === steps[0] && !needs[1]) break
    const product = matmul(ofStates.matrix(t), weight, null, { transposeB: true })
    dh = rangeOf(product, 0, [N, 1, H])
    release(product, done)
  }
  const first = () => withShape(passed && carried === 0 ? add(dh, passed) : dh, [N, H])
  return {
    ofInputs,
    ofStates,
    states: [needs[1] ? first() : null, ...(passed && count === 2 ? [withShape(passed, [N, H])] : [])],
  }
}

/** The gradient of the carried state behind the last step. */
function firstPassed({ carried }: Cell, dstates: readonly NDArray[], shape: readonly number[]): NDArray | undefined {
  if (carried === null) return undefined
  const [{ context, dtype }] = dstates
  // that of the output is in dh already
  return carried === 0 ? fill(shape, 0, { context, dtype }) : rangeOf(dstates[carried], 0, shape)
}
