// Results of elements as a formula of their own, where they are not made in the pass that reduces.
import type { Spec } from '../../core/engine.ts'
import { reducedShape, type Shape } from '../../core/shape.ts'
import type { FormulaAttributes } from '../formula/attributes.ts'
import type { ReductionAttributes } from './attributes.ts'

/** The attributes of the formula, which takes the call's scalars, and the arrays that it reads: inputs, then results. */
export function mapAttributes(
  attrs: ReductionAttributes,
  inputs: readonly Spec[],
  shape: Shape,
): { readonly formula: FormulaAttributes; readonly arrays: readonly Spec[] } {
  const { reduction, axes, numbers, iotas, dtypes } = attrs
  const { finish, map } = reduction
  if (!map) throw new Error(`[${reduction.reduction.name}] has no results of elements`)
  const kept = reducedShape(shape, axes, true)
  const made = dtypes.slice(finish.results.length)
  return {
    formula: { formula: map, numbers, ...(iotas && { iotas }), dtypes: made, places: made.map(() => null) },
    arrays: [...inputs, ...finish.results.map((_, i): Spec => ({ shape: kept, dtype: dtypes[i] }))],
  }
}
