// reduction on the GPU: joined in passes, so that a result of many elements keeps many invocations busy.
import { numbers } from '../../arith/arith.ts'
import { evaluate, type Kind } from '../../arith/graph.ts'
import type { Descriptor } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import { f32Text, i32Text } from '../../kernel/wgsl/formula.ts'
import { functionsOf, graphText } from '../../kernel/wgsl/graphText.ts'
import { repeatedSteps, walk } from '../../kernel/wgsl/indexing.ts'
import { wgslFloat } from '../../kernel/wgsl/math.ts'
import { partsOf } from '../../kernel/wgsl/passes.ts'
import type { Binding, Dispatch, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { type KernelArray, mapResults } from '../../kernel/wgsl/sideBySide.ts'
import { countOf, elementsShape, inputsOf, joined, type ReductionAttributes, startOf } from './reduction.ts'

/** What a pass reads for element `k` of result `r`: statements, and the names of the values that are joined. */
interface Elements {
  readonly arrays: readonly KernelArray[]
  readonly params: Readonly<Record<string, Param>>
  readonly functions: string
  readonly statements: string
  readonly values: readonly string[]
}

/** Part t of a result joins the elements t, t + parts, t + 2 parts…, so that neighbours read neighbours. */
export const reductionWgsl: WgslKernel<ReductionAttributes> = {
  plan(inputs, attrs, outputs) {
    const { reduction, axes } = attrs
    const kinds = reduction.element.results.map(({ kind }) => kind)
    const shape = elementsShape(reduction.reduction.name, inputs)
    const results = sizeOf(outputs[0].shape)
    const along = axes.includes(shape.length - 1)
    const workspace: number[] = []
    const dispatches: Dispatch[] = []
    let count = countOf(shape, axes)
    let held: Binding[] | undefined
    for (;;) {
      const parts = partsOf(count)
      const elements = held ? heldElements(held, kinds, along) : firstElements(inputs, attrs, shape)
      const to =
        parts > 1
          ? kinds.map((): Binding => ({ workspace: workspace.push(Math.max(1, results * parts) * 4) - 1 }))
          : undefined
      dispatches.push(
        pass(attrs, elements, { results, parts, count, all: countOf(shape, axes), along, first: !held }, outputs, to),
      )
      if (!to) return { workspace, dispatches, ...(dispatches.length > 1 && { note: `${dispatches.length} passes` }) }
      held = to
      count = parts
    }
  },
}

/** The sizes of a pass. */
interface Sizes {
  readonly results: number
  readonly parts: number
  readonly count: number
  /** Elements of a result, before any pass. */
  readonly all: number
  /** Whether the elements of a result are neighbours in memory, or the results. */
  readonly along: boolean
  readonly first: boolean
}

function pass(
  attrs: ReductionAttributes,
  { arrays, params, functions, statements, values }: Elements,
  { results, parts, count, all, along, first }: Sizes,
  outputs: readonly Descriptor[],
  to: readonly Binding[] | undefined,
): Dispatch {
  const { reduction, dtypes } = attrs
  const kinds = reduction.element.results.map(({ kind }) => kind)
  const { joins } = reduction.reduction
  const text = { float: f32Text, int: i32Text }
  const starts = joins.map((join, i) => `var s${i} = ${startText(startOf(join, kinds[i]), kinds[i])};`)
  const steps = joins.map((join, i) => `s${i} = ${joined<string, string>(text[kinds[i]], join, `s${i}`, values[i])};`)
  const finished = to ? { statements: '', values: kinds.map((_, i) => `s${i}`) } : finishText(attrs, all)
  return mapResults({
    key: `reduction ${JSON.stringify(reduction)} ${attrs.numbers} by ${along ? 'elements' : 'results'} ${first} ${to ? 'held' : `finished ${dtypes} ${all === 0}`}`,
    inputs: arrays,
    outputs: to
      ? to.map((binding, i) => ({ binding, dtype: kinds[i] === 'float' ? 'float32' : 'int32' }))
      : outputs.map(({ dtype }, output) => ({ binding: { output }, dtype })),
    count: results * parts,
    reads: arrays.length * Math.ceil(count / parts),
    params: {
      count,
      parts,
      results: Math.max(1, results),
      all: kinds[0] === 'float' ? { float: all } : all,
      ...params,
    },
    functions: functionsOf(reduction.element, reduction.finish) + functions,
    statements: `let r = ${along ? 'i / p.parts' : 'i % p.results'};
  let part = ${along ? 'i % p.parts' : 'i / p.results'};
  ${starts.join(' ')}
  for (var k = part; k < p.count; k += p.parts) { ${statements} ${steps.join(' ')} }
  ${finished.statements}`,
    values: finished.values.map((value, i) => ({ to: i, value })),
  })
}

const startText = (start: number, kind: Kind) =>
  kind === 'float' ? wgslFloat(start) : start === -(2 ** 31) ? '(-2147483647i - 1i)' : `${start}i`

/** Statements that finish the joined values. */
function finishText({ reduction }: ReductionAttributes, all: number) {
  const { finish, element } = reduction
  const kinds = element.results.map(({ kind }) => kind)
  if (all === 0) {
    // a GPU need not know what 0 / 0 is
    const starts = reduction.reduction.joins.map((join, i) => startOf(join, kinds[i]))
    const made = evaluate(finish, { float: numbers, int: numbers }, [...starts, 0])
    return {
      statements: '',
      values: made.map((x, i) => startText(finish.results[i].kind === 'int' ? x || 0 : x, finish.results[i].kind)),
    }
  }
  const count = kinds[0] === 'float' ? 'p.all' : 'i32(p.all)'
  return graphText(finish, [...kinds.map((_, i) => `s${i}`), count], 'f')
}

/** Values that an earlier pass joined. */
function heldElements(held: readonly Binding[], kinds: readonly Kind[], along: boolean): Elements {
  const at = along ? 'r * p.count + k' : 'k * p.results + r'
  const arrays = held.map((binding, i): KernelArray => {
    return { name: `h${i}`, binding, dtype: kinds[i] === 'float' ? 'float32' : 'int32' }
  })
  return { arrays, params: {}, functions: '', statements: '', values: kinds.map((_, i) => `load_h${i}(${at})`) }
}

/** Elements of the operands, each along the kept axes by `r` and along the reduced ones by `k`. */
function firstElements(inputs: readonly Descriptor[], attrs: ReductionAttributes, shape: readonly number[]): Elements {
  const { leaves } = attrs.reduction.element
  const params: Record<string, Param> = {}
  const kept = [...shape.keys()].filter((axis) => !attrs.axes.includes(axis))
  const walks = inputs.map((input, n) => {
    const steps = repeatedSteps(input.shape, shape)
    return [['outer', kept] as const, ['inner', attrs.axes] as const].map(([name, axes]) => {
      const made = walk(
        `${name}${n}`,
        axes.map((axis) => shape[axis]),
        axes.map((axis) => steps[axis]),
      )
      Object.assign(params, made.params)
      return made.text
    })
  })
  const loads = inputsOf(attrs).map((input, k) => {
    const whole = leaves[k] === 'int'
    if (input === null) {
      params[`c${k}`] = { scalar: attrs.numbers.indexOf(k), integer: whole }
      return `let a${k} = ${whole ? `i32(p.c${k})` : `p.c${k}`};`
    }
    const element = `load_x${input}(outer${input}(r) + inner${input}(k))`
    return `let a${k} = ${whole ? `i32(${element})` : element};`
  })
  const { statements, values } = graphText(
    attrs.reduction.element,
    leaves.map((_, k) => `a${k}`),
  )
  return {
    arrays: inputs.map(({ dtype }, n): KernelArray => ({ name: `x${n}`, binding: { input: n }, dtype })),
    params,
    functions: walks.flat().join(''),
    statements: `${loads.join(' ')} ${statements}`,
    values,
  }
}
