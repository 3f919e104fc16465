// Elements as a pass reads them, and how their values are joined in blocks.
import { evaluate, type Graph, type Node, steadyNodes } from '../../arith/graph.ts'
import { type Body, i32, type Local } from '../../kernel/wasm/asm.ts'
import type { Lanes } from '../../kernel/wasm/elements.ts'
import { least } from '../../kernel/wasm/loops.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { arithmetics } from '../../kernel/wasm/simd.ts'
import { usedLeaves } from '../operands.ts'
import { type Accumulator, join, start } from './lanes.ts'
import type { TracedReduction } from './traced.ts'
import type { PassSpec, Unit } from './units.wasm.ts'

type I32 = Local<'i32'>
type V128 = Local<'v128'>

/** One reading of the sources of a pass. */
export interface Reading {
  /** The values of an element; undefined where sources are the values. */
  readonly graph: Graph | undefined
  readonly accumulators: readonly Accumulator[]
  /** The sources that it loads. */
  readonly used: ReadonlySet<number>
}

/** The readings of a pass: its stages, or one of values that were joined before. */
export function readingsOf({ reduction, first, operands, sources }: PassSpec): Reading[] {
  const { stages } = reduction
  if (!first) {
    return [{ graph: undefined, accumulators: accumulatorsOf(stages[0]), used: new Set(sources.keys()) }]
  }
  return stages.map((stage) => ({
    graph: stage.element,
    accumulators: accumulatorsOf(stage),
    used: usedSources(stage.element, operands),
  }))
}

/** The sources that a graph needs whose first leaves are the operands, where some nodes are known. */
export function usedSources(
  graph: Graph,
  operands: readonly (number | null)[],
  known?: ReadonlySet<Node>,
): ReadonlySet<number> {
  const leaves = usedLeaves(graph, known)
  return new Set(operands.filter((source, k): source is number => source !== null && leaves.has(k)))
}

const accumulatorsOf = ({ element, joins }: PassSpec['reduction']['stages'][number]): Accumulator[] =>
  element.results.map(({ kind }, i) => ({ kind, join: joins[i] }))

/** A step of the last stage that is kept for the results of elements: where they go there is room for it. */
export function keptOf({ reduction, elements }: PassSpec): TracedReduction['again'] {
  return elements[0] === 'float32' ? reduction.again : undefined
}

/** Operands as the leaves of a graph, of sources as they are loaded. */
export function leavesOf({ operands, numbers }: PassSpec, unit: Unit, loaded: readonly (Lanes | undefined)[]): Lanes[] {
  // what is not loaded is no leaf that is needed
  return operands.map((source, k) => (source === null ? unit.numbers[numbers.indexOf(k)] : (loaded[source] as Lanes)))
}

/** The values to be joined, where some nodes are known. */
export function valuesOf(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  { graph }: Reading,
  loaded: readonly (Lanes | undefined)[],
  earlier: readonly Lanes[],
  known?: ReadonlyMap<Node, Lanes>,
): Lanes[] {
  if (!graph) return loaded.map((value) => f.let(value as Lanes))
  return evaluated(f, spec, graph, [...leavesOf(spec, unit, loaded), ...earlier, unit.part], known)
}

/** What an element is made of that is alike along a row or column, whose sources `held` stay. */
export function steadyValues(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  { graph }: Reading,
  held: readonly (Lanes | undefined)[],
  earlier: readonly Lanes[],
  known?: ReadonlySet<Node>,
): Map<Node, Lanes> {
  if (!graph) return new Map()
  return steady(f, spec, unit, graph, [...leavesOf(spec, unit, held), ...earlier, unit.part], known)
}

/** The steps of a graph that read nothing which moves along a row or column, held in locals. */
export function steady(
  f: Body,
  spec: PassSpec,
  unit: Unit,
  graph: Pick<Graph, 'results'>,
  leaves: readonly Lanes[],
  known?: ReadonlySet<Node>,
): Map<Node, Lanes> {
  const moves = (leaf: number) => {
    const source = leaf < spec.operands.length ? spec.operands[leaf] : null
    return source !== null && unit.sources[source].step !== 0
  }
  const nodes = steadyNodes(graph, moves, known)
  const values = evaluated(f, spec, { results: nodes }, leaves)
  return new Map(nodes.map((node, i) => [node, f.let(values[i])]))
}

/** The results of a graph on lanes. */
export function evaluated(
  f: Body,
  { rung }: PassSpec,
  graph: Pick<Graph, 'results'>,
  leaves: readonly Lanes[],
  known?: ReadonlyMap<Node, Lanes>,
): Lanes[] {
  return evaluate<Lanes, Lanes>(graph, arithmetics(f, rung), leaves, known)
}

/** Rounds that are joined before their result joins the total, so that long sums stay exact. */
const block = 64

/** Joins what `visit` gives in `rounds` rounds, in blocks; for each vector one local for each value. */
export function gather(
  f: Body,
  rung: Rung,
  accumulators: readonly Accumulator[],
  rounds: I32,
  bumps: readonly (readonly [I32, I32 | number])[],
  vectors: readonly number[],
  visit: () => Lanes[][],
): V128[][] {
  const fresh = () => vectors.map(() => accumulators.map((of) => f.let(start(of))))
  const [totals, sums] = [fresh(), fresh()]
  const joinTo = (to: readonly V128[], values: readonly Lanes[]) =>
    to.forEach((held, i) => held.set(join(f, rung, accumulators[i], held, values[i])))
  const short = f.let(least(rounds, block))
  // the first block's result is the total
  f.times(short, () => visit().forEach((values, i) => joinTo(totals[i], values)), bumps)
  const left = f.let(i32.sub(rounds, short))
  f.while(left, () => {
    const now = f.let(least(left, block))
    for (const held of sums) held.forEach((sum, i) => sum.set(start(accumulators[i])))
    f.times(now, () => visit().forEach((values, i) => joinTo(sums[i], values)), bumps)
    totals.forEach((held, i) => joinTo(held, sums[i]))
    left.set(i32.sub(left, now))
  })
  return totals
}
