// A reduction traced for operands of certain kinds: graphs of its stages, and of what becomes of the joined values.
import { type Derived, derive } from '../../arith/derive.ts'
import { type Compute, evaluate, evaluationOrder, type Graph, type Kind, type Node } from '../../arith/graph.ts'
import { trace } from '../../arith/tracer.ts'
import { type Gradients, gradientFormula, Traced } from '../formula/formula.ts'
import { shortName, Traces } from '../operands.ts'
import type { Join } from './join.ts'
import type { Reduction } from './reduction.ts'

/** One reading of all elements: the values of each, and how they are joined. */
export interface TracedStage {
  /** Its leaves are the operands; behind the first stage also all values joined before, and the number of elements. */
  readonly element: Graph
  readonly joins: readonly Join[]
}

/** The graphs of a reduction. */
export class TracedReduction {
  readonly reduction: Reduction
  /** The arithmetic of each operand. */
  readonly leaves: readonly Kind[]
  readonly stages: readonly TracedStage[]
  /** The arithmetic of the values that stages join, in order. */
  readonly joined: readonly Kind[]
  /** What parts are merged by, made of the joined values and the number of elements. */
  readonly state: Graph
  /** The state of two parts together, where joining their values does not give it. */
  readonly merge: Graph | undefined
  /** The results, made of the state and the number of elements. */
  readonly finish: Graph
  /** Results of each element, made of the operands and the results of `finish`. */
  readonly map: Traced | undefined
  /** A step of the last stage that `map` takes again, in both graphs. */
  readonly again: { readonly stage: Node; readonly map: Node } | undefined
  readonly #name: string
  readonly #derived = new Map<string, { readonly joined: Gradients; readonly element: Gradients }>()

  constructor(reduction: Reduction, leaves: readonly Kind[]) {
    const { name, element, joins, later = [], state, merge, finish, map } = reduction
    this.reduction = reduction
    this.leaves = leaves
    const stages: TracedStage[] = [{ element: trace(element, leaves), joins }]
    const joined = kindsOfResults(stages[0].element)
    // the number of elements is of the kind of what it divides
    const [count] = joined
    for (const stage of later) {
      const made = trace(stage.element, [...leaves, ...joined, count])
      stages.push({ element: made, joins: stage.joins })
      joined.push(...kindsOfResults(made))
    }
    for (const stage of stages) {
      const values = stage.element.results.length
      if (values !== stage.joins.length) throw new Error(`[${name}] ${values} values have ${stage.joins.length} joins`)
    }
    if ((stages.length > 1 || state) && !merge) throw new Error(`[${name}] says nothing of how parts are merged`)
    this.stages = stages
    this.joined = joined
    this.state = trace(state ?? firstOf(joined.length), [...joined, count])
    const states = kindsOfResults(this.state)
    this.merge = merge && trace(merge, [...states, ...states])
    this.finish = trace(finish ?? firstOf(states.length), [...states, count])
    this.map = map && mapOf(reduction, map, leaves, kindsOfResults(this.finish))
    this.again = this.map && computedAgain(this, stages[stages.length - 1].element, this.map.graph)
    const sums = stages.length === 1 && !map && !merge && joins.every((join) => join === 'sum')
    if (!reduction.gradient && !sums) throw new Error(`[${name}] only the gradient of sums can be derived`)
    const key = [
      ...stages.map(({ element, joins }) => `${element.key} ${joins}`),
      ...[this.state, this.merge, this.finish, this.map?.graph].map((graph) => graph?.key ?? ''),
    ].join('|')
    this.#name = shortName(key)
  }

  /** Plans are kept by what is computed, not by its name. */
  toJSON(): string {
    return this.#name
  }

  /** Gradients of sums: of the joined values from those of the results, then of operands from those of the values. */
  derived(wanted: readonly number[]) {
    const key = wanted.join()
    let held = this.#derived.get(key)
    if (!held) {
      const kinds = this.joined
      const finish: Compute = (m, ...joined) => evaluate(this.finish, { float: m, int: m }, joined)
      const joined = derive({ compute: finish }, [...kinds, kinds[0]], [...kinds.keys()], { results: false })
      const element = derive({ compute: this.reduction.element }, this.leaves, wanted, { results: false })
      const withFormula = (made: Derived) => ({ ...made, traced: gradientFormula(this.reduction.name, made.graph) })
      held = { joined: withFormula(joined), element: withFormula(element) }
      this.#derived.set(key, held)
    }
    return held
  }
}

const kindsOfResults = ({ results }: Graph): Kind[] => results.map(({ kind }) => kind)

const firstOf =
  (count: number): Compute =>
  (_m, ...values) =>
    values.slice(0, count)

function mapOf({ name }: Reduction, compute: Compute, leaves: readonly Kind[], results: readonly Kind[]): Traced {
  return new Traced({ name, compute }, trace(compute, [...leaves, ...results]))
}

/** Steps that cost more than to keep what they gave. */
export const costly: ReadonlySet<string> = new Set(['exp', 'log', 'power', 'tanh'])

/** The last costly step of the last stage that results of elements are made of, too: it is kept, not taken twice. */
function computedAgain({ leaves, finish, state, joined }: TracedReduction, stage: Graph, map: Graph) {
  const joinedLeaf = (k: number) => (k < joined.length ? `joined${k}` : 'count')
  const stateNames = state.results.map((node) => (node.op === 'leaf' ? joinedLeaf(node.value) : undefined))
  const finishNames = finish.results.map((node) => (node.op === 'leaf' ? stateNames[node.value] : undefined))
  const operand = (k: number) => (k < leaves.length ? `x${k}` : undefined)
  const spelledStage = spelling((k) => operand(k) ?? joinedLeaf(k - leaves.length))
  const spelledMap = spelling((k) => operand(k) ?? finishNames[k - leaves.length] ?? `finished${k}`)
  const costlyOf = ({ results }: Graph) => evaluationOrder(results).filter(({ op }) => costly.has(op))
  const wanted = new Map(costlyOf(map).map((node) => [spelledMap(node), node]))
  const found = costlyOf(stage).findLast((node) => wanted.has(spelledStage(node)))
  return found && { stage: found, map: wanted.get(spelledStage(found)) as Node }
}

/** Spells nodes such that equal texts mean equal values, for leaves of these names. */
function spelling(leaf: (index: number) => string): (node: Node) => string {
  const spelled = (node: Node): string => {
    if (node.op === 'leaf') return leaf(node.value)
    if (node.op === 'constant') return `${node.kind} ${Object.is(node.value, -0) ? '-0' : node.value}`
    return `${node.op}(${node.args.map(spelled)})`
  }
  return spelled
}

const traces = new Traces<Reduction, TracedReduction>()

/** The reduction traced for operands of these kinds. */
export function tracedReduction(reduction: Reduction, kinds: readonly Kind[]): TracedReduction {
  return traces.get(reduction, kinds.join(), () => new TracedReduction(reduction, kinds))
}
