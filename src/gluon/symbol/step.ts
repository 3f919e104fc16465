// One operator of a symbol file with its operands, as the functions that compute it read them.
import type { Context } from '../../core/engine.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { Fault } from '../fault.ts'
import type { SymbolAttributes } from './attributes.ts'

/** An operator with its operands. */
export class SymbolStep {
  readonly attributes: SymbolAttributes
  readonly arrays: readonly NDArray[]
  /** Where arrays are made. */
  readonly context: Context

  constructor(attributes: SymbolAttributes, arrays: readonly NDArray[], context: Context) {
    this.attributes = attributes
    this.arrays = arrays
    this.context = context
  }

  /** An operand. */
  array(i: number): NDArray {
    const array = this.arrays[i]
    if (array === undefined) throw new Fault(`operand ${i} is missing`)
    return array
  }

  /** The first operand. */
  get x(): NDArray {
    return this.array(0)
  }
}

/** Computes an operator. */
export type SymbolOperator = (step: SymbolStep) => NDArray | readonly NDArray[]

/** Operators by MXNet's names. */
export type SymbolOperators = Readonly<Record<string, SymbolOperator>>
