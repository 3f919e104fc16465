// formula: one element of each result from one of each operand, with NumPy's broadcasting; its gradients are derived.
import { type Derived, derive, type Read } from '../../arith/derive.ts'
import { type Callable, evaluate, type Graph, type Kind } from '../../arith/graph.ts'
import { trace } from '../../arith/tracer.ts'
import { bytesPer, type DType, kindOf } from '../../core/dtype.ts'
import type { Context, Spec } from '../../core/engine.ts'
import { nameOfKind, OpError } from '../../core/errors.ts'
import { type InvokeOptions, invoke } from '../../core/invoke.ts'
import { NDArray } from '../../core/ndarray.ts'
import type { GradientContext, Op } from '../../core/op.ts'
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from '../../core/shape.ts'

/** A formula that arrays are given to. */
export interface Formula extends Callable {
  /** What messages and profiles call it. */
  readonly name: string
  /** Set when it takes floats only. */
  readonly floats?: true
  /** Set when its operands may be of several dtypes: it converts them itself. */
  readonly mixed?: true
}

/** An operand of a formula: an array, or a number that stands for an array of it. */
export type FormulaOperand = NDArray | number

/** A formula traced for operands of certain kinds. */
export class Traced {
  readonly formula: Formula
  readonly graph: Graph
  readonly #derived = new Map<string, Gradients>()

  constructor(formula: Formula, graph: Graph) {
    this.formula = formula
    this.graph = graph
  }

  /** Plans are kept by what is computed, not by its name. */
  toJSON(): string {
    return this.graph.key
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

const traces = new WeakMap<Formula, Map<string, Traced>>()

/** The formula traced for operands of these kinds; numbers among its results are of the kinds given, or the usual one. */
function tracedFor(formula: Formula, kinds: readonly Kind[], results: readonly Kind[], usual: Kind): Traced {
  let held = traces.get(formula)
  if (!held) traces.set(formula, (held = new Map()))
  const key = `${kinds}>${results}>${usual}`
  let traced = held.get(key)
  if (!traced) held.set(key, (traced = new Traced(formula, trace(formula.compute, kinds, results, usual))))
  return traced
}

/** The gradients of a formula, as one: it is derived again from its graph for gradients of gradients. */
export function gradientFormula(name: string, graph: Graph): Traced {
  const compute: Formula['compute'] = (m, ...operands) => evaluate(graph, { float: m, int: m }, operands)
  return new Traced({ name: `${name}Gradient`, compute }, graph)
}

/** Attributes of a formula's call. */
export interface FormulaAttributes {
  readonly formula: Traced
  /** Which operands are numbers, ascending: they are the scalars of the call, the others its inputs. */
  readonly numbers: readonly number[]
  /** Element types of the results. */
  readonly dtypes: readonly DType[]
  /** For each result the operand in whose place it is written, or null for an output. */
  readonly places: readonly (number | null)[]
  /** The shape of the results of a call without inputs. */
  readonly shape?: Shape
}

/** For each operand the index of its input, or null for a number. */
export function inputsOf({ formula, numbers }: Pick<FormulaAttributes, 'formula' | 'numbers'>): (number | null)[] {
  let input = 0
  return formula.graph.leaves.map((_, k) => (numbers.includes(k) ? null : input++))
}

/** What the gradients of formulas call. */
export interface SumFunctions {
  withShape(x: NDArray, shape: Shape): NDArray
  sum(x: NDArray, options: { axis: number[]; keepdims: boolean }): NDArray
}

/** Results from operands, element by element, with NumPy's broadcasting. */
export const formulaOp: Op<FormulaAttributes, SumFunctions> = {
  name: 'formula',
  calledAs: ({ formula }) => formula.formula.name,
  infer(inputs, attrs) {
    const { name } = attrs.formula.formula
    const shape =
      attrs.shape ??
      broadcastShapes(
        name,
        inputs.map((input) => input.shape),
      )
    const operands = inputsOf(attrs)
    return attrs.dtypes.flatMap((dtype, i) => {
      const place = attrs.places[i]
      if (place === null) return [{ shape, dtype }]
      const target = inputs[operands[place] as number]
      if (sameShape(target.shape, shape) && target.dtype === dtype) return []
      const [got, want] = [target, { shape, dtype }].map((spec) => `${spec.dtype} ${formatShape(spec.shape)}`)
      throw new OpError(name, `cannot write ${want} in place of ${got}: they must match`)
    })
  },
  mutates: (attrs) => attrs.places.flatMap((place) => (place === null ? [] : [inputsOf(attrs)[place] as number])),
  saves(attrs, needs, inputs, outputs) {
    const { reads } = attrs.formula.derived(wantedOf(attrs, needs), readsResults(attrs, needs, inputs, outputs))
    const operands = inputsOf(attrs)
    const of = (what: Read['what']) => reads.filter((read) => read.what === what).map(({ index }) => index)
    const saved = of('x').map((k) => operands[k])
    return { inputs: saved.filter((input) => input !== null), outputs: of('y') }
  },
  gradient(context, dys, functions) {
    const { attrs, inputs, outputs, needs } = context
    const operands = inputsOf(attrs)
    const results = readsResults(attrs, needs, inputs, outputs)
    const gradients: (NDArray | null)[] = inputs.map(() => null)
    for (const group of groupsOf(attrs, needs, inputs, outputs)) {
      gradientsOf(context, dys, attrs.formula.derived(group, results)).forEach((gradient, i) => {
        const input = operands[group[i]] as number
        gradients[input] = gradient && sumTo(gradient, inputs[input].shape, functions)
      })
    }
    return gradients
  },
}

/** Gradients of some operands: one that is an operand of the gradient's formula is that array itself. */
function gradientsOf(
  context: GradientContext<FormulaAttributes>,
  dys: readonly NDArray[],
  { traced, gradients, reads }: Gradients,
): (NDArray | null)[] {
  const { attrs, scalars, inputs } = context
  const operands = inputsOf(attrs)
  const values = reads.map(({ what, index }): FormulaOperand => {
    if (what === 'dy') return dys[index]
    if (what === 'y') return context.y(index)
    const input = operands[index]
    return input === null ? scalars[attrs.numbers.indexOf(index)] : context.x(input)
  })
  const { dtype } = inputs.find((input) => kindOf(input.dtype) === 'float') as Spec
  const { results } = traced.graph
  const made = results.length > 0 ? applyTraced(traced, values, { dtypes: results.map(() => dtype) }) : []
  return gradients.map((gradient) => {
    return gradient && ('read' in gradient ? (values[gradient.read] as NDArray) : made[gradient.result])
  })
}

/** Operands whose gradients are wanted: arrays of floats. */
function wantedOf(attrs: FormulaAttributes, needs: readonly boolean[]): number[] {
  const { leaves } = attrs.formula.graph
  return inputsOf(attrs).flatMap((input, k) => (input !== null && needs[input] && leaves[k] === 'float' ? [k] : []))
}

/** The operands whose gradients are made in one pass, those of the results' shape, and each that is summed by itself. */
function groupsOf(
  attrs: FormulaAttributes,
  needs: readonly boolean[],
  inputs: readonly Spec[],
  outputs: readonly Spec[],
): readonly (readonly number[])[] {
  const operands = inputsOf(attrs)
  const wanted = wantedOf(attrs, needs)
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
  const bytes = ({ shape, dtype }: Spec) => sizeOf(shape) * bytesPer(dtype)
  const operands = inputsOf(attrs)
  const kept = (results: boolean) =>
    attrs.formula.derived(wantedOf(attrs, needs), results).reads.reduce((sum, { what, index }) => {
      if (what === 'dy') return sum
      const input = operands[index]
      const spec = what === 'y' ? outputs[index] : input !== null && inputs[input]
      return spec ? sum + bytes(spec) : sum
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

/** Throws for operands of types that the formula, or reduction, does not take. */
export function checkDTypes(
  { name, floats, mixed }: Pick<Formula, 'name' | 'floats' | 'mixed'>,
  operands: readonly FormulaOperand[],
): void {
  let first: NDArray | undefined
  for (const operand of operands) {
    if (!(operand instanceof NDArray)) continue
    first ??= operand
    const { dtype } = operand
    if (dtype !== first.dtype && !mixed) {
      throw new OpError(name, `operands must have one dtype, got ${first.dtype} and ${dtype}: use astype`)
    }
    if (floats && kindOf(dtype) === 'int') {
      throw new OpError(name, `cannot take ${dtype}, expected float32: use astype('float32')`)
    }
  }
}

/** Applies a formula to arrays and numbers; returns the results that were not written in place. */
export function apply(formula: Formula, operands: readonly FormulaOperand[], options: ApplyOptions = {}): NDArray[] {
  checkDTypes(formula, operands)
  const first = operands.find((operand): operand is NDArray => operand instanceof NDArray)
  const usual = options.dtypes?.[0] ?? options.out?.[0].dtype ?? first?.dtype ?? 'float32'
  const numbersKind = kindOf(options.numbersLike ?? first?.dtype ?? usual)
  const kinds = operands.map((operand) => (operand instanceof NDArray ? kindOf(operand.dtype) : numbersKind))
  const traced = tracedFor(formula, kinds, options.dtypes?.map(kindOf) ?? [], kindOf(usual))
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
  const numbers: number[] = []
  const scalars: number[] = []
  const inputs: NDArray[] = []
  operands.forEach((operand, k) => {
    if (operand instanceof NDArray) inputs.push(operand)
    else if (typeof operand !== 'number') {
      throw new OpError(name, `operands are arrays and numbers, got ${nameOfKind(operand)}`)
    } else {
      numbers.push(k)
      scalars.push(operand)
    }
  })
  if (inputs.length === 0 && !shape) throw new OpError(name, 'at least one operand must be an array, got numbers only')
  const attrs = { formula: traced, numbers, dtypes, places, ...(shape && { shape }) }
  const called: InvokeOptions = { scalars, ...(out && { out }), ...(context && { context }) }
  return invoke(formulaOp, inputs, attrs, called)
}
