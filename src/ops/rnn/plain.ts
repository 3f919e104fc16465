// A plain recurrent cell: h' = tanh or relu of the sum of both products (J. Elman, 1990).
import { call } from '../../arith/graph.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { activations } from '../activations.ts'
import type { Cell } from './gates.ts'

/** Activations of a plain recurrent cell. */
export type RnnActivation = 'relu' | 'tanh'

function plain(activation: RnnActivation): Cell & { readonly formula: Formula } {
  const { derivative } = activations[activation]
  const formula: Formula = {
    name: 'RNN',
    floats: true,
    compute: (m, zx, zh) => call(m, activations[activation], m.add(zx, zh)),
  }
  const gradient: Formula = {
    name: 'RNNGradient',
    compute: (m, y, dy, dh) => derivative(m, 0, m.add(dy, dh), [], y),
  }
  return {
    ...{ name: 'RNN', gates: 1, states: 1, carried: null, alike: true, kept: [], formula },
    forward({ products, states: [h] }) {
      apply(formula, products, { out: [h] })
    },
    backward({ output, dy, dh, products: [dx] }) {
      apply(gradient, [output, dy, dh], { out: [dx] })
    },
  }
}

/** Steps of a plain recurrent layer, by activation. They keep nothing but the output. */
export const plainCells = { relu: plain('relu'), tanh: plain('tanh') } as const

/** One step by ops that all have gradients: products (N, H) to the next h. */
export function plainStep(x: NDArray, h: NDArray, activation: RnnActivation): NDArray {
  return apply(plainCells[activation].formula, [x, h])[0]
}
