// Gradients of reductions whose joins are all sums, derived from the formulas of elements and of results.

import { NDArray } from '../../core/ndarray.ts'
import type { GradientContext } from '../../core/op.ts'
import { type Shape, sameShape } from '../../core/shape.ts'
import { applyTraced, type Gradients, operandOf } from '../formula/formula.ts'
import type { FormulaOperand } from '../operands.ts'
import { countOf, type ReductionAttributes, sourcesOfReduction } from './attributes.ts'
import type { ReductionFunctions } from './reduction.ts'

/** Gradients of operands, of the elements' shape, from those of the results, which are spread. */
export function gradientsOfSums(
  context: GradientContext<ReductionAttributes>,
  dys: readonly NDArray[],
  wanted: readonly number[],
  shape: Shape,
  functions: ReductionFunctions,
): (NDArray | null)[] {
  const { attrs } = context
  const { joined, element } = attrs.reduction.derived(wanted)
  const sources = sourcesOfReduction(attrs)
  const [{ dtype }] = dys
  const values = attrs.reduction.joined.length
  const take = (
    { traced, gradients }: Gradients,
    read: readonly FormulaOperand[],
    to?: Shape,
  ): (FormulaOperand | null)[] => {
    const dtypes = traced.graph.results.map(() => dtype)
    const made = dtypes.length > 0 ? applyTraced(traced, read, { dtypes, ...(to && { shape: to }) }) : []
    return gradients.map((of) => of && ('read' in of ? read[of.read] : made[of.result]))
  }
  const ofResults = joined.reads.map(({ what, index }): FormulaOperand => {
    if (what === 'dy') return dys[index]
    if (index === values) return countOf(shape, attrs.axes)
    throw new Error(`[${attrs.reduction.reduction.name}] the gradient reads joined values, which are not kept`)
  })
  const ofValues = take(joined, ofResults)
  const ofElements = element.reads.map(({ what, index }): FormulaOperand => {
    if (what === 'dy') return ofValues[index] ?? 0
    return operandOf(context, sources, index)
  })
  return take(element, ofElements, shape).map((of) => {
    if (!(of instanceof NDArray)) return null
    return sameShape(of.shape, shape) ? of : functions.broadcastTo(of, shape)
  })
}
