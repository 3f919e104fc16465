// Graphs of formulas as WGSL statements: a name for each step, products and sums rounded where they are made.
import type { Arith } from '../../arith/arith.ts'
import { evaluate, evaluationOrder, type Graph, type Kind } from '../../arith/graph.ts'
import { f32Text, i32Text, type WgslArith, wgslFloats, wgslIntegers } from './formula.ts'

/** Statements that compute the results of a graph, and their expressions. */
export interface GraphText {
  readonly statements: string
  readonly values: readonly string[]
}

/** Floats that a compiler could regroup or contract. */
const rounded = new Set(['add', 'div', 'mul', 'sub'])

/** The text of a graph for the operands given; `name` starts the names of its steps. Needs `functionsOf`. */
export function graphText({ results }: Pick<Graph, 'results'>, operands: readonly string[], name = 'v'): GraphText {
  const lines: string[] = []
  const held = (text: string): string => {
    lines.push(`let ${name}${lines.length} = ${text};`)
    return `${name}${lines.length - 1}`
  }
  const arithmetics = { float: stepwise(f32Text, held, 'float'), int: stepwise(i32Text, held, 'int') }
  const values = evaluate<string, string>({ results }, arithmetics, operands)
  return { statements: lines.join(' '), values }
}

/** The functions that the text of some graphs calls. */
export function functionsOf(...graphs: readonly Pick<Graph, 'results'>[]): string {
  const kinds = new Set(graphs.flatMap(({ results }) => evaluationOrder(results).map(({ kind }) => kind)))
  return `${wgslFloats}${kinds.has('int') ? wgslIntegers : ''}`
}

function stepwise(text: WgslArith, held: (text: string) => string, kind: Kind): Arith<string, string> {
  const steps = Object.entries(text).map(([name, step]) => {
    if (name === 'constant') return [name, step]
    const make = step as (...args: readonly string[]) => string
    const round = kind === 'float' && rounded.has(name)
    return [name, (...args: readonly string[]) => held(round ? `once(${make(...args)})` : make(...args))]
  })
  return Object.fromEntries(steps) as Arith<string, string>
}
