// formula on the GPU: one invocation an element, operands repeated by steps of 0.
import { evaluationOrder } from '../../arith/graph.ts'
import type { Descriptor } from '../../core/engine.ts'
import { sameShape, sizeOf } from '../../core/shape.ts'
import { functionsOf, graphText } from '../../kernel/wgsl/graphText.ts'
import { repeatedSteps, walk } from '../../kernel/wgsl/indexing.ts'
import type { Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { type KernelArray, mapResults } from '../../kernel/wgsl/sideBySide.ts'
import { type FormulaAttributes, inputsOf } from './formula.ts'

/** Every result of every element, before any is stored. */
export const formulaWgsl: WgslKernel<FormulaAttributes> = {
  plan(inputs, attrs, outputs) {
    const { graph } = attrs.formula
    const places = attrs.places.map((place) => (place === null ? null : (inputsOf(attrs)[place] as number)))
    const { shape } = outputs[0] ?? inputs[places[0] as number]
    const { loads, names, params, walks } = operandsOf(inputs, attrs, shape)
    const { statements, values } = graphText(graph, names)
    let output = 0
    const arrays = inputs.map(({ dtype }, n): KernelArray => {
      return { name: `x${n}`, binding: { input: n }, dtype, written: places.includes(n) }
    })
    const dispatch = mapResults({
      key: `formula ${JSON.stringify({ ...attrs, shape: undefined })}`,
      inputs: arrays,
      outputs: outputs.map(({ dtype }, n) => ({ binding: { output: n }, dtype })),
      count: sizeOf(shape),
      params,
      functions: functionsOf(graph) + walks,
      statements: `${loads} ${statements}`,
      values: places.map((input, i) => ({ to: input === null ? output++ : `x${input}`, value: values[i] })),
    })
    return { workspace: [], dispatches: [dispatch] }
  },
}

/** How the text reads operands: statements that load them, their names, and what these need. */
function operandsOf(inputs: readonly Descriptor[], attrs: FormulaAttributes, shape: readonly number[]) {
  const { leaves, results } = attrs.formula.graph
  const params: Record<string, Param> = {}
  const walks = inputs.map((input, n) => {
    if (sameShape(input.shape, shape)) return undefined
    const steps = walk(`at${n}`, shape, repeatedSteps(input.shape, shape))
    Object.assign(params, steps.params)
    return steps.text
  })
  const used = new Set(evaluationOrder(results).flatMap(({ op, value }) => (op === 'leaf' ? [value] : [])))
  const loads = inputsOf(attrs).map((input, k) => {
    if (!used.has(k)) return ''
    const whole = leaves[k] === 'int'
    if (input === null) {
      params[`c${k}`] = { scalar: attrs.numbers.indexOf(k), integer: whole }
      return `let a${k} = ${whole ? `i32(p.c${k})` : `p.c${k}`};`
    }
    const element = `load_x${input}(${walks[input] ? `at${input}(i)` : 'i'})`
    return `let a${k} = ${whole ? `i32(${element})` : element};`
  })
  return { loads: loads.join(' '), names: leaves.map((_, k) => `a${k}`), params, walks: walks.join('') }
}
