// The activations that conv and matmul fuse, formulas whose gradient needs the result alone, and what they are made of.
import type { Arith, Formula as Unary } from '../arith/arith.ts'
import { call, type Derivative } from '../arith/graph.ts'
import { nameOfKind, OpError } from '../core/errors.ts'
import type { Formula } from '../kinds/formula/formula.ts'

/** An activation: y from x, and dx from dy and y alone. */
export interface ActivationFormula extends Formula {
  readonly derivative: Derivative
}

/** eˣ − 1, exact around 0 (W. Kahan; N. J. Higham: Accuracy and Stability of Numerical Algorithms, 1.14.1). */
export const expm1: Formula = {
  name: 'expm1',
  floats: true,
  compute(m, x) {
    const u = m.exp(x)
    const less = m.sub(u, 1)
    // where u is 1 or its own predecessor by 1, the quotient is 0 / 0 or ∞ / ∞
    const plain = m.or(m.equal(less, -1), m.equal(less, Number.POSITIVE_INFINITY))
    return m.select(m.equal(u, 1), x, m.select(plain, less, m.mul(less, m.div(x, m.log(u)))))
  },
  derivative: (m, _k, dy, [x]) => m.mul(dy, m.exp(x)),
}

/** ln(1 + x), exact around 0 (W. Kahan; Hewlett-Packard HP-15C Advanced Functions Handbook, 1982). */
export const log1p: Formula = {
  name: 'log1p',
  floats: true,
  compute(m, x) {
    const u = m.add(x, 1)
    const log = m.log(u)
    const exact = m.or(m.equal(u, 0), m.equal(u, Number.POSITIVE_INFINITY))
    return m.select(m.equal(u, 1), x, m.select(exact, log, m.mul(log, m.div(x, m.sub(u, 1)))))
  },
  derivative: (m, _k, dy, [x]) => m.div(dy, m.add(x, 1)),
}

/** max(x, 0), its gradient 0 at 0; σ(x); ln(1 + eˣ); x / (1 + |x|); tanh x. */
export const activations = {
  relu: {
    name: 'relu',
    compute: (m, x) => m.max(x, 0),
    derivative: (m, _k, dy, _xs, y) => m.select(m.greater(y, 0), dy, 0),
  },
  sigmoid: {
    name: 'sigmoid',
    floats: true,
    compute: (m, x) => m.div(1, m.add(m.exp(m.neg(x)), 1)),
    derivative: (m, _k, dy, _xs, y) => m.mul(dy, m.mul(y, m.sub(1, y))),
  },
  softrelu: {
    name: 'softrelu',
    floats: true,
    compute: (m, x) => m.add(m.max(x, 0), call(m, log1p, m.exp(m.neg(m.abs(x))))),
    derivative: (m, _k, dy, _xs, y) => m.neg(m.mul(dy, call(m, expm1, m.neg(y)))),
  },
  softsign: {
    name: 'softsign',
    floats: true,
    compute: (m, x) => m.div(x, m.add(m.abs(x), 1)),
    derivative(m, _k, dy, _xs, y) {
      const root = m.sub(1, m.abs(y))
      return m.mul(dy, m.mul(root, root))
    },
  },
  tanh: {
    name: 'tanh',
    floats: true,
    compute: (m, x) => m.tanh(x),
    derivative: (m, _k, dy, _xs, y) => m.mul(dy, m.sub(1, m.mul(y, y))),
  },
} as const satisfies Readonly<Record<string, ActivationFormula>>

/** Name of an activation. */
export type ActivationName = keyof typeof activations

/** The name itself; throws when no activation has it. */
export function checkActivation(op: string, name: ActivationName): ActivationName {
  if (typeof name === 'string' && Object.hasOwn(activations, name)) return name
  const known = Object.keys(activations).join(', ')
  throw new OpError(op, `no activation is named ${nameOfKind(name)}; there are ${known}`)
}

/** An activation for the end of a product: its name, and the formula of one value. */
export function activationOf(name: ActivationName): { readonly name: ActivationName; readonly formula: Unary } {
  return { name, formula: (m, x) => call(m, activations[name], x) }
}

/** The gradient of an activation's operand from that of its result and the result. */
export function activationGradientOf<V, M>(m: Arith<V, M>, name: ActivationName, dy: V, y: V): V {
  const made = activations[name].derivative(m, 0, dy, [], y)
  return typeof made === 'number' ? m.constant(made) : made
}
