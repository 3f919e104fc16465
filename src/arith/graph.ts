// A formula as a graph of its arithmetic: evaluated by any arithmetic, derived, or named by its key.
import type { Arith, Value } from './arith.ts'

/** The arithmetic of a value: floats, or integers modulo 2³². */
export type Kind = 'float' | 'int'

/** Names of the operations of the arithmetic. */
export type Operation = Exclude<keyof Arith<never, never>, 'constant'>

/** One step of a formula. Nodes are numbered in the order of evaluation; equal steps of one graph are one node. */
export class Node {
  readonly id: number
  readonly op: Operation | 'constant' | 'leaf'
  /** The nodes that the step reads. */
  readonly args: readonly Node[]
  /** The arithmetic of its value; of what it compares, for a comparison. */
  readonly kind: Kind
  /** The number of a constant, or the index of a leaf. */
  readonly value: number
  /** The formula whose result the node is, if that has a derivative of its own. */
  call?: Call

  constructor(id: number, op: Node['op'], args: readonly Node[], kind: Kind, value: number) {
    this.id = id
    this.op = op
    this.args = args
    this.kind = kind
    this.value = value
  }

  /** A formula is called once for all elements, so that `x > 0` and `x + 1` can't mean anything. */
  [Symbol.toPrimitive](): never {
    throw new TypeError('a value of a formula is no number: use m.add, m.less and so on, and choose with m.select')
  }
}

/** A traced formula. */
export interface Graph {
  /** The arithmetic of each operand. */
  readonly leaves: readonly Kind[]
  readonly results: readonly Node[]
  /** Names the graph: equal keys mean equal results. */
  readonly key: string
}

/** Formulas over the arithmetic: one element of each result from one of each operand. */
export type Compute = <V, M>(m: Arith<V, M>, ...operands: V[]) => Value<V> | readonly Value<V>[]

/** A derivative that a formula gives itself: of operand `k`, for the gradient `dy` of its one result `y`. */
export type Derivative = <V, M>(m: Arith<V, M>, k: number, dy: V, operands: readonly V[], y: V) => Value<V>

/** A formula that other formulas may call: what it computes, and its derivative where the derived one is worse. */
export interface Callable {
  readonly compute: Compute
  readonly derivative?: Derivative
}

/** Applies a formula with one result within another; its own derivative, if it has one, is kept. */
export function call<V, M>(m: Arith<V, M>, formula: Callable, ...operands: V[]): V {
  const [result] = listed<V>(formula.compute<V, M>(m, ...operands))
  if (formula.derivative) mark(result, { formula, operands })
  return typeof result === 'number' ? m.constant(result) : result
}

/** The results of a formula as a list. */
export function listed<V>(results: Value<V> | readonly Value<V>[]): readonly Value<V>[] {
  return Array.isArray(results) ? results : [results as Value<V>]
}

/** A call of a formula that has a derivative of its own. */
export interface Call {
  readonly formula: Callable
  readonly operands: readonly Node[]
}

/** Notes on a node that it is the result of a call; values of other arithmetics carry no notes. */
function mark(result: unknown, { formula, operands }: { formula: Callable; operands: readonly unknown[] }): void {
  if (!(result instanceof Node) || operands.includes(result)) return
  if (operands.every((operand) => operand instanceof Node)) result.call = { formula, operands }
}

/** The graph of some results. */
export function graphOf(leaves: readonly Kind[], results: readonly Node[]): Graph {
  const order = evaluationOrder(results)
  const places = new Map(order.map((node, i) => [node, i]))
  const lines = order.map(({ op, kind, value, args }) => {
    const what =
      op === 'constant' || op === 'leaf' ? `${op === 'leaf' ? 'x' : '='}${Object.is(value, -0) ? '-0' : value}` : op
    return [`${what}${kind === 'int' ? 'i' : ''}`, ...args.map((arg) => places.get(arg))].join(' ')
  })
  const key = `${lines.join(';')}>${results.map((node) => places.get(node)).join()}`
  return { leaves, results, key }
}

/** All nodes that the results need, each behind those that it reads; nodes `known` need no others. */
export function evaluationOrder(results: readonly Node[], known?: { has(node: Node): boolean }): Node[] {
  const needed = new Set<Node>()
  const waiting = [...results]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (needed.has(node)) continue
    needed.add(node)
    if (!known?.has(node)) waiting.push(...node.args)
  }
  return [...needed].sort((a, b) => a.id - b.id)
}

/** The steps that need none of the leaves which vary, and no node `known` that does. */
export function steadyNodes(
  { results }: Pick<Graph, 'results'>,
  varies: (leaf: number) => boolean,
  known: ReadonlySet<Node> = new Set(),
): Node[] {
  const moving = new Set<Node>(known)
  const order = evaluationOrder(results, known)
  for (const node of order) {
    if (node.op === 'leaf' ? varies(node.value) : node.args.some((arg) => moving.has(arg))) moving.add(node)
  }
  return order.filter((node) => !moving.has(node) && node.op !== 'leaf' && node.op !== 'constant')
}

/** The results of a graph for the operands given, by the arithmetic of each kind; nodes `known` are not computed. */
export function evaluate<V, M>(
  graph: Pick<Graph, 'results'>,
  arithmetics: Readonly<Record<Kind, Arith<V, M>>>,
  operands: readonly V[],
  known?: ReadonlyMap<Node, V>,
): V[] {
  return evaluator(graph, arithmetics, known)(operands)
}

/** A function that evaluates a graph many times. */
export function evaluator<V, M>(
  { results }: Pick<Graph, 'results'>,
  arithmetics: Readonly<Record<Kind, Arith<V, M>>>,
  known: ReadonlyMap<Node, V> = new Map(),
): (operands: readonly V[]) => V[] {
  const order = evaluationOrder(results, known)
  const places = new Map(order.map((node, i) => [node, i]))
  const placesOf = (nodes: readonly Node[]) => nodes.map((node) => places.get(node) as number)
  const steps = order.map((node) => ({ node, args: placesOf(node.args), step: stepOf(node, arithmetics) }))
  const wanted = placesOf(results)
  // written anew at each call
  const values: V[] = []
  return (operands) => {
    for (const [i, { node, args, step }] of steps.entries()) {
      const value = known.get(node) ?? step(operands, values, args)
      values[i] = value
      if (node.call && !known.has(node)) {
        mark(value, { ...node.call, operands: node.call.operands.map((arg) => values[places.get(arg) as number]) })
      }
    }
    return wanted.map((place) => values[place])
  }
}

/** How a node's value is made: of the operands, and of the values of earlier nodes at the places `args`. */
function stepOf<V, M>(
  { op, kind, value, args }: Node,
  arithmetics: Readonly<Record<Kind, Arith<V, M>>>,
): (operands: readonly V[], values: readonly V[], args: readonly number[]) => V {
  if (op === 'leaf') return (operands) => operands[value]
  if (op === 'constant') return () => arithmetics[kind].constant(value, kind)
  // a conversion is the business of the arithmetic that its operand is of
  const by = arithmetics[op === 'toFloat' || op === 'toInt' ? args[0].kind : kind]
  const step = (by[op] as (...args: readonly unknown[]) => V).bind(by)
  if (args.length === 1) return (_operands, values, at) => step(values[at[0]])
  if (args.length === 2) return (_operands, values, at) => step(values[at[0]], values[at[1]])
  return (_operands, values, at) => step(values[at[0]], values[at[1]], values[at[2]])
}
