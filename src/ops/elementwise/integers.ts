// Numbers beside arrays of integers: they meet by value, and a number that the type can't hold is no operand.
import { checkHeld, type DType, rangeOf } from '../../core/dtype.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { Formula } from '../../kinds/formula/formula.ts'
import { equal, greater, greaterEqual, lesser, lesserEqual, notEqual } from './formulas.ts'

type Operand = NDArray | number
type Call = readonly [Formula, readonly Operand[]]

/** The comparison with its sides exchanged. */
const exchanged: ReadonlyMap<Formula, Formula> = /* @__PURE__ */ new Map([
  [equal, equal],
  [greater, lesser],
  [greaterEqual, lesserEqual],
  [lesser, greater],
  [lesserEqual, greaterEqual],
  [notEqual, notEqual],
])

/** What to do with a number that the type can't hold. */
export const castHint = "use astype('float32') first"

const [least, most] = rangeOf('int32')

/** The formula and operands that give what the formula gives by value, on arrays of an integer type. */
export function besideIntegers(formula: Formula, operands: readonly Operand[], dtype: DType): Call {
  if (operands.every((operand) => typeof operand !== 'number')) return [formula, operands]
  const [a, b] = operands
  const { name } = formula
  const turned = exchanged.get(formula)
  if (turned) return typeof b === 'number' ? comparedWith(formula, a, b) : comparedWith(turned, b, a as number)
  if (name.startsWith('logical')) return [formula, operands.map((x) => (typeof x === 'number' ? Number(x !== 0) : x))]
  const bounds = { maximum: [0, 0], minimum: [1, 1], clip: [null, 0, 1] }[name] ?? []
  return [
    formula,
    operands.map((operand, k) => (typeof operand === 'number' ? held(name, operand, dtype, bounds[k]) : operand)),
  ]
}

/** x compared with any number: the nearest integers decide. */
function comparedWith(comparison: Formula, x: Operand, c: number): Call {
  const never: Call = [lesser, [x, least]]
  const always: Call = [greaterEqual, [x, least]]
  if (Number.isNaN(c)) return comparison === notEqual ? always : never
  if (comparison === equal || comparison === notEqual) {
    if (Number.isInteger(c) && c >= least && c <= most) return [comparison, [x, c]]
    return comparison === equal ? never : always
  }
  if (comparison === lesser || comparison === lesserEqual) {
    const end = comparison === lesser ? Math.ceil(c) - 1 : Math.floor(c)
    return end < least ? never : [lesserEqual, [x, Math.min(end, most)]]
  }
  const start = comparison === greater ? Math.floor(c) + 1 : Math.ceil(c)
  return start > most ? never : [greaterEqual, [x, Math.max(start, least)]]
}

/**
 * The number as an element of the type. As a bound it may lie beyond the type's end: a lower one (0) below the least
 * element, an upper one (1) above the largest.
 */
function held(name: string, x: number, dtype: DType, bound: number | null | undefined): number {
  const [low, high] = rangeOf(dtype)
  if (bound === 0 && x < low) return low
  if (bound === 1 && x > high) return high
  return checkHeld(name, x, dtype, castHint)
}
