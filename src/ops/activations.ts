// The activations that conv and matmul fuse: pointwise formulas whose gradient needs the result alone.
import type { Arith, Formula } from '../kernel/arith.ts'

/** An activation: y from x, and dx from dy and y. */
export interface ActivationFormula {
  readonly forward: Formula
  readonly gradient: <V, M>(m: Arith<V, M>, dy: V, y: V) => V
}

/** max(x, 0), its gradient 0 at 0; σ(x); ln(1 + eˣ), x itself above 20; x / (1 + |x|); tanh x. */
export const activations = {
  relu: {
    forward: (m, x) => m.max(x, 0),
    gradient: (m, dy, y) => m.select(m.greater(y, 0), dy, 0),
  },
  sigmoid: {
    forward: (m, x) => m.div(1, m.add(m.exp(m.neg(x)), 1)),
    gradient: (m, dy, y) => m.mul(dy, m.mul(y, m.sub(1, y))),
  },
  softrelu: {
    forward: (m, x) => m.select(m.greater(x, 20), x, m.log(m.add(m.exp(x), 1))),
    gradient: (m, dy, y) => m.mul(dy, m.sub(1, m.exp(m.neg(y)))),
  },
  softsign: {
    forward: (m, x) => m.div(x, m.add(m.abs(x), 1)),
    gradient(m, dy, y) {
      const root = m.sub(1, m.abs(y))
      return m.mul(dy, m.mul(root, root))
    },
  },
  tanh: {
    forward: (m, x) => m.tanh(x),
    gradient: (m, dy, y) => m.mul(dy, m.sub(1, m.mul(y, y))),
  },
} as const satisfies Readonly<Record<string, ActivationFormula>>

/** Name of an activation. */
export type ActivationName = keyof typeof activations
