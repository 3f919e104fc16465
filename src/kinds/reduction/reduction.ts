// reduction: what the elements along some axes have in common, joined from a formula of each, and finished by another.

import type { Compute } from '../../arith/graph.ts'
import { type DType, kindOf } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { GradientContext, Saves } from '../../core/op.ts'
import { formatShape, reducedShape, type Shape } from '../../core/shape.ts'
import type { RunnableOp } from '../../kernel/wasm/plan.ts'
import { type SumFunctions, sumTo } from '../formula/formula.ts'
import { checkComputed, checkDTypes, type FormulaOperand, kindsOf, separated, wantedOf } from '../operands.ts'
import { elementsShape, outputsOf, type ReductionAttributes, sourcesOfReduction } from './attributes.ts'
import { gradientsOfSums } from './gradient.ts'
import type { Join } from './join.ts'
import { reductionWasm } from './reduction.wasm.ts'
import { tracedReduction } from './traced.ts'

/** A further reading of the elements, while they are in the cache. */
export interface Stage {
  /** Values of an element, from the operands, all values joined before, and the number of elements. */
  readonly element: Compute
  readonly joins: readonly Join[]
}

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
  /** Further readings. Elements may be read in parts: then `merge` takes the parts together. */
  readonly later?: readonly Stage[]
  /** What a part is known by, made of its joined values and its number of elements. Default the joined values. */
  readonly state?: Compute
  /** The state of two parts together, from that of one and that of the other; with one stage, by default joined. */
  readonly merge?: Compute
  /** The results, made of the state and of how many elements there were. Default the state. */
  readonly finish?: Compute
  /** Which of these results are outputs. Default all. */
  readonly given?: readonly number[]
  /** Further results, one for each element, made of the operands and of all results of `finish`. */
  readonly map?: Compute
  /** The gradient where joins are not all sums, or that there is none; that of sums is derived. */
  readonly gradient?: ReductionGradient | 'none'
}

/** The gradient of a reduction. */
export interface ReductionGradient {
  /** Which operands, counted without numbers, and which outputs the gradient reads. */
  readonly saves: Saves
  /** Gradients of the inputs from those of the outputs; `spread` gives a result the shape that keeps its axes. */
  of(
    context: GradientContext<ReductionAttributes>,
    dys: readonly NDArray[],
    spread: (result: NDArray) => NDArray,
  ): readonly (NDArray | null)[]
}

/** What gradients call. */
export interface ReductionFunctions extends SumFunctions {
  broadcastTo(x: NDArray, shape: Shape): NDArray
}

/** Results along axes of the operands, which are broadcast as NumPy does. */
export const reductionOp: RunnableOp<ReductionAttributes, ReductionFunctions> = {
  name: 'reduction',
  kernel: reductionWasm,
  calledAs: ({ reduction }) => reduction.reduction.name,
  infer(inputs, attrs) {
    const { reduction, axes, keepDims, dtypes } = attrs
    const { name, joins } = reduction.reduction
    const { joined, map } = reduction
    const shape = elementsShape(inputs, attrs)
    const extreme = joins.some((join) => join === 'max' || join === 'min')
    // of several values, of one stage or of all, one may be a scale of the others; results of elements need none
    if (extreme && joined.length === 1 && !map && axes.some((axis) => shape[axis] === 0)) {
      throw new OpError(name, `nothing to choose from: got ${formatShape(shape)}, expected at least one element`)
    }
    const kept = reducedShape(shape, axes, keepDims)
    const finished = reduction.finish.results.length
    return outputsOf(reduction).flatMap((output, i) =>
      output === null ? [] : [{ shape: i < finished ? kept : shape, dtype: dtypes[i] }],
    )
  },
  saves(attrs, needs) {
    const { gradient } = attrs.reduction.reduction
    if (typeof gradient === 'object') return gradient.saves
    const { reads } = attrs.reduction.derived(wantedOf(attrs.reduction.leaves, attrs, needs)).element
    const sources = sourcesOfReduction(attrs)
    const saved = reads.flatMap(({ what, index }) => (what === 'x' ? [sources[index]] : []))
    return { inputs: saved.filter((source) => source !== null && source < needs.length) as number[] }
  },
  gradient(context, dys, functions) {
    const { attrs, inputs, needs } = context
    const { reduction, axes } = attrs
    const shape = elementsShape(inputs, attrs)
    const kept = reducedShape(shape, axes, true)
    const spread = (result: NDArray) => functions.withShape(result, kept)
    const { gradient } = reduction.reduction
    const gradients: (NDArray | null)[] = inputs.map(() => null)
    if (typeof gradient === 'object') {
      return gradient.of(context, dys, spread).map((of, i) => of && sumTo(of, inputs[i].shape, functions))
    }
    const wanted = wantedOf(reduction.leaves, attrs, needs)
    const sources = sourcesOfReduction(attrs)
    const made = gradientsOfSums(context, dys.map(spread), wanted, shape, functions)
    wanted.forEach((k, i) => {
      const input = sources[k] as number
      const of = made[i]
      gradients[input] = of && sumTo(of, inputs[input].shape, functions)
    })
    return gradients
  },
}

/** A reduction without a gradient: its calls are not recorded, so that backward refuses its results. */
const constantOp: RunnableOp<ReductionAttributes> = { ...reductionOp, gradient: undefined }

/** What is reduced, and to which types. */
export interface ReduceOptions {
  /** Counted from 0, ascending. */
  readonly axes: readonly number[]
  readonly keepDims?: boolean
  /** Element types of the results of `finish`, then of those of `map`. Default that of the first array. */
  readonly dtypes?: readonly DType[]
  /** Arrays that take the outputs, of their shapes and types. */
  readonly out?: readonly NDArray[]
}

/** Reduces arrays, numbers that stand for arrays, and indices along axes; results of elements come last. */
export function reduce(reduction: Reduction, operands: readonly FormulaOperand[], options: ReduceOptions): NDArray[] {
  checkDTypes(reduction, operands)
  if (reduction.map) checkComputed(reduction.name, operands)
  const { inputs, scalars, attrs } = separated(reduction.name, operands, 'takes arrays')
  const [first] = inputs
  const made = tracedReduction(reduction, kindsOf(operands, kindOf(first.dtype)))
  const results = [...made.finish.results, ...(made.map?.graph.results ?? [])]
  const { axes, keepDims = false, dtypes = results.map(() => first.dtype), out } = options
  const called = { scalars, ...(out && { out }) }
  const op = reduction.gradient === 'none' ? constantOp : reductionOp
  return invoke(op, inputs, { reduction: made, ...attrs, axes, keepDims, dtypes }, called)
}
