// GRU: gates r, z, n; n = tanh(xₙ + r hₙ), h' = (1 − z) n + z h (K. Cho et al., 2014; MXNet 1.9.1 and cuDNN, which apply
// r to the product of the state and its bias).
import type { Arith } from '../../arith/arith.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { type FormulaOperand, iota } from '../../kinds/operands.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { split } from '../concat/concat.ts'
import { at, type Cell, chosen, sigmoid, sigmoidSlope, sums, tanhSlope } from './gates.ts'

/** The candidate, and h' between it and the old state. */
function mixed<V, M>(m: Arith<V, M>, r: V, z: V, [xn, hn]: readonly V[], h: V) {
  const n = m.tanh(m.madd(r, hn, xn))
  return { n, next: m.madd(z, m.sub(h, n), n) }
}

/** Of the sums of both products at r and z, of each at n, and of h. */
const states = {
  name: 'GRU',
  floats: true,
  element(m, zx, zh, h, k) {
    const z = m.add(zx, zh)
    return [at(m, k, 0, z), at(m, k, 1, z), at(m, k, 2, zx), at(m, k, 2, zh), at(m, k, 0, h)]
  },
  joins: sums(5),
  finish: (m, zr, zz, xn, hn, h) => mixed(m, sigmoid(m, zr), sigmoid(m, zz), [xn, hn], h).next,
  gradient: 'none',
} satisfies Reduction

/** The state, and for the gradient hₙ and the values of the gates. */
const statesAndGates: Reduction = {
  ...states,
  finish(m, zr, zz, xn, hn, h) {
    const [r, z] = [sigmoid(m, zr), sigmoid(m, zz)]
    const { n, next } = mixed(m, r, z, [xn, hn], h)
    return [next, hn, r, z, n]
  },
  given: [0, 1],
  map: (m, _zx, _zh, _h, k, _next, _hn, ...gates) => chosen(m, k, gates),
}

/** The gradient of h as far as it passes by the products, and those of both products. */
const gradients: Reduction = {
  name: 'GRUGradient',
  element(m, gates, hn, h, dy, dh, passed, k) {
    const each = [0, 1, 2].map((gate) => at(m, k, gate, gates))
    return [...each, ...[hn, h, m.add(m.add(dy, dh), passed)].map((x) => at(m, k, 0, x))]
  },
  joins: sums(6),
  finish(m, r, z, n, hn, h, d) {
    const dn = m.mul(m.mul(d, m.sub(1, z)), tanhSlope(m, n))
    return [
      m.mul(d, z),
      m.mul(m.mul(dn, hn), sigmoidSlope(m, r)),
      m.mul(m.mul(d, m.sub(h, n)), sigmoidSlope(m, z)),
      dn,
      m.mul(dn, r),
    ]
  },
  given: [0],
  map(m, _gates, _hn, _h, _dy, _dh, _passed, k, _passing, dr, dz, dnx, dnh) {
    return [chosen(m, k, [dr, dz, dnx]), chosen(m, k, [dr, dz, dnh])]
  },
  gradient: 'none',
}

/** A step of a GRU. It keeps the values of its gates, and hₙ. */
export const gru: Cell = {
  name: 'GRU',
  gates: 3,
  states: 1,
  carried: 0,
  alike: false,
  kept: [1, 3],
  forward({ products, carried, states: out, kept }) {
    const operands = [...products, carried, iota(products[0].shape, 1)] as FormulaOperand[]
    if (kept) reduce(statesAndGates, operands, { axes: [1], keepDims: true, out: [...out, ...kept] })
    else reduce(states, operands, { axes: [1], keepDims: true, out })
  },
  backward({ kept: [hn, gates], carried, dy, dh, passed, passing, products }) {
    const operands = [gates, hn, carried, dy, dh, passed, iota(gates.shape, 1)] as FormulaOperand[]
    reduce(gradients, operands, { axes: [1], keepDims: true, out: [passing as NDArray, ...products] })
  },
}

const gatesFormula: Formula = {
  name: 'GRUCell',
  floats: true,
  compute: (m, xr, xz, hr, hz) => [sigmoid(m, m.add(xr, hr)), sigmoid(m, m.add(xz, hz))],
}

const mixedFormula: Formula = {
  name: 'GRUCell',
  floats: true,
  compute: (m, r, z, xn, hn, h) => mixed(m, r, z, [xn, hn], h).next,
}

/** One step by ops that all have gradients: products (N, 3 H) and h (N, H) to the next h. */
export function gruStep(x: NDArray, h: NDArray, state: NDArray): NDArray {
  const [[xr, xz, xn], [hr, hz, hn]] = [x, h].map((product) => split(product, 3, { axis: 1 }))
  return apply(mixedFormula, [...apply(gatesFormula, [xr, xz, hr, hz]), xn, hn, state])[0]
}
