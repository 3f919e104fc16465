// What a call of a formula is told, and which of its operands are arrays.
import type { DType } from '../../core/dtype.ts'
import type { Shape } from '../../core/shape.ts'
import { type OperandAttributes, sourcesOf } from '../operands.ts'
import type { Traced } from './formula.ts'

/** Attributes of a formula's call. */
export interface FormulaAttributes extends OperandAttributes {
  readonly formula: Traced
  /** Element types of the results. */
  readonly dtypes: readonly DType[]
  /** For each result the operand in whose place it is written, or null for an output. */
  readonly places: readonly (number | null)[]
  /** The shape of the results of a call without inputs. */
  readonly shape?: Shape
}

/** For each operand the index of its source, or null for a number. */
export function sourcesOfFormula(attrs: Pick<FormulaAttributes, 'formula' | 'numbers' | 'iotas'>): (number | null)[] {
  return sourcesOf(attrs.formula.graph.leaves.length, attrs)
}
