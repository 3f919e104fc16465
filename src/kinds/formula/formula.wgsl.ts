// formula on the GPU: one invocation an element, operands repeated by steps of 0.
import type { Arith } from '../../arith/arith.ts'
import { evaluate, evaluationOrder, type Graph, type Kind } from '../../arith/graph.ts'
import type { Descriptor } from '../../core/engine.ts'
import { sameShape, sizeOf } from '../../core/shape.ts'
import { f32Text, i32Text, type WgslArith, wgslFloats, wgslIntegers } from '../../kernel/wgsl/formula.ts'
import { repeatedSteps, type Walk, walk } from '../../kernel/wgsl/indexing.ts'
import { fieldOf, mapElements, mapSize, type Source, wgslType } from '../../kernel/wgsl/map.ts'
import { onceParams, wgslOnce } from '../../kernel/wgsl/math.ts'
import type { Binding, Dispatch, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { workgroupIndex, workgroupRows } from '../../kernel/wgsl/workgroups.ts'
import { type FormulaAttributes, inputsOf } from './formula.ts'

/** A single new result by the map of elements, which knows how bytes share words; others side by side. */
export const formulaWgsl: WgslKernel<FormulaAttributes> = {
  plan(inputs, attrs, outputs) {
    const single = attrs.places.length === 1 && attrs.places[0] === null
    return {
      workspace: [],
      dispatches: [single ? oneResult(inputs, attrs, outputs[0]) : sideBySide(inputs, attrs, outputs)],
    }
  },
}

/** How the text reads its operands. */
interface Operands {
  readonly walks: readonly Walk[]
  readonly params: Readonly<Record<string, Param>>
  /** Statements that load them. */
  readonly loads: string
  readonly names: readonly string[]
}

function operandsOf(inputs: readonly Descriptor[], attrs: FormulaAttributes, shape: readonly number[]): Operands {
  const { leaves } = attrs.formula.graph
  const params: Record<string, Param> = { ...onceParams }
  const walks = new Map<number, Walk>()
  inputs.forEach((input, n) => {
    if (sameShape(input.shape, shape)) return
    const steps = walk(`at${n}`, shape, repeatedSteps(input.shape, shape))
    walks.set(n, steps)
    Object.assign(params, steps.params)
  })
  const used = new Set(
    evaluationOrder(attrs.formula.graph.results).flatMap(({ op, value }) => (op === 'leaf' ? [value] : [])),
  )
  const loads = inputsOf(attrs).map((input, k) => {
    if (!used.has(k)) return ''
    if (input === null) {
      params[`c${k}`] = { scalar: attrs.numbers.indexOf(k), integer: leaves[k] === 'int' }
      return `let a${k} = ${leaves[k] === 'int' ? `i32(p.c${k})` : `p.c${k}`};`
    }
    const element = `load_x${input}(${walks.has(input) ? `at${input}(i)` : 'i'})`
    return `let a${k} = ${leaves[k] === 'int' ? `i32(${element})` : element};`
  })
  return { walks: [...walks.values()], params, loads: loads.join(' '), names: leaves.map((_, k) => `a${k}`) }
}

/** Statements that compute the results, and their expressions. */
function resultsOf(
  graph: Graph,
  names: readonly string[],
): { readonly text: string; readonly values: readonly string[] } {
  const lines: string[] = []
  const held = (text: string): string => {
    lines.push(`let v${lines.length} = ${text};`)
    return `v${lines.length - 1}`
  }
  const values = evaluate<string, string>(
    graph,
    { float: stepwise(f32Text, held, 'float'), int: stepwise(i32Text, held, 'int') },
    names,
  )
  return { text: lines.join(' '), values }
}

/** The arithmetic with a name for each step; products and quotients are rounded where they are made. */
function stepwise(text: WgslArith, held: (text: string) => string, kind: Kind): Arith<string, string> {
  const rounded = new Set(kind === 'float' ? ['mul', 'div'] : [])
  const steps = Object.entries(text).map(([name, step]) => {
    if (name === 'constant') return [name, step]
    return [
      name,
      (...args: never[]) => {
        const made = (step as (...args: never[]) => string)(...args)
        return held(rounded.has(name) ? `once(${made})` : made)
      },
    ]
  })
  return Object.fromEntries(steps) as Arith<string, string>
}

/** What a formula's text calls. */
function functionsOf({ walks }: Operands): string {
  return wgslFloats + wgslIntegers + wgslOnce + walks.map(({ text }) => text).join('')
}

function keyOf(attrs: FormulaAttributes): string {
  return JSON.stringify({ ...attrs, shape: undefined })
}

function oneResult(inputs: readonly Descriptor[], attrs: FormulaAttributes, y: Descriptor): Dispatch {
  const operands = operandsOf(inputs, attrs, y.shape)
  const sources = Object.fromEntries(
    inputs.map(({ dtype }, n): [string, Source] => [`x${n}`, { binding: { input: n }, dtype }]),
  )
  const { text, values } = resultsOf(attrs.formula.graph, operands.names)
  return mapElements({
    key: `formula ${keyOf(attrs)}`,
    ...{ sources, params: operands.params, output: { binding: { output: 0 }, dtype: y.dtype }, count: sizeOf(y.shape) },
    functions: functionsOf(operands),
    value: `${operands.loads} ${text} return ${y.dtype === 'uint8' ? `u32(${values[0]})` : values[0]};`,
  })
}

/** Several results, or results in place of operands; each array is one binding, read, written or both. */
function sideBySide(inputs: readonly Descriptor[], attrs: FormulaAttributes, outputs: readonly Descriptor[]): Dispatch {
  const places = attrs.places.map((place) => (place === null ? null : (inputsOf(attrs)[place] as number)))
  const written = new Set(places)
  if (attrs.dtypes.includes('uint8') || inputs.some(({ dtype }, n) => written.has(n) && dtype === 'uint8')) {
    throw new Error(`[${attrs.formula.formula.name}] bytes can't be one of several results`)
  }
  const { shape } = outputs[0] ?? inputs[places[0] as number]
  const operands = operandsOf(inputs, attrs, shape)
  const arrays = [
    ...inputs.map(({ dtype }, n) => ({
      name: `x${n}`,
      binding: { input: n } as Binding,
      dtype,
      written: written.has(n),
    })),
    ...outputs.map(({ dtype }, n) => ({ name: `y${n}`, binding: { output: n } as Binding, dtype, written: true })),
  ]
  const params: Record<string, Param> = { size: sizeOf(shape), ...operands.params }
  for (const { name, binding } of arrays) params[`at_${name}`] = { offset: binding }
  const { text: steps, values } = resultsOf(attrs.formula.graph, operands.names)
  let output = 0
  const stores = places.map((input, i) => {
    const name = input === null ? `y${output++}` : `x${input}`
    return `${name}[p.at_${name} + i] = ${values[i]};`
  })
  const text = () => `
struct Params { ${Object.entries(params).map(fieldOf).join(', ')} }
${arrays.map((array, n) => bindingText(array, n)).join('')}
@group(0) @binding(${arrays.length}) var<uniform> p: Params;
${functionsOf(operands)}
@compute @workgroup_size(${mapSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = ${workgroupIndex} * ${mapSize}u + local;
  if (i >= p.size) { return; }
  ${operands.loads} ${steps} ${stores.join(' ')}
}`
  const fields = Object.entries(params).map(fieldOf)
  const key = `formula ${keyOf(attrs)} ${arrays.map(({ dtype }) => dtype)} ${fields}`
  return {
    shader: { key, text },
    bindings: arrays.map(({ binding }) => binding),
    params: Object.values(params),
    workgroups: workgroupRows(Math.ceil(sizeOf(shape) / mapSize)),
  }
}

function bindingText(
  array: { readonly name: string; readonly dtype: Source['dtype']; readonly written: boolean },
  n: number,
) {
  const { name, dtype, written } = array
  const bytes = dtype === 'uint8'
  const at = `p.at_${name} + i`
  const load = bytes
    ? `let at = ${at}; return (${name}[at >> 2u] >> ((at & 3u) * 8u)) & 255u;`
    : `return ${name}[${at}];`
  return `
@group(0) @binding(${n}) var<storage, ${written ? 'read_write' : 'read'}> ${name}: array<${wgslType(dtype)}>;
fn load_${name}(i: u32) -> ${wgslType(dtype)} { ${load} }`
}
