// reduction in plain loops: elements are rounded as formulas are, and joined in float64.
import { float32Numbers, integers, numbers } from '../../arith/arith.ts'
import { evaluator, type Kind } from '../../arith/graph.ts'
import { positionsIn } from '../../core/indices.ts'
import { reducedShape, sizeOf } from '../../core/shape.ts'
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
  const size = sizeOf(kept)
  const count = countOf(shape, axes)
  const held: Float64Array[] = []
  const scalar = (k: number) => scalars[attrs.numbers.indexOf(k)]
  // operands, then values that were joined before, then the number of elements
  const leaves = operands.map((source, k) => (source === null ? scalar(k) : 0))
  const each = (visit: (at: number, position: number) => void) => {
    const places = sources.map((source) => positionsIn(shape, source.shape))
    const result = positionsIn(shape, kept)
    const total = size * count
    for (let position = 0; position < total; position++) {
      const now = places.map((next) => next())
      for (let k = 0; k < operands.length; k++) {
        const source = operands[k]
        if (source !== null) leaves[k] = source < inputs.length ? inputs[source].data[now[source]] : now[source]
      }
      visit(result(), position)
    }
  }
  const withValues = (values: readonly Float64Array[], at: number) => {
    for (let k = 0; k < values.length; k++) leaves[operands.length + k] = values[k][at]
    leaves[operands.length + values.length] = count
    return leaves
  }
  for (const { element, joins } of reduction.stages) {
    const kinds = element.results.map(({ kind }): Kind => kind)
    const compute = evaluator(element, rounded)
    const values = joins.map((join, i) => new Float64Array(size).fill(startOf(join, kinds[i])))
    each((at) => {
      const made = compute(withValues(held, at))
      for (let i = 0; i < made.length; i++) {
        values[i][at] = joined(kinds[i] === 'int' ? integers : numbers, joins[i], values[i][at], made[i])
      }
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
    map([...leaves.slice(0, operands.length), ...stored[at]]).forEach((result, i) => {
      outputs[targets[finished.length > 0 ? reduction.finish.results.length + i : 0] as number].data[position] = result
    })
  })
}
