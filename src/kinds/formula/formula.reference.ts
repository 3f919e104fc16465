// formula in plain loops: rounded at every step as its operands are, float64 not at all.
import { float32Numbers, integers, numbers } from '../../arith/arith.ts'
import { evaluator } from '../../arith/graph.ts'
import { forEachIndex, positionOf } from '../../kernel/indices.ts'
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import { withIotas } from '../operands.ts'
import { type FormulaAttributes, sourcesOfFormula } from './formula.ts'

/** Every result of every element, before any is stored. */
export const formulaReference: ReferenceKernel<FormulaAttributes> = (inputs, attrs, outputs, scalars) => {
  const operands = sourcesOfFormula(attrs)
  const { graph } = attrs.formula
  const double = [...inputs, ...outputs].some(({ data }) => data instanceof Float64Array)
  const arithmetics = { float: double ? numbers : float32Numbers, int: integers }
  const scalar = (k: number) => arithmetics[graph.leaves[k]].toFloat(scalars[attrs.numbers.indexOf(k)])
  const values = operands.map((input, k) => (input === null ? scalar(k) : 0))
  const sources = withIotas(inputs, attrs)
  const compute = evaluator(graph, arithmetics)
  let output = 0
  const targets = attrs.places.map((place): Tensor => {
    return place === null ? outputs[output++] : inputs[operands[place] as number]
  })
  forEachIndex(targets[0].shape, (index, i) => {
    operands.forEach((source, k) => {
      if (source === null) return
      const place = positionOf(index, sources[source].shape)
      values[k] = source < inputs.length ? inputs[source].data[place] : place
    })
    compute(values).forEach((value, result) => {
      targets[result].data[i] = value
    })
  })
}
