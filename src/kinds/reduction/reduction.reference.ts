// reduction in plain loops: elements are rounded as formulas are, and joined in float64.
import { float32Numbers, integers, numbers } from '../../arith/arith.ts'
import { evaluator, type Kind } from '../../arith/graph.ts'
import { reducedShape } from '../../core/shape.ts'
import { forEachIndex, positionOf } from '../../kernel/indices.ts'
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { withIotas } from '../operands.ts'
import { countOf, elementsShape, outputsOf, type ReductionAttributes, sourcesOfReduction } from './attributes.ts'
import { joined, startOf } from './join.ts'

/** Every element joined to the values of its result in each stage; then results, and what elements make of them. */
export const reductionReference: ReferenceKernel<ReductionAttributes> = (inputs, attrs, outputs, scalars) => {
  const { reduction, axes } = attrs
  const double = inputs.some(({ data }) => data instanceof Float64Array)
  const rounded = { float: double ? numbers : float32Numbers, int: integers }
  const sources = withIotas(inputs, attrs)
  const operands = sourcesOfReduction(attrs)
  const shape = elementsShape(inputs, attrs)
  const kept = reducedShape(shape, axes, true)
  const size = kept.reduce((product, n) => product * n, 1)
  const count = countOf(shape, axes)
  const held: Float64Array[] = []
  const elements = operands.map((source, k) => (source === null ? scalars[attrs.numbers.indexOf(k)] : 0))
  const each = (visit: (at: number, position: number) => void) =>
    forEachIndex(shape, (index, position) => {
      operands.forEach((source, k) => {
        if (source === null) return
        const place = positionOf(index, sources[source].shape)
        elements[k] = source < inputs.length ? inputs[source].data[place] : place
      })
      visit(positionOf(index, kept), position)
    })
  for (const { element, joins } of reduction.stages) {
    const kinds = element.results.map(({ kind }): Kind => kind)
    const compute = evaluator(element, rounded)
    const values = joins.map((join, i) => new Float64Array(size).fill(startOf(join, kinds[i])))
    each((at) => {
      compute([...elements, ...held.map((value) => value[at]), count]).forEach((value, i) => {
        values[i][at] = joined(kinds[i] === 'int' ? integers : numbers, joins[i], values[i][at], value)
      })
    })
    held.push(...values)
  }
  const exact = { float: numbers, int: integers }
  const [state, finish] = [reduction.state, reduction.finish].map((graph) => evaluator(graph, exact))
  const targets = outputsOf(reduction)
  const finished = Array.from({ length: size }, (_, at) =>
    finish([...state([...held.map((value) => value[at]), count]), count]),
  )
  finished.forEach((results, at) => {
    results.forEach((result, i) => {
      const output = targets[i]
      if (output !== null) outputs[output].data[at] = result
    })
  })
  if (!reduction.map) return
  const map = evaluator(reduction.map.graph, rounded)
  const stored = finished.map((results) => (double ? results : results.map(Math.fround)))
  each((at, position) => {
    map([...elements, ...stored[at]]).forEach((result, i) => {
      outputs[targets[finished.length > 0 ? reduction.finish.results.length + i : 0] as number].data[position] = result
    })
  })
}
