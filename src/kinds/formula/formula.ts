// formula: one element of each result from one of each operand, with NumPy's broadcasting; its gradients are derived.

import { type Derived, derive, type Read } from '../../arith/derive.ts'
import { type Callable, evaluate, type Graph, type Kind } from '../../arith/graph.ts'
import { trace } from '../../arith/tracer.ts'
import { bytesOf, type DType, kindOf } from '../../core/dtype.ts'
import type { Context, Spec } from '../../core/engine.ts'
import { OpError } from '../../core/errors.ts'
import { type InvokeOptions, invoke } from '../../core/invoke.ts'
import { NDArray } from '../../core/ndarray.ts'
import type { GradientContext } from '../../core/op.ts'
import { broadcastShapes, formatShape, type Shape, sameShape } from '../../core/shape.ts'
import type { RunnableOp } from '../../kernel/wasm/plan.ts'
import {
  checkDTypes,
  type FormulaOperand,
  Iota,
  kindsOf,
  type OperandAttributes,
  separated,
  shortName,
  Traces,
  wantedOf,
  withIotas,
} from '../operands.ts'
import { type FormulaAttributes, sourcesOfFormula } from './attributes.ts'
import { formulaWasm } from './formula.wasm.ts'

/** A formula that arrays are given to. */
export interface Formula extends Callable {
  /** What messages and profiles call it. */
  readonly name: string
  /** Set when it takes floats only. */
  readonly floats?: true
  /** Set when its operands may be of several dtypes: it converts them itself. */
  readonly mixed?: true
}

/** A formula traced for operands of certain kinds. */
export class Traced {
  readonly formula: Formula
  readonly graph: Graph
  readonly #name: string
  readonly #derived = new Map<string, Gradients>()

  constructor(formula: Formula, graph: Graph) {
    this.formula = formula
    this.graph = graph
    this.#name = shortName(graph.key)
  }

  /** Plans are kept by what is computed, not by the formula's name. */
  toJSON(): string {
    return this.#name
  }

  /** The gradients of the operands `wanted`, which read results or operands alone. */
  derived(wanted: readonly number[], results: boolean): Gradients {
    const key = `${wanted}|${results}`
    let held = this.#derived.get(key)
    if (!held) {
      const made = derive(this.formula, this.graph.leaves, wanted, { results })
      held = { ...made, traced: gradientFormula(this.formula.name, made.graph) }
      this.#derived.set(key, held)
    }
    return held
  }
}

/** Gradients as a formula of what they read. */
export type Gradients = Derived & { readonly traced: Traced }

const traces = new Traces<Formula, Traced>()

/** The formula traced for operands of these kinds; numbers among its results are of the kinds given, or the usual one. */
function tracedFor(formula: Formula, kinds: readonly Kind[], results: readonly Kind[], usual: Kind): Traced {
  return traces.get(formula, `${kinds}>${results}>${usual}`, () => {
    return new Traced(formula, trace(formula.compute, kinds, results, usual))
  })
}

/** The gradients of a formula, as one: it is derived again from its graph for gradients of gradients. */
export function gradientFormula(name: string, graph: Graph): Traced {
  const compute: Formula['compute'] = (m, ...operands) => evaluate(graph, { float: m, int: m }, operands)
  return new Traced({ name: `${name}Gradient`, compute }, graph)
}

/** What the gradients of formulas call. */
export interface SumFunctions {
  withShape(x: NDArray, shape: Shape): NDArray
  sum(x: NDArray, options: { axis: number[]; keepdims: boolean }): NDArray
}

/** Results from operands, element by element, with NumPy's broadcasting. */
export const formulaOp: RunnableOp<FormulaAttributes, SumFunctions> = {
  name: 'formula',
  kernel: formulaWasm,
  calledAs: ({ formula }) => formula.formula.name,
  infer(inputs, attrs) {
    const { name } = attrs.formula.formula
    const shape =
      attrs.shape ??
      broadcastShapes(
        name,
        withIotas(inputs, attrs).map((source) => source.shape),
      )
    const operands = sourcesOfFormula(attrs)
    return attrs.dtypes.flatMap((dtype, i) => {
      const place = attrs.places[i]
      if (place === null) return [{ shape, dtype }]
      const target = inputs[operands[place] as number]
      if (sameShape(target.shape, shape) && target.dtype === dtype) return []
      const [got, want] = [target, { shape, dtype }].map((spec) => `${spec.dtype} ${formatShape(spec.shape)}`)
      throw new OpError(name, `cannot write ${want} in place of ${got}: they must match`)
    })
  },
  mutates: (attrs) =>
    attrs.places.flatMap((place) => (place === null ? [] : [sourcesOfFormula(attrs)[place] as number])),
  saves(attrs, needs, inputs, outputs) {
    const { reads } = attrs.formula.derived(
      wantedOf(attrs.formula.graph.leaves, attrs, needs),
      readsResults(attrs, needs, inputs, outputs),
    )
    const operands = sourcesOfFormula(attrs)
    const of = (what: Read['what']) => reads.filter((read) => read.what === what).map(({ index }) => index)
    const saved = of('x').map((k) => operands[k])
    return { inputs: saved.filter((input) => input !== null && input < inputs.length) as number[], outputs: of('y') }
  },
  gradient(context, dys, functions) {
    const { attrs, inputs, outputs, needs } = context
    const operands = sourcesOfFormula(attrs)
    const results = readsResults(attrs, needs, inputs, outputs)
    const gradients: (NDArray | null)[] = inputs.map(() => null)
    for (const group of groupsOf(attrs, needs, inputs, outputs)) {
      gradientsOf(context, dys, attrs.formula.derived(group, results)).forEach((gradient, i) => {
        const input = operands[group[i]] as number
        gradients[input] = gradient && sumTo(asType(gradient, inputs[input].dtype), inputs[input].shape, functions)
      })
    }
    return gradients
  },
}

/** An operand of a call, as a gradient reads it. */
export function operandOf(
  context: Pick<GradientContext<OperandAttributes>, 'attrs' | 'inputs' | 'scalars' | 'x'>,
  sources: readonly (number | null)[],
  k: number,
): FormulaOperand {
  const { attrs, inputs, scalars } = context
  const source = sources[k]
  if (source === null) return scalars[attrs.numbers.indexOf(k)]
  if (source < inputs.length) return context.x(source)
  return new Iota((attrs.iotas ?? [])[source - inputs.length].shape)
}

/** Gradients of some operands: one that is an operand of the gradient's formula is that array itself. */
function gradientsOf(
  context: GradientContext<FormulaAttributes>,
  dys: readonly NDArray[],
  { traced, gradients, reads }: Gradients,
): (NDArray | null)[] {
  const { attrs, inputs } = context
  const operands = sourcesOfFormula(attrs)
  const values = reads.map(({ what, index }): FormulaOperand => {
    if (what === 'dy') return dys[index]
    if (what === 'y') return context.y(index)
    return operandOf(context, operands, index)
  })
  const { dtype } = inputs.find((input) => kindOf(input.dtype) === 'float') as Spec
  const { results } = traced.graph
  const made = results.length > 0 ? applyTraced(traced, values, { dtypes: results.map(() => dtype) }) : []
  return gradients.map((gradient) => {
    return gradient && ('read' in gradient ? (values[gradient.read] as NDArray) : made[gradient.result])
  })
}

const converted: Formula = { name: 'cast', compute: (m, x) => m.toFloat(x) }

/** A gradient as a float of the type that its operand has. */
const asType = (gradient: NDArray, dtype: DType): NDArray =>
  gradient.dtype === dtype ? gradient : apply(converted, [gradient], { dtypes: [dtype] })[0]

/** The operands whose gradients are made in one pass, those of the results' shape, and each that is summed by itself. */
function groupsOf(
  attrs: FormulaAttributes,
  needs: readonly boolean[],
  inputs: readonly Spec[],
  outputs: readonly Spec[],
): readonly (readonly number[])[] {
  const operands = sourcesOfFormula(attrs)
  const wanted = wantedOf(attrs.formula.graph.leaves, attrs, needs)
  const whole = (k: number) => sameShape(inputs[operands[k] as number].shape, outputs[0].shape)
  const together = wanted.filter(whole)
  return [...(together.length > 0 ? [together] : []), ...wanted.filter((k) => !whole(k)).map((k) => [k])]
}

/** Whether gradients read results: where that keeps no more bytes alive than operands alone. */
function readsResults(
  attrs: FormulaAttributes,
  needs: readonly boolean[],
  inputs: readonly Spec[],
  outputs: readonly Spec[],
): boolean {
  const operands = sourcesOfFormula(attrs)
  const kept = (results: boolean) =>
    attrs.formula
      .derived(wantedOf(attrs.formula.graph.leaves, attrs, needs), results)
      .reads.reduce((sum, { what, index }) => {
        if (what === 'dy') return sum
        const input = operands[index]
        const spec = what === 'y' ? outputs[index] : input !== null && inputs[input]
        return spec ? sum + bytesOf(spec) : sum
      }, 0)
  return kept(true) <= kept(false)
}

/** Sums a gradient over the axes along which its operand was repeated. */
export function sumTo(dy: NDArray, shape: Shape, { sum, withShape }: SumFunctions): NDArray {
  if (sameShape(dy.shape, shape)) return dy
  const pad = dy.ndim - shape.length
  const axis = Array.from(dy.shape.keys()).filter((k) => k < pad || (shape[k - pad] === 1 && dy.shape[k] !== 1))
  const summed = axis.length > 0 ? sum(dy, { axis, keepdims: true }) : dy
  return sameShape(summed.shape, shape) ? summed : withShape(summed, shape)
}

/** How a formula is applied. */
export interface ApplyOptions {
  /** Element types of the results; by default that of the first array. */
  readonly dtypes?: readonly DType[]
  /** The type whose arithmetic numbers among the operands are of; by default that of the first array. */
  readonly numbersLike?: DType
  /** For each result the operand in whose place it is written; by default null, for a new array. */
  readonly places?: readonly (number | null)[]
  /** Arrays that take the results, of their shapes and types. */
  readonly out?: readonly NDArray[]
  /** The shape of the results, where no operand is an array. */
  readonly shape?: Shape
  readonly context?: Context
}

/** Applies a formula to arrays and numbers; returns the results that were not written in place. */
export function apply(formula: Formula, operands: readonly FormulaOperand[], options: ApplyOptions = {}): NDArray[] {
  checkDTypes(formula, operands)
  const first = operands.find((operand): operand is NDArray => operand instanceof NDArray)
  const usual = options.dtypes?.[0] ?? options.out?.[0].dtype ?? first?.dtype ?? 'float32'
  const numbersKind = kindOf(options.numbersLike ?? first?.dtype ?? usual)
  const traced = tracedFor(formula, kindsOf(operands, numbersKind), options.dtypes?.map(kindOf) ?? [], kindOf(usual))
  const dtypes = options.dtypes ?? traced.graph.results.map(() => usual)
  return applyTraced(traced, operands, { ...options, dtypes })
}

/** Applies a formula that is traced; with a shape, the results are repeated to it. */
export function applyTraced(
  traced: Traced,
  operands: readonly FormulaOperand[],
  options: ApplyOptions & { readonly dtypes: readonly DType[] },
): NDArray[] {
  const { name } = traced.formula
  const { dtypes, places = dtypes.map(() => null), out, shape, context } = options
  const { inputs, scalars, attrs: given } = separated(name, operands)
  if (inputs.length === 0 && !shape) throw new OpError(name, 'at least one operand must be an array, got numbers only')
  const attrs = { formula: traced, ...given, dtypes, places, ...(shape && { shape }) }
  const called: InvokeOptions = { scalars, ...(out && { out }), ...(context && { context }) }
  return invoke(formulaOp, inputs, attrs, called)
}
