// reduction on the GPU: joined in passes, so that a result of many elements keeps many invocations busy.
import { numbers } from '../../arith/arith.ts'
import { evaluate, type Graph, type Kind } from '../../arith/graph.ts'
import type { Descriptor } from '../../core/engine.ts'
import { sharesWords } from '../../kernel/wgsl/elements.ts'
import { f32Text, i32Text } from '../../kernel/wgsl/formula.ts'
import { functionsOf, graphText } from '../../kernel/wgsl/graphText.ts'
import { repeatedSteps, walk } from '../../kernel/wgsl/indexing.ts'
import { wgslConstant } from '../../kernel/wgsl/math.ts'
import { partsOf } from '../../kernel/wgsl/passes.ts'
import type { Binding, Dispatch, Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { type KernelArray, mapResults, type ResultsKernel } from '../../kernel/wgsl/sideBySide.ts'
import { formulaDispatches, mostBuffers } from '../formula/formula.wgsl.ts'
import { usedLeaves, withIotas } from '../operands.ts'
import { countOf, elementsShape, outputsOf, type ReductionAttributes, sourcesOfReduction } from './attributes.ts'
import { heldAs, joined, startOf } from './join.ts'
import { mapAttributes } from './map.ts'
import type { TracedReduction, TracedStage } from './traced.ts'

const text = { float: f32Text, int: i32Text }
const kindsOf = ({ results }: Graph) => results.map(({ kind }) => kind)

/** The sizes of a pass: it joins `count` elements, or states, to `parts` for each of `results`. */
interface Sizes {
  readonly results: number
  readonly parts: number
  readonly count: number
  /** Elements of a result, before any pass. */
  readonly all: number
  /** Whether the elements of a result are neighbours in memory, or the results. */
  readonly along: boolean
}

/** Part t of a result joins the elements t, t + parts, t + 2 parts…, so that neighbours read neighbours. */
export const reductionWgsl: WgslKernel<ReductionAttributes> = {
  plan(inputs, attrs) {
    const { reduction, axes, dtypes } = attrs
    const shape = elementsShape(inputs, attrs)
    const all = countOf(shape, axes)
    const results = shape.reduce((product, size, axis) => (axes.includes(axis) ? product : product * size), 1)
    const along = axes.includes(shape.length - 1)
    const workspace: number[] = []
    const take = (values: number): Binding => ({ workspace: workspace.push(Math.max(1, values) * 4) - 1 })
    const dispatches: Dispatch[] = []
    const finished = outputsOf(reduction).slice(0, reduction.finish.results.length)
    const wanted = finished.map((output) => output !== null || reduction.map !== undefined)
    let ends: (Binding | null)[] = []
    let count = all
    for (let held: readonly Binding[] | undefined; ; ) {
      const parts = partsOf(count)
      const sizes = { results, parts, count, all, along }
      const joining = held ? mergeText(reduction, held, along) : stagesText(inputs, attrs, shape, sizes)
      if (parts > 1) {
        const states = reduction.state.results
        held = states.map(() => take(results * parts))
        const to = held.map((binding, i) => ({ binding, dtype: heldAs(states[i].kind) }) as const)
        const values = to.map((_, i) => ({ to: i, value: `s${i}` }))
        dispatches.push(mapResults(passOf(joining, sizes, to, '', values)))
        count = parts
        continue
      }
      ends = finished.map((output, i) => (output !== null ? { output } : wanted[i] ? take(results) : null))
      const made = finishText(reduction, all)
      const to = ends.flatMap((binding, i) => (binding ? [{ binding, dtype: dtypes[i] }] : []))
      const values = made.values.filter((_, i) => ends[i]).map((value, i) => ({ to: i, value }))
      const pass = (results: typeof to, stored: typeof values) =>
        mapResults(passOf(joining, sizes, results, made.statements, stored))
      // of several results those that share words are made alone
      const apart = to.some(({ dtype }) => sharesWords(dtype))
      const together = apart ? 1 : Math.max(1, mostBuffers - joining.arrays.length)
      for (let i = 0; i < to.length; i += together) {
        const part = values.slice(i, i + together).map(({ value }, n) => ({ to: n, value }))
        dispatches.push(pass(to.slice(i, i + together), part))
      }
      break
    }
    const note = dispatches.length > 1 ? { note: `${dispatches.length} passes` } : {}
    if (reduction.map) {
      const { formula, arrays } = mapAttributes(attrs, inputs, shape)
      const bindings = [...inputs.map((_, input): Binding => ({ input })), ...(ends as Binding[])]
      const elements = outputsOf(reduction).slice(finished.length) as number[]
      const bound = arrays.map((array, i) => ({ ...array, binding: bindings[i] }))
      dispatches.push(
        ...formulaDispatches(
          formula,
          bound,
          elements.map((output) => ({ output })),
          shape,
        ),
      )
    }
    return { workspace, dispatches, ...note }
  },
}

/** Statements of a pass that leave a state, or the joined values, in `s0`, `s1`…, and what they need. */
interface Joining {
  readonly arrays: readonly KernelArray[]
  readonly params: Readonly<Record<string, Param>>
  readonly functions: string
  readonly statements: string
  readonly readings: number
}

function passOf(
  { arrays, params, functions, statements, readings }: Joining,
  { results, parts, count, all, along }: Sizes,
  outputs: ResultsKernel['outputs'],
  finish: string,
  values: ResultsKernel['values'],
): ResultsKernel {
  return {
    inputs: arrays,
    outputs,
    count: results * parts,
    reads: readings * arrays.length * Math.ceil(count / parts),
    params: { count, parts, results: Math.max(1, results), all: { float: all }, ...params },
    functions,
    statements: `let r = ${along ? 'i / p.parts' : 'i % p.results'};
  let part = ${along ? 'i % p.parts' : 'i / p.results'};
  ${statements}
  ${finish}`,
    values,
  }
}

/** The number of elements as the arithmetic of a kind has it. */
const countText = (count: string, kind: Kind) => (kind === 'float' ? `f32(${count})` : `i32(${count})`)

/** Statements that finish a state. */
function finishText(reduction: TracedReduction, all: number) {
  const { finish, state, joined: kinds, stages } = reduction
  const states = state.results.map((_, i) => `s${i}`)
  if (all === 0) {
    // a GPU need not know what 0 / 0 is
    const joins = stages.flatMap((stage) => stage.joins)
    const starts = joins.map((join, i) => startOf(join, kinds[i]))
    const exact = { float: numbers, int: numbers }
    const made = evaluate(finish, exact, [...evaluate(state, exact, [...starts, 0]), 0])
    return {
      statements: '',
      values: made.map((x, i) => wgslConstant(finish.results[i].kind === 'int' ? x || 0 : x, finish.results[i].kind)),
    }
  }
  return graphText(finish, [...states, kinds[0] === 'float' ? 'p.all' : 'i32(p.all)'], 'f')
}

/** States of parts that an earlier pass left, merged; the first one is there always. */
function mergeText(reduction: TracedReduction, held: readonly Binding[], along: boolean): Joining {
  const { state, merge, stages } = reduction
  const kinds = kindsOf(state)
  const at = along ? 'r * p.count + k' : 'k * p.results + r'
  const arrays = held.map((binding, i): KernelArray => ({ name: `h${i}`, binding, dtype: heldAs(kinds[i]) }))
  const loads = kinds.map((_, i) => `let b${i} = load_h${i}(${at});`).join(' ')
  const all = (name: string) => kinds.map((_, i) => `${name}${i}`)
  const merged = merge
    ? graphText(merge, [...all('s'), ...all('b')], 'm')
    : {
        statements: '',
        values: stages[0].joins.map((join, i) => joined<string, string>(text[kinds[i]], join, `s${i}`, `b${i}`)),
      }
  const starts = merge
    ? `var k = part; ${kinds.map((_, i) => `var s${i} = load_h${i}(${at});`).join(' ')} k += p.parts;`
    : `var k = part; ${kinds.map((kind, i) => `var s${i} = ${wgslConstant(startOf(stages[0].joins[i], kind), kind)};`).join(' ')}`
  return {
    arrays,
    params: {},
    functions: functionsOf(...stages.map(({ element }) => element), state, reduction.finish, ...(merge ? [merge] : [])),
    statements: `${starts}
  for (; k < p.count; k += p.parts) { ${loads} ${merged.statements} ${assigned(merged.values)} }`,
    readings: 1,
  }
}

/** All values are computed before any is assigned. */
const assigned = (values: readonly string[]) =>
  [...values.map((value, i) => `let n${i} = ${value};`), ...values.map((_, i) => `s${i} = n${i};`)].join(' ')

/** Elements of the operands, each along the kept axes by `r` and along the reduced ones by `k`, read once a stage. */
function stagesText(
  inputs: readonly Descriptor[],
  attrs: ReductionAttributes,
  shape: readonly number[],
  { parts }: Sizes,
): Joining {
  const { reduction, axes, numbers } = attrs
  const { leaves, stages, state, joined: kinds } = reduction
  const params: Record<string, Param> = {}
  const kept = [...shape.keys()].filter((axis) => !axes.includes(axis))
  const sources = withIotas(inputs, attrs)
  const walks = sources.map((source, n) => {
    const steps = repeatedSteps(source.shape, shape)
    return [['outer', kept] as const, ['inner', axes] as const].map(([name, along]) => {
      const made = walk(
        `${name}${n}`,
        along.map((axis) => shape[axis]),
        along.map((axis) => steps[axis]),
      )
      Object.assign(params, made.params)
      return made.text
    })
  })
  const operands = sourcesOfReduction(attrs)
  const loads = operands.map((source, k) => {
    const whole = leaves[k] === 'int'
    if (source === null) {
      params[`c${k}`] = { scalar: numbers.indexOf(k), integer: whole }
      return `let a${k} = ${whole ? `i32(p.c${k})` : `p.c${k}`};`
    }
    const place = `outer${source}(r) + inner${source}(k)`
    const element = sources[source].iota ? place : `load_x${source}(${place})`
    return `let a${k} = ${whole ? `i32(${element})` : element};`
  })
  const used = new Set<number>()
  let before = 0
  const loops = stages.map((stage, n) => {
    const first = before
    before += stage.joins.length
    const earlier = kinds.slice(0, first).map((_, i) => `j${i}`)
    const names = [...leaves.map((_, k) => `a${k}`), ...earlier, 'own']
    for (const k of usedLeaves(stage.element)) if (k < operands.length) used.add(k)
    return stageText(stage, n, first, names, loads)
  })
  const states = graphText(state, [...kinds.map((_, i) => `j${i}`), 'own'], 't')
  const read = new Set([...used].map((k) => operands[k]))
  return {
    arrays: inputs.flatMap(({ dtype }, n): KernelArray[] =>
      read.has(n) ? [{ name: `x${n}`, binding: { input: n }, dtype }] : [],
    ),
    params,
    functions: `${functionsOf(...stages.map(({ element }) => element), state, reduction.finish)}${walks.flat().join('')}`,
    statements: `let own = ${countText(parts === 1 ? 'p.count' : '(p.count - part + p.parts - 1u) / p.parts', kinds[0])};
  ${loops.join('\n  ')}
  ${states.statements} ${states.values.map((value, i) => `let s${i} = ${value};`).join(' ')}`,
    readings: stages.length,
  }
}

/** The loop of a stage, which leaves its values in `j` from number `first` on. */
function stageText(
  { element, joins }: TracedStage,
  stage: number,
  first: number,
  names: readonly string[],
  loads: readonly string[],
): string {
  const kinds = kindsOf(element)
  const needed = usedLeaves(element)
  const { statements, values } = graphText(element, names, `v${stage}_`)
  const starts = joins.map((join, i) => `var j${first + i} = ${wgslConstant(startOf(join, kinds[i]), kinds[i])};`)
  const steps = joins.map(
    (join, i) => `j${first + i} = ${joined<string, string>(text[kinds[i]], join, `j${first + i}`, values[i])};`,
  )
  const loaded = loads.filter((_, k) => needed.has(k)).join(' ')
  return `${starts.join(' ')}
  for (var k = part; k < p.count; k += p.parts) { ${loaded} ${statements} ${steps.join(' ')} }`
}
