// dropout: drops elements at random and scales up the rest; and the product with a mask, which its gradient is.
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, type Shape, shapeOf } from '../../core/shape.ts'
import { generator } from '../generator.ts'
import type { OpSpec } from '../spec.ts'

/** Attributes of dropout; the rate is its scalar. */
export interface DropoutAttributes {
  /** Axes along which one value of the mask serves all, counted from 0. */
  readonly axes: readonly number[]
}

/** The shape of the mask: 1 along the axes that share. */
export function maskShape(shape: Shape, axes: readonly number[]): Shape {
  return shapeOf(shape.map((size, axis) => (axes.includes(axis) ? 1 : size)))
}

/**
 * y = x · mask · 1/(1 − rate) with mask = u ≤ 1 − rate for u uniform in [0, 1), drawn in row-major order of the mask
 * (MXNet 1.9.1, dropout-inl.h, on the CPU). Inputs x and the generator's state; the mask, uint8, is kept while recording.
 */
export const dropoutOp: OpSpec<DropoutAttributes> = {
  name: 'dropout',
  mutates: [1],
  infer([x]) {
    if (x.dtype === 'float32' || x.dtype === 'float64') return [{ shape: x.shape, dtype: x.dtype }]
    throw new OpError('dropout', `takes floats, got ${x.dtype}: use astype('float32')`)
  },
  hidden: ([x], { axes }) => [{ shape: maskShape(x.shape, axes), dtype: 'uint8' }],
  saves: { outputs: [1] },
  gradient: (context, [dy]) => [scaleByMask(dy, context.y(1), context.scalars[0], context.into(0)), null],
}

/** scaleByMask has no attributes; the rate is its scalar. */
export type ScaleByMaskAttributes = Record<never, never>

/** y = x · mask · 1/(1 − rate); the mask, uint8, has size 1 along the axes that share. */
export const scaleByMaskOp: OpSpec<ScaleByMaskAttributes> = {
  name: 'scaleByMask',
  infer([x, mask]) {
    const fits = mask.shape.every((size, axis) => size === x.shape[axis] || size === 1)
    if (mask.dtype === 'uint8' && mask.shape.length === x.shape.length && fits) {
      return [{ shape: x.shape, dtype: x.dtype }]
    }
    const got = `${mask.dtype} ${formatShape(mask.shape)}`
    throw new OpError('scaleByMask', `cannot mask ${formatShape(x.shape)} by ${got}: expected uint8 of that shape or 1`)
  },
  saves: { inputs: [1] },
  gradient: (context, [dy]) => [scaleByMask(dy, context.x(1), context.scalars[0], context.into(0)), null],
}

/** Options of dropout. */
export interface DropoutOptions {
  /** Axes along which one value of the mask serves all. */
  readonly axes?: readonly number[] | undefined
}

/** Keeps each element with probability 1 − rate and multiplies it by 1 ÷ (1 − rate); the others become 0. */
export function dropout(x: NDArray, rate: number, { axes = [] }: DropoutOptions = {}): NDArray {
  if (!(rate >= 0 && rate < 1)) throw new OpError('dropout', `the rate must be from 0 to below 1, got ${rate}`)
  const attrs = { axes: axes.map((axis) => checkAxis('dropout', axis, x.shape.length)) }
  return invoke(dropoutOp, [x, generator(x.context)], attrs, { scalars: [rate] })[0]
}

function scaleByMask(x: NDArray, mask: NDArray, rate: number, out: NDArray | undefined): NDArray {
  return invoke(scaleByMaskOp, [x, mask], {}, { scalars: [rate], ...(out && { out: [out] }) })[0]
}
