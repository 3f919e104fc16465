// pointwise on the GPU: one invocation an element, operands repeated by steps of 0.
import { sameShape, sizeOf } from '../../core/shape.ts'
import { f32Text, i32Text, wgslFloats, wgslIntegers } from '../../kernel/wgsl/formula.ts'
import { repeatedSteps, type Walk, walk } from '../../kernel/wgsl/indexing.ts'
import { mapElements, type Source } from '../../kernel/wgsl/map.ts'
import type { Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { formulaOf, operandsOf, type PointwiseAttributes } from './pointwise.ts'

/** y = formula(operands). */
export const pointwiseWgsl: WgslKernel<PointwiseAttributes> = {
  plan(inputs, attrs, [y]) {
    const { dtype } = y
    const floats = dtype === 'float32'
    const walks = new Map<number, Walk>()
    const sources: Record<string, Source> = {}
    inputs.forEach(({ shape }, n) => {
      sources[`x${n}`] = { binding: { input: n }, dtype }
      if (!sameShape(shape, y.shape)) walks.set(n, walk(`at${n}`, y.shape, repeatedSteps(shape, y.shape)))
    })
    const params: Record<string, Param> = Object.assign({}, ...[...walks.values()].map((of) => of.params))
    const operands = operandsOf(attrs).map((input, k) => {
      if (input === null) {
        params[`c${k}`] = { scalar: attrs.numbers?.indexOf(k) ?? 0, integer: !floats }
        return floats ? `p.c${k}` : `i32(p.c${k})`
      }
      const element = `load_x${input}(${walks.has(input) ? `at${input}(i)` : 'i'})`
      return floats ? element : `i32(${element})`
    })
    const names = ['a', 'b', 'c'].slice(0, operands.length)
    const result = formulaOf(attrs.formula).compute(floats ? f32Text : i32Text, names[0], names[1], names[2])
    const dispatch = mapElements({
      key: `pointwise ${attrs.formula} ${operands.join()}`,
      ...{ sources, params, output: { binding: { output: 0 }, dtype }, count: sizeOf(y.shape) },
      functions: (floats ? wgslFloats : wgslIntegers) + [...walks.values()].map(({ text }) => text).join(''),
      value: `${names.map((name, k) => `let ${name} = ${operands[k]};`).join(' ')} return ${dtype === 'uint8' ? `u32(${result})` : result};`,
    })
    return { workspace: [], dispatches: [dispatch] }
  },
}
