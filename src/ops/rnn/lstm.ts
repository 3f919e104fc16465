// LSTM: gates i, f, g, o; c' = f c + i g, h' = o tanh c' (S. Hochreiter, J. Schmidhuber, 1997; MXNet 1.9.1, rnn_impl.h).
import type { Arith } from '../../arith/arith.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { type FormulaOperand, iota } from '../../kinds/operands.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { split } from '../concat/concat.ts'
import { add } from '../elementwise/elementwise.ts'
import { at, type Cell, chosen, sigmoid, sigmoidSlope, sums, tanhSlope } from './gates.ts'

/** The next states, and the values of the gates. */
function step<V, M>(m: Arith<V, M>, [zi, zf, zg, zo]: readonly V[], c: V) {
  const [i, f, g, o] = [sigmoid(m, zi), sigmoid(m, zf), m.tanh(zg), sigmoid(m, zo)]
  const next = m.madd(f, c, m.mul(i, g))
  return { h: m.mul(o, m.tanh(next)), next, gates: [i, f, g, o] }
}

/** Of the sums of both products and of c. */
const states = {
  name: 'LSTM',
  floats: true,
  element(m, zx, zh, c, k) {
    const z = m.add(zx, zh)
    return [...[0, 1, 2, 3].map((gate) => at(m, k, gate, z)), at(m, k, 0, c)]
  },
  joins: sums(5),
  finish(m, zi, zf, zg, zo, c) {
    const { h, next } = step(m, [zi, zf, zg, zo], c)
    return [h, next]
  },
  gradient: 'none',
} satisfies Reduction

/** The states, and for the gradient the values of the gates. */
const statesAndGates: Reduction = {
  ...states,
  finish(m, zi, zf, zg, zo, c) {
    const { h, next, gates } = step(m, [zi, zf, zg, zo], c)
    return [h, next, ...gates]
  },
  given: [0, 1],
  map: (m, _zx, _zh, _c, k, _h, _next, ...gates) => chosen(m, k, gates),
}

/** The gradient of c, and those of the products. c' is computed again. */
const gradients: Reduction = {
  name: 'LSTMGradient',
  element(m, gates, c, dy, dh, dc, k) {
    const each = [0, 1, 2, 3].map((gate) => at(m, k, gate, gates))
    return [...each, ...[c, m.add(dy, dh), dc].map((x) => at(m, k, 0, x))]
  },
  joins: sums(7),
  finish(m, i, f, g, o, c, dh, dc) {
    const t = m.tanh(m.madd(f, c, m.mul(i, g)))
    const d = m.madd(m.mul(dh, o), tanhSlope(m, t), dc)
    return [
      m.mul(d, f),
      m.mul(m.mul(d, g), sigmoidSlope(m, i)),
      m.mul(m.mul(d, c), sigmoidSlope(m, f)),
      m.mul(m.mul(d, i), tanhSlope(m, g)),
      m.mul(m.mul(dh, t), sigmoidSlope(m, o)),
    ]
  },
  given: [0],
  map: (m, _gates, _c, _dy, _dh, _dc, k, _passed, ...products) => chosen(m, k, products),
  gradient: 'none',
}

/** A step of an LSTM. It keeps the values of its gates. */
export const lstm: Cell = {
  name: 'LSTM',
  gates: 4,
  states: 2,
  carried: 1,
  alike: true,
  kept: [4],
  forward({ products, carried, states: out, kept }) {
    const operands = [...products, carried, iota(products[0].shape, 1)] as FormulaOperand[]
    if (kept) reduce(statesAndGates, operands, { axes: [1], keepDims: true, out: [...out, ...kept] })
    else reduce(states, operands, { axes: [1], keepDims: true, out })
  },
  backward({ kept: [gates], carried, dy, dh, passed, passing, products: [dx] }) {
    const operands = [gates, carried, dy, dh, passed, iota(gates.shape, 1)] as FormulaOperand[]
    reduce(gradients, operands, { axes: [1], keepDims: true, out: [passing as NDArray, dx] })
  },
}

const formula: Formula = {
  name: 'LSTMCell',
  floats: true,
  compute(m, zi, zf, zg, zo, c) {
    const { h, next } = step(m, [zi, zf, zg, zo], c)
    return [h, next]
  },
}

/** One step by ops that all have gradients: products (N, 4 H) and c (N, H) to the next h and c. */
export function lstmStep(x: NDArray, h: NDArray, c: NDArray): NDArray[] {
  return apply(formula, [...split(add(x, h), 4, { axis: 1 }), c])
}
