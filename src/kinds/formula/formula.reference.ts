// formula in plain loops: rounded at every step as its operands are, float64 not at all.

import { float32Numbers, integers, numbers } from '../../arith/arith.ts'
import { evaluator } from '../../arith/graph.ts'
import { positionsIn } from '../../core/indices.ts'
import { sizeOf } from '../../core/shape.ts'
import type { ReferenceKernel, Tensor } from '../../kernel/reference.ts'
import { withIotas } from '../operands.ts'
import { type FormulaAttributes, sourcesOfFormula } from './attributes.ts'

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
  const { shape } = targets[0]
  const places = sources.map((source) => positionsIn(shape, source.shape))
  const size = sizeOf(shape)
  for (let i = 0; i < size; i++) {
    const now = places.map((next) => next())
    operands.forEach((source, k) => {
      if (source !== null) values[k] = source < inputs.length ? inputs[source].data[now[source]] : now[source]
    })
    compute(values).forEach((value, result) => {
      targets[result].data[i] = value
    })
  }
}
