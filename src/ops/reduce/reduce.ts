// reduce: sums, means, extremes, products and lengths over axes.
import type { Spec } from '../../core/engine.ts'
import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, type Shape, shapeOf, sizeOf } from '../../core/shape.ts'
import type { OpFunctions } from '../index.ts'
import type { OpSpec } from '../spec.ts'

/** What becomes of the elements along the axes. */
export type ReduceKind = 'max' | 'mean' | 'min' | 'norm' | 'prod' | 'sum'

/** Attributes of reduce. */
export interface ReduceAttributes {
  readonly kind: ReduceKind
  /** Counted from 0, ascending. */
  readonly axes: readonly number[]
  /** Whether reduced axes stay with size 1. */
  readonly keepDims: boolean
}

/**
 * y = kind over the axes, in the dtype of x: integers wrap, and their mean is cut towards zero. Over all axes the shape is
 * (1,), as in MXNet. Of nothing: sum 0, prod 1, mean NaN (0 for integers); max and min throw. NaN wins in max and min.
 *
 * Gradients: max and min pass dy to every element that equals the result, as in MXNet; prod gives dy · y ÷ x, so it is NaN
 * where x is 0; norm, √Σ x², gives dy · x ÷ y, NaN for a vector of zeros.
 */
export const reduceOp: OpSpec<ReduceAttributes> = {
  name: 'reduce',
  calledAs: ({ kind }) => kind,
  infer([x], { kind, axes, keepDims }) {
    if ((kind === 'max' || kind === 'min') && axes.some((axis) => x.shape[axis] === 0)) {
      throw new OpError(kind, `nothing to choose from: got ${formatShape(x.shape)}, expected at least one element`)
    }
    if (kind === 'norm' && (x.dtype === 'int32' || x.dtype === 'uint8')) {
      throw new OpError(kind, `cannot take ${x.dtype}, expected float32: use astype('float32')`)
    }
    return [{ shape: reducedShape(x.shape, axes, keepDims), dtype: x.dtype }]
  },
  saves: ({ kind }) => (kind === 'sum' || kind === 'mean' ? {} : { inputs: [0], outputs: [0] }),
  gradient({ attrs, inputs: [x], x: saved, y }, [dy], functions) {
    const { broadcastTo, divide, equal, multiply, withShape } = functions
    const kept = reducedShape(x.shape, attrs.axes, true)
    const spread = (array: NDArray) => withShape(array, kept)
    if (attrs.kind === 'sum') return [broadcastTo(spread(dy), x.shape)]
    if (attrs.kind === 'mean') return [ofMean(x, spread(dy), functions)]
    if (attrs.kind === 'prod') return [multiply(divide(spread(y(0)), saved(0)), spread(dy))]
    if (attrs.kind === 'norm') return [multiply(saved(0), spread(divide(dy, y(0))))]
    return [multiply(equal(saved(0), spread(y(0))), spread(dy))]
  },
}

function ofMean(x: Spec, dy: NDArray, { broadcastTo, divide }: OpFunctions): NDArray {
  return broadcastTo(divide(dy, sizeOf(x.shape) / Math.max(dy.size, 1)), x.shape)
}

/** The shape without the axes, or with size 1 there; (1,) when nothing would be left. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  const kept = keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i))
  return shapeOf(kept.length > 0 ? kept : [1])
}

/** Options of reductions. */
export interface ReduceOptions {
  /** One axis or several; all where left out or null. Negative ones count from the end. */
  readonly axis?: number | readonly number[] | null
  /** Whether reduced axes stay with size 1. */
  readonly keepdims?: boolean
  /** Reduces all axes but those given. */
  readonly exclude?: boolean
}

const reduceOptions: OptionNames<ReduceOptions> = { axis: true, keepdims: true, exclude: true }

/** The axes that options name, ascending; throws where there is no such axis or one comes twice. */
function axesOf(op: string, shape: Shape, { axis = null, exclude = false }: ReduceOptions): number[] {
  const all = [...shape.keys()]
  if (axis === null) return all
  const list = typeof axis === 'number' ? [axis] : axis
  const named = new Set(list.map((a) => checkAxis(op, a, shape.length)))
  if (named.size !== list.length)
    throw new OpError(op, `an axis comes twice: got [${list.join(', ')}], expected each once`)
  return all.filter((a) => named.has(a) !== exclude)
}

function reduce(kind: ReduceKind, x: NDArray, options: ReduceOptions): NDArray {
  checkOptions(kind, options, '{ axis: 1 }', reduceOptions)
  const axes = axesOf(kind, x.shape, options)
  return invoke(reduceOp, [x], { kind, axes, keepDims: options.keepdims ?? false })[0]
}

/** The largest element along the axes. */
export function max(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduce('max', x, options)
}

/** The mean along the axes. */
export function mean(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduce('mean', x, options)
}

/** The smallest element along the axes. */
export function min(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduce('min', x, options)
}

/** The Euclidean length along the axes, √Σ x². */
export function norm(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduce('norm', x, options)
}

/** The product along the axes. */
export function prod(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduce('prod', x, options)
}

/** The sum along the axes. */
export function sum(x: NDArray, options: ReduceOptions = {}): NDArray {
  return reduce('sum', x, options)
}
