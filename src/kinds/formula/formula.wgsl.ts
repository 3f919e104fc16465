// formula on the GPU: one invocation an element, operands repeated by steps of 0.
import type { Graph } from '../../arith/graph.ts'
import type { Spec } from '../../core/engine.ts'
import { sameShape, sizeOf } from '../../core/shape.ts'
import { sharesWords } from '../../kernel/wgsl/elements.ts'
import { functionsOf, graphText } from '../../kernel/wgsl/graphText.ts'
import { repeatedSteps, walk } from '../../kernel/wgsl/indexing.ts'
import type { Binding, Dispatch, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { type KernelArray, mapResults } from '../../kernel/wgsl/sideBySide.ts'
import { usedLeaves, withIotas } from '../operands.ts'
import { type FormulaAttributes, sourcesOfFormula } from './attributes.ts'

/** Every result of every element, before any is stored. */
export const formulaWgsl: WgslKernel<FormulaAttributes> = {
  plan(inputs, attrs, outputs) {
    const operands = sourcesOfFormula(attrs)
    const places = attrs.places.map((place) => (place === null ? null : (operands[place] as number)))
    const { shape } = outputs[0] ?? inputs[places[0] as number]
    const arrays = inputs.map(({ dtype, shape }, n): FormulaArray => ({ dtype, shape, binding: { input: n } }))
    const to = outputs.map((_, n): Binding => ({ output: n }))
    return { workspace: [], dispatches: formulaDispatches(attrs, arrays, to, shape) }
  },
}

/** An array that a formula reads, and where it lies. */
export interface FormulaArray extends Spec {
  readonly binding: Binding
}

/** Storage buffers that every device allows in one dispatch. */
export const mostBuffers = 8

/** The dispatches of a formula of a shape, one where few arrays are met; results that have no place go to `outputs`. */
export function formulaDispatches(
  attrs: FormulaAttributes,
  inputs: readonly FormulaArray[],
  outputs: readonly Binding[],
  shape: readonly number[],
): Dispatch[] {
  const operands = sourcesOfFormula(attrs)
  const { graph } = attrs.formula
  const readBy = (results: readonly number[]) => {
    const leaves = usedLeaves({ results: results.map((i) => graph.results[i]) })
    const sources = operands.filter((source, k): source is number => source !== null && leaves.has(k))
    return new Set(sources.filter((source) => source < inputs.length))
  }
  const all = [...graph.results.keys()]
  const inPlace = attrs.places.some((place) => place !== null)
  const groups: number[][] = []
  for (const result of all) {
    const together = [...(groups.at(-1) ?? []), result]
    const fits = readBy(together).size + together.length <= mostBuffers
    const apart = together.length > 1 && together.some((i) => sharesWords(attrs.dtypes[i]))
    // what is written over an operand must be read by all before
    if (groups.length > 0 && (inPlace || (fits && !apart))) {
      groups[groups.length - 1] = together
    } else groups.push([result])
  }
  return groups.map((group) => dispatchOf(attrs, inputs, outputs, shape, group, readBy(group)))
}

function dispatchOf(
  attrs: FormulaAttributes,
  inputs: readonly FormulaArray[],
  outputs: readonly Binding[],
  shape: readonly number[],
  group: readonly number[],
  read: ReadonlySet<number>,
): Dispatch {
  const operands = sourcesOfFormula(attrs)
  const graph = { ...attrs.formula.graph, results: group.map((i) => attrs.formula.graph.results[i]) }
  const written = attrs.places.map((place) => (place === null ? null : (operands[place] as number)))
  const bound = new Set([...read, ...group.flatMap((i) => written[i] ?? [])])
  const { loads, names, params, walks } = operandsText(inputs, attrs, shape, graph)
  const { statements, values } = graphText(graph, names)
  const outputOf = attrs.places.map((_, i) => written.slice(0, i).filter((place) => place === null).length)
  const made = group.filter((i) => written[i] === null)
  return mapResults({
    inputs: inputs.flatMap(({ dtype, binding }, n): KernelArray[] => {
      return bound.has(n) ? [{ name: `x${n}`, binding, dtype, written: written.includes(n) }] : []
    }),
    outputs: made.map((i) => ({ binding: outputs[outputOf[i]], dtype: attrs.dtypes[i] })),
    count: sizeOf(shape),
    params,
    functions: functionsOf(graph) + walks,
    statements: `${loads} ${statements}`,
    values: group.map((i, n) => ({ to: written[i] === null ? made.indexOf(i) : `x${written[i]}`, value: values[n] })),
  })
}

/** How the text reads operands: statements that load them, their names, and what these need. */
function operandsText(
  inputs: readonly Spec[],
  attrs: FormulaAttributes,
  shape: readonly number[],
  graph: Pick<Graph, 'leaves' | 'results'>,
) {
  const params: Record<string, Param> = {}
  const sources = withIotas(inputs, attrs)
  const used = usedLeaves(graph)
  const operands = sourcesOfFormula(attrs)
  const walks = sources.map((source, n) => {
    if (!operands.some((of, k) => of === n && used.has(k))) return undefined
    if (sameShape(source.shape, shape)) return undefined
    const steps = walk(`at${n}`, shape, repeatedSteps(source.shape, shape))
    Object.assign(params, steps.params)
    return steps.text
  })
  const loads = operands.map((source, k) => {
    if (!used.has(k)) return ''
    const whole = graph.leaves[k] === 'int'
    if (source === null) {
      params[`c${k}`] = { scalar: attrs.numbers.indexOf(k), integer: whole }
      return `let a${k} = ${whole ? `i32(p.c${k})` : `p.c${k}`};`
    }
    const place = walks[source] ? `at${source}(i)` : 'i'
    const element = sources[source].iota ? place : `load_x${source}(${place})`
    return `let a${k} = ${whole ? `i32(${element})` : element};`
  })
  return { loads: loads.join(' '), names: graph.leaves.map((_, k) => `a${k}`), params, walks: walks.join('') }
}
