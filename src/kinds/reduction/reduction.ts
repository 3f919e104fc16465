// reduction: what the elements along some axes have in common, joined from a formula of each, and finished by another.
import type { Arith } from '../../arith/arith.ts'
import { type Derived, derive } from '../../arith/derive.ts'
import { type Compute, evaluate, type Graph, type Kind } from '../../arith/graph.ts'
import { trace } from '../../arith/tracer.ts'
import { type DType, kindOf } from '../../core/dtype.ts'
import type { Spec } from '../../core/engine.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import { NDArray } from '../../core/ndarray.ts'
import type { GradientContext, Op, Saves } from '../../core/op.ts'
import { broadcastShapes, formatShape, reducedShape, type Shape, sameShape } from '../../core/shape.ts'
import {
  applyTraced,
  checkDTypes,
  type FormulaOperand,
  type Gradients,
  gradientFormula,
  type SumFunctions,
  sumTo,
} from '../formula/formula.ts'

/** How two values are joined; NaN wins in max and min. */
export type Join = 'max' | 'min' | 'prod' | 'sum'

/** What elements are reduced to. */
export interface Reduction {
  /** What messages and profiles call it. */
  readonly name: string
  /** Set when it takes floats only. */
  readonly floats?: true
  /** Set when its operands may be of several dtypes. */
  readonly mixed?: true
  /** The values of an element that are joined, each by its own join. */
  readonly element: Compute
  readonly joins: readonly Join[]
  /** The results of the joined values and of how many elements there were; the values themselves by default. */
  readonly finish?: Compute
  /** The gradient where joins are not all sums, or that there is none; that of sums is derived. */
  readonly gradient?: ReductionGradient | 'none'
}

/** The gradient of a reduction's only operand, from that of its only result; both are spread over the elements. */
export interface ReductionGradient {
  /** Whether it reads the operand and the result. */
  readonly saves: Saves
  of(context: GradientContext<ReductionAttributes>, dy: NDArray, spread: (result: NDArray) => NDArray): NDArray
}

/** What gradients call. */
export interface ReductionFunctions extends SumFunctions {
  broadcastTo(x: NDArray, shape: Shape): NDArray
}

/** A reduction traced for operands of certain kinds. */
export class TracedReduction {
  readonly reduction: Reduction
  readonly element: Graph
  readonly finish: Graph
  readonly #key: string
  readonly #derived = new Map<string, { readonly joined: Gradients; readonly element: Gradients }>()

  constructor(reduction: Reduction, leaves: readonly Kind[]) {
    this.reduction = reduction
    this.element = trace(reduction.element, leaves)
    const values = this.element.results.map(({ kind }) => kind)
    if (values.length !== reduction.joins.length) {
      throw new Error(`[${reduction.name}] ${values.length} values have ${reduction.joins.length} joins`)
    }
    const finish: Compute = reduction.finish ?? ((_m, ...joined) => joined.slice(0, values.length))
    // the count is of the kind of what it divides
    this.finish = trace(finish, [...values, values[0]])
    if (!reduction.gradient && reduction.joins.some((join) => join !== 'sum')) {
      throw new Error(`[${reduction.name}] only the gradient of sums can be derived`)
    }
    this.#key = `${this.element.key}|${reduction.joins}|${this.finish.key}`
  }

  /** Plans are kept by what is computed, not by its name. */
  toJSON(): string {
    return this.#key
  }

  /** Gradients of sums: of the joined values from those of the results, then of operands from those of the values. */
  derived(wanted: readonly number[]) {
    const key = wanted.join()
    let held = this.#derived.get(key)
    if (!held) {
      const values = this.element.results.map(({ kind }) => kind)
      const finish: Compute = (m, ...joined) => evaluate(this.finish, { float: m, int: m }, joined)
      const joined = derive({ compute: finish }, [...values, values[0]], [...values.keys()], { results: false })
      const element = derive({ compute: this.reduction.element }, this.element.leaves, wanted, { results: false })
      const withFormula = (made: Derived) => ({ ...made, traced: gradientFormula(this.reduction.name, made.graph) })
      held = { joined: withFormula(joined), element: withFormula(element) }
      this.#derived.set(key, held)
    }
    return held
  }
}

/** Attributes of a reduction's call. */
export interface ReductionAttributes {
  readonly reduction: TracedReduction
  /** Which operands are numbers, ascending: they are the scalars of the call, the others its inputs. */
  readonly numbers: readonly number[]
  /** Counted from 0, ascending, of the operands' common shape. */
  readonly axes: readonly number[]
  /** Whether reduced axes stay with size 1. */
  readonly keepDims: boolean
  /** Element types of the results. */
  readonly dtypes: readonly DType[]
}

/** For each operand the index of its input, or null for a number. */
export function inputsOf({
  reduction,
  numbers,
}: Pick<ReductionAttributes, 'reduction' | 'numbers'>): (number | null)[] {
  let input = 0
  return reduction.element.leaves.map((_, k) => (numbers.includes(k) ? null : input++))
}

/** The common shape of the operands, whose axes are reduced. */
export function elementsShape(name: string, inputs: readonly Pick<Spec, 'shape'>[]): Shape {
  return broadcastShapes(
    name,
    inputs.map(({ shape }) => shape),
  )
}

/** How many elements are joined to one result. */
export function countOf(shape: readonly number[], axes: readonly number[]): number {
  return axes.reduce((product, axis) => product * shape[axis], 1)
}

/** Results along axes of the operands, which are broadcast as NumPy does. */
export const reductionOp: Op<ReductionAttributes, ReductionFunctions> = {
  name: 'reduction',
  calledAs: ({ reduction }) => reduction.reduction.name,
  infer(inputs, { reduction, axes, keepDims, dtypes }) {
    const { name, joins } = reduction.reduction
    const shape = elementsShape(name, inputs)
    const extreme = joins.some((join) => join === 'max' || join === 'min')
    // of several values one may be a scale of the others
    if (extreme && joins.length === 1 && axes.some((axis) => shape[axis] === 0)) {
      throw new OpError(name, `nothing to choose from: got ${formatShape(shape)}, expected at least one element`)
    }
    return dtypes.map((dtype) => ({ shape: reducedShape(shape, axes, keepDims), dtype }))
  },
  saves(attrs, needs) {
    const { gradient } = attrs.reduction.reduction
    if (gradient) return gradient === 'none' ? {} : gradient.saves
    const { reads } = attrs.reduction.derived(wantedOf(attrs, needs)).element
    const operands = inputsOf(attrs)
    const saved = reads.flatMap(({ what, index }) => (what === 'x' ? [operands[index]] : []))
    return { inputs: saved.filter((input) => input !== null) }
  },
  gradient(context, dys, functions) {
    const { attrs, inputs, needs } = context
    const { reduction, axes } = attrs
    const shape = elementsShape(reduction.reduction.name, inputs)
    const kept = reducedShape(shape, axes, true)
    const spread = (result: NDArray) => functions.withShape(result, kept)
    const { gradient } = reduction.reduction
    const none = inputs.map(() => null)
    if (gradient === 'none') return none
    if (gradient) return [gradient.of(context, spread(dys[0]), spread), ...none.slice(1)]
    const wanted = wantedOf(attrs, needs)
    const operands = inputsOf(attrs)
    const made = gradientsOfSums(context, dys.map(spread), wanted, shape, functions)
    const gradients: (NDArray | null)[] = none
    wanted.forEach((k, i) => {
      const input = operands[k] as number
      const of = made[i]
      gradients[input] = of && sumTo(of, inputs[input].shape, functions)
    })
    return gradients
  },
}

/** Operands whose gradients are wanted: arrays of floats. */
function wantedOf(attrs: ReductionAttributes, needs: readonly boolean[]): number[] {
  const { leaves } = attrs.reduction.element
  return inputsOf(attrs).flatMap((input, k) => (input !== null && needs[input] && leaves[k] === 'float' ? [k] : []))
}

/** Gradients of operands, of the elements' shape, from those of the results, which are spread. */
function gradientsOfSums(
  context: GradientContext<ReductionAttributes>,
  dys: readonly NDArray[],
  wanted: readonly number[],
  shape: Shape,
  functions: ReductionFunctions,
): (NDArray | null)[] {
  const { attrs, scalars } = context
  const { joined, element } = attrs.reduction.derived(wanted)
  const operands = inputsOf(attrs)
  const [{ dtype }] = dys
  const values = attrs.reduction.element.results.length
  const take = (
    { traced, gradients }: Gradients,
    read: readonly FormulaOperand[],
    to?: Shape,
  ): (FormulaOperand | null)[] => {
    const dtypes = traced.graph.results.map(() => dtype)
    const made = dtypes.length > 0 ? applyTraced(traced, read, { dtypes, ...(to && { shape: to }) }) : []
    return gradients.map((of) => of && ('read' in of ? read[of.read] : made[of.result]))
  }
  const ofResults = joined.reads.map(({ what, index }): FormulaOperand => {
    if (what === 'dy') return dys[index]
    if (index === values) return countOf(shape, attrs.axes)
    throw new Error(`[${attrs.reduction.reduction.name}] the gradient reads joined values, which are not kept`)
  })
  const ofValues = take(joined, ofResults)
  const ofElements = element.reads.map(({ what, index }): FormulaOperand => {
    if (what === 'dy') return ofValues[index] ?? 0
    const input = operands[index]
    return input === null ? scalars[attrs.numbers.indexOf(index)] : context.x(input)
  })
  return take(element, ofElements, shape).map((of) => {
    if (!(of instanceof NDArray)) return null
    return sameShape(of.shape, shape) ? of : functions.broadcastTo(of, shape)
  })
}

const traced = new WeakMap<Reduction, Map<string, TracedReduction>>()

function tracedFor(reduction: Reduction, kinds: readonly Kind[]): TracedReduction {
  let held = traced.get(reduction)
  if (!held) traced.set(reduction, (held = new Map()))
  const key = kinds.join()
  let made = held.get(key)
  if (!made) held.set(key, (made = new TracedReduction(reduction, kinds)))
  return made
}

/** What is reduced, and to which types. */
export interface ReduceOptions {
  /** Counted from 0, ascending. */
  readonly axes: readonly number[]
  readonly keepDims?: boolean
  /** Element types of the results; by default that of the first array. */
  readonly dtypes?: readonly DType[]
}

/** Reduces arrays, and numbers that stand for arrays, along axes. */
export function reduce(reduction: Reduction, operands: readonly FormulaOperand[], options: ReduceOptions): NDArray[] {
  const inputs = operands.filter((operand): operand is NDArray => operand instanceof NDArray)
  const [first] = inputs
  checkDTypes(reduction, operands)
  const kinds = operands.map((operand) => kindOf(operand instanceof NDArray ? operand.dtype : first.dtype))
  const made = tracedFor(reduction, kinds)
  const { axes, keepDims = false, dtypes = made.finish.results.map(() => first.dtype) } = options
  const numbers = operands.flatMap((operand, k) => (typeof operand === 'number' ? [k] : []))
  const scalars = operands.filter((operand) => typeof operand === 'number')
  return invoke(reductionOp, inputs, { reduction: made, numbers, axes, keepDims, dtypes }, { scalars })
}

/** What a join starts from: it changes no element. Integers start from the ends of int32. */
export function startOf(join: Join, kind: Kind): number {
  if (join === 'sum' || join === 'prod') return join === 'sum' ? 0 : 1
  if (kind === 'float') return join === 'max' ? -Infinity : Infinity
  return join === 'max' ? -(2 ** 31) : 2 ** 31 - 1
}

/** Two values joined. */
export function joined<V, M>(m: Arith<V, M>, join: Join, a: V, b: V): V {
  return join === 'sum' ? m.add(a, b) : join === 'prod' ? m.mul(a, b) : m[join](a, b)
}
