// Attributes of a reduction's call, and what follows from them.
import type { DType } from '../../core/dtype.ts'
import type { Spec } from '../../core/engine.ts'
import { broadcastShapes, type Shape } from '../../core/shape.ts'
import { type OperandAttributes, sourcesOf, withIotas } from '../operands.ts'
import type { TracedReduction } from './traced.ts'

/** Attributes of a reduction's call. */
export interface ReductionAttributes extends OperandAttributes {
  readonly reduction: TracedReduction
  /** Counted from 0, ascending, of the operands' common shape. */
  readonly axes: readonly number[]
  /** Whether reduced axes stay with size 1. */
  readonly keepDims: boolean
  /** Element types of all results of `finish`, then of those of `map`. */
  readonly dtypes: readonly DType[]
}

/** For each operand the index of its source, or null for a number. */
export function sourcesOfReduction(
  attrs: Pick<ReductionAttributes, 'reduction' | 'numbers' | 'iotas'>,
): (number | null)[] {
  return sourcesOf(attrs.reduction.leaves.length, attrs)
}

/** The common shape of the operands, whose axes are reduced. */
export function elementsShape(
  inputs: readonly Pick<Spec, 'shape'>[],
  attrs: Pick<ReductionAttributes, 'reduction' | 'iotas'>,
): Shape {
  return broadcastShapes(
    attrs.reduction.reduction.name,
    withIotas(inputs, attrs).map(({ shape }) => shape),
  )
}

/** How many elements are joined to one result. */
export function countOf(shape: readonly number[], axes: readonly number[]): number {
  return axes.reduce((product, axis) => product * shape[axis], 1)
}

/** For each result of `finish` and then of `map` the output that it is, or null. */
export function outputsOf({ finish, map, reduction }: TracedReduction): (number | null)[] {
  const { given = [...finish.results.keys()] } = reduction
  const elements = map ? map.graph.results.map((_, i) => given.length + i) : []
  return [...finish.results.map((_, i) => (given.includes(i) ? given.indexOf(i) : null)), ...elements]
}
