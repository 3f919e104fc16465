// formula on the GPU: one invocation an element, operands repeated by steps of 0.
import type { Spec } from '../../core/engine.ts'
import { sameShape, sizeOf } from '../../core/shape.ts'
import { functionsOf, graphText } from '../../kernel/wgsl/graphText.ts'
import { repeatedSteps, walk } from '../../kernel/wgsl/indexing.ts'
import type { Binding, Dispatch, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { type KernelArray, mapResults } from '../../kernel/wgsl/sideBySide.ts'
import { usedLeaves, withIotas } from '../operands.ts'
import { type FormulaAttributes, sourcesOfFormula } from './formula.ts'

/** Every result of every element, before any is stored. */
export const formulaWgsl: WgslKernel<FormulaAttributes> = {
  plan(inputs, attrs, outputs) {
    const operands = sourcesOfFormula(attrs)
    const places = attrs.places.map((place) => (place === null ? null : (operands[place] as number)))
    const { shape } = outputs[0] ?? inputs[places[0] as number]
    const arrays = inputs.map(({ dtype, shape }, n): FormulaArray => ({ dtype, shape, binding: { input: n } }))
    const to = outputs.map((_, n): Binding => ({ output: n }))
    return { workspace: [], dispatches: [formulaDispatch(attrs, arrays, to, shape)] }
  },
}

/** An array that a formula reads, and where it lies. */
export interface FormulaArray extends Spec {
  readonly binding: Binding
}

/** The dispatch of a formula of a shape; results that have no place go to `outputs`. */
export function formulaDispatch(
  attrs: FormulaAttributes,
  inputs: readonly FormulaArray[],
  outputs: readonly Binding[],
  shape: readonly number[],
): Dispatch {
  const operands = sourcesOfFormula(attrs)
  const { graph } = attrs.formula
  const places = attrs.places.map((place) => (place === null ? null : (operands[place] as number)))
  const { loads, names, params, walks } = operandsText(inputs, attrs, shape)
  const { statements, values } = graphText(graph, names)
  let output = 0
  const made = attrs.dtypes.filter((_, i) => places[i] === null)
  return mapResults({
    key: `formula ${JSON.stringify({ ...attrs, shape: undefined, iotas: attrs.iotas?.map(({ operand }) => operand) })}`,
    inputs: inputs.map(({ dtype, binding }, n): KernelArray => {
      return { name: `x${n}`, binding, dtype, written: places.includes(n) }
    }),
    outputs: outputs.map((binding, n) => ({ binding, dtype: made[n] })),
    count: sizeOf(shape),
    params,
    functions: functionsOf(graph) + walks,
    statements: `${loads} ${statements}`,
    values: places.map((input, i) => ({ to: input === null ? output++ : `x${input}`, value: values[i] })),
  })
}

/** How the text reads operands: statements that load them, their names, and what these need. */
function operandsText(inputs: readonly Spec[], attrs: FormulaAttributes, shape: readonly number[]) {
  const { graph } = attrs.formula
  const params: Record<string, Param> = {}
  const sources = withIotas(inputs, attrs)
  const walks = sources.map((source, n) => {
    if (sameShape(source.shape, shape)) return undefined
    const steps = walk(`at${n}`, shape, repeatedSteps(source.shape, shape))
    Object.assign(params, steps.params)
    return steps.text
  })
  const used = usedLeaves(graph)
  const loads = sourcesOfFormula(attrs).map((source, k) => {
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
