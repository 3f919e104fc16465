// Cases of recurrent layers and of single steps, and of what sequences of several lengths need.
import type { NDArray } from '../../core/ndarray.ts'
import type { CaseInput, OpCase } from '../cases.ts'
import { looser } from '../tolerance.ts'
import type { Cell } from './gates.ts'
import { gru, gruStep } from './gru.ts'
import { lstm, lstmStep } from './lstm.ts'
import { plainCells, plainStep } from './plain.ts'
import { recurrence } from './recurrence.ts'
import { frozenState, maskedSteps, reversedSteps } from './sequence.ts'

const cells: Readonly<Record<string, Cell>> = { LSTM: lstm, GRU: gru, 'RNN of tanh': plainCells.tanh }

/** Sizes [T, N, C, H]. */
const sizes: readonly (readonly [number, number, number, number])[] = [
  [1, 1, 1, 6],
  [3, 2, 3, 5],
  [4, 3, 2, 17],
  [2, 5, 7, 64],
]

const rounded = looser({ relative: 4e-6, absolute: 4e-6 }, 'errors of a step go through those behind it')

function inputsOf({ gates, states }: Cell, [T, N, C, H]: readonly number[], domain?: CaseInput['domain']): CaseInput[] {
  const shapes = [[gates * H, C], [gates * H, H], [gates * H], [gates * H]]
  const first = Array.from({ length: states }, () => ({ shape: [N, H] }))
  return [{ shape: [T, N, C], ...(domain && { domain }) }, ...first, ...shapes.map((shape) => ({ shape }))]
}

const through = (cell: Cell, reverse: boolean) => (inputs: readonly NDArray[]) => {
  const [x, ...rest] = inputs
  const [i2hWeight, h2hWeight, i2hBias, h2hBias] = rest.slice(cell.states)
  const weights = { i2hWeight, h2hWeight, i2hBias, h2hBias }
  const { y, states } = recurrence(cell, x, rest.slice(0, cell.states), weights, reverse)
  return [y, ...states]
}

const layers = Object.entries(cells).flatMap(([name, cell]): OpCase[] => [
  ...sizes.flatMap((size) =>
    [false, true].map((reverse) => ({
      name: `${name} of (${size}) ${reverse ? 'backward' : 'forward'}`,
      inputs: inputsOf(cell, size),
      run: through(cell, reverse),
      tolerance: rounded,
    })),
  ),
  {
    name: `${name} of large inputs, which saturate its gates`,
    inputs: inputsOf(cell, [3, 2, 3, 5], { values: [1e4, -1e4, 300, 0, -0, -90] }),
    run: through(cell, false),
    tolerance: rounded,
  },
  {
    name: `${name} of NaN in one sample`,
    inputs: inputsOf(cell, [2, 2, 2, 5], { values: [0.5, 0.25, Number.NaN, 1] }),
    run: through(cell, false),
    tolerance: rounded,
  },
])

/** The RNN of relu has kinks, which a central difference would see. */
const relu: OpCase = {
  name: 'RNN of relu',
  inputs: inputsOf(plainCells.relu, [3, 2, 3, 5]),
  run: through(plainCells.relu, false),
  tolerance: rounded,
  gradient: false,
}

const product = (gates: number): CaseInput => ({ shape: [3, gates * 5] })
const state: CaseInput = { shape: [3, 5] }

const steps: OpCase[] = [
  {
    name: 'LSTMCell',
    inputs: [product(4), product(4), state],
    run: ([x, h, c]) => lstmStep(x, h, c),
    tolerance: rounded,
  },
  {
    name: 'GRUCell',
    inputs: [product(3), product(3), state],
    run: ([x, h, s]) => gruStep(x, h, s),
    tolerance: rounded,
  },
  { name: 'RNNCell', inputs: [product(1), product(1)], run: ([x, h]) => plainStep(x, h, 'tanh'), tolerance: rounded },
]

const lengths = (dtype: 'float32' | 'int32'): CaseInput => ({ shape: [3], dtype, domain: { values: [2, 4, 1] } })

const sequences = (['float32', 'int32'] as const).flatMap((dtype): OpCase[] => [
  {
    name: `steps (T, N, C) masked by ${dtype}`,
    inputs: [{ shape: [4, 3, 2] }, lengths(dtype)],
    run: ([x, n]) => maskedSteps(x, n, 0),
  },
  {
    name: `steps (N, T, C) masked by ${dtype}`,
    inputs: [{ shape: [3, 4, 2] }, lengths(dtype)],
    run: ([x, n]) => maskedSteps(x, n, 1),
  },
  {
    name: `a state frozen by ${dtype}`,
    inputs: [state, state, lengths(dtype)],
    run: ([next, last, n]) => frozenState(next, last, n, 2),
  },
  {
    name: `steps reversed by ${dtype}`,
    inputs: [{ shape: [4, 3, 2] }, lengths(dtype)],
    run: ([x, n]) => reversedSteps(x, n),
  },
])

const wrong: OpCase[] = [
  {
    name: 'a state of other units',
    inputs: inputsOf(lstm, [3, 2, 3, 5]).with(1, { shape: [2, 4] }),
    run: through(lstm, false),
    throws: '[LSTM] wrong shape of a state: got (2, 4), expected (2, 5)',
  },
  {
    name: 'no steps',
    inputs: inputsOf(gru, [0, 2, 3, 5]),
    run: through(gru, false),
    throws: '[GRU] inputs must be (steps, samples, features) of one step at least, got (0, 2, 3)',
  },
]

/** All cases of recurrent layers. */
export const cases: readonly OpCase[] = [...layers, relu, ...steps, ...sequences, ...wrong]
