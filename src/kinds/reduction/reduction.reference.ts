// reduction in plain loops: elements are rounded as formulas are, and joined in float64.
import { float32Numbers, integers, numbers } from '../../arith/arith.ts'
import { evaluator } from '../../arith/graph.ts'
import { reducedShape } from '../../core/shape.ts'
import { forEachIndex, positionOf } from '../../kernel/indices.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { countOf, elementsShape, inputsOf, joined, type ReductionAttributes, startOf } from './reduction.ts'

/** Every element joined to the values of its result, which are finished at the end. */
export const reductionReference: ReferenceKernel<ReductionAttributes> = (inputs, attrs, outputs, scalars) => {
  const { reduction, axes } = attrs
  const { element, finish, reduction: definition } = reduction
  const { joins } = definition
  const double = inputs.some(({ data }) => data instanceof Float64Array)
  const rounded = { float: double ? numbers : float32Numbers, int: integers }
  const operands = inputsOf(attrs)
  const compute = evaluator(element, rounded)
  const shape = elementsShape(definition.name, inputs)
  const kept = reducedShape(shape, axes, true)
  const size = kept.reduce((product, n) => product * n, 1)
  const kinds = element.results.map(({ kind }) => kind)
  const values = joins.map((join, i) => new Float64Array(size).fill(startOf(join, kinds[i])))
  const elements = operands.map((input, k) => (input === null ? scalars[attrs.numbers.indexOf(k)] : 0))
  forEachIndex(shape, (index) => {
    operands.forEach((input, k) => {
      if (input !== null) elements[k] = inputs[input].data[positionOf(index, inputs[input].shape)]
    })
    const at = positionOf(index, kept)
    compute(elements).forEach((value, i) => {
      values[i][at] = joined(kinds[i] === 'int' ? integers : numbers, joins[i], values[i][at], value)
    })
  })
  const finished = evaluator(finish, { float: numbers, int: integers })
  const count = countOf(shape, axes)
  for (let at = 0; at < size; at++) {
    finished([...values.map((value) => value[at]), count]).forEach((result, i) => {
      outputs[i].data[at] = result
    })
  }
}
