// Formulas of one's own: one element from its operands, run on any engine, with a derived gradient.
import type { Arith, Value } from '../arith/arith.ts'
import type { Derivative } from '../arith/graph.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { apply } from '../kinds/formula/formula.ts'

/** Options of a formula. */
export interface FormulaOptions {
  /** What errors and profiles call it. Default 'formula'. */
  readonly name?: string
  /**
   * The gradient of operand `k` from that of the result, where the derived one is slower or loses digits; formulas with
   * one result only.
   */
  readonly derivative?: Derivative
}

const formulaOptions: OptionNames<FormulaOptions> = { name: 'string', derivative: true }

/** An operand: an array, or a number that stands for an array of it. */
type Operand = NDArray | number

/**
 * Makes a function of arrays from a function of one element, which is called once to see what it computes:
 * `const swish = nd.formula((m, x) => m.div(x, m.add(1, m.exp(m.neg(x)))), { name: 'swish' })`. It takes arrays of one
 * float dtype and numbers, broadcasts them as NumPy does, and has a gradient. Values of `m` are no numbers: choose with
 * `m.select`, not with `if`.
 */
export function formula(
  compute: <V, M>(m: Arith<V, M>, ...operands: V[]) => Value<V>,
  options?: FormulaOptions,
  ...more: []
): (...operands: Operand[]) => NDArray
/** Makes a function with several results, computed in one pass. */
export function formula(
  compute: <V, M>(m: Arith<V, M>, ...operands: V[]) => readonly Value<V>[],
  options?: FormulaOptions,
  ...more: []
): (...operands: Operand[]) => NDArray[]
export function formula(
  compute: <V, M>(m: Arith<V, M>, ...operands: V[]) => Value<V> | readonly Value<V>[],
  options: FormulaOptions = {},
  ...more: []
): (...operands: Operand[]) => NDArray | NDArray[] {
  checkOptions('formula', options, "{ name: 'swish' }", formulaOptions, more)
  if (typeof compute !== 'function') throw new OpError('formula', 'takes a function, as (m, x) => m.mul(x, x)')
  const { name = 'formula', derivative } = options
  if (derivative && typeof derivative !== 'function') {
    throw new OpError(name, `derivative must be a function, got ${nameOfKind(derivative)}`)
  }
  const made = { name, compute, floats: true as const, ...(derivative && { derivative }) }
  return (...operands) => {
    if (operands.length < compute.length - 1) {
      throw new OpError(name, `takes ${compute.length - 1} operands, got ${operands.length}`)
    }
    const results = apply(made, operands)
    return results.length === 1 ? results[0] : results
  }
}
