// pick: one element along an axis for each place of the others, and the way back. Routines: values are addresses.

import { checkOptions, OpError, type OptionNames } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, type Shape, sameShape, shapeOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { checkIndices } from '../places.ts'
import type { OpSpec } from '../spec.ts'
import { pickGradientWasm, pickWasm } from './pick.wasm.ts'

/** Attributes of pick: the axis, counted from 0, and whether it stays with size 1. */
export interface PickAttributes {
  readonly axis: number
  readonly keepDims: boolean
}

/** Attributes of pickGradient: those of pick and the shape of its data. */
export interface PickGradientAttributes extends PickAttributes {
  readonly shape: Shape
}

/** y[…] = data[…, index[…], …], indices cut to integers and clipped into range. */
export const pickOp: OpSpec<PickAttributes> = {
  name: 'pick',
  kernel: pickWasm,
  infer([data, index], { axis, keepDims }) {
    const { kept, dropped } = pickedShapes(data.shape, axis)
    if (data.shape[axis] === 0)
      throw new OpError('pick', `axis ${axis} of ${formatShape(data.shape)} has nothing to pick`)
    checkIndex('pick', index.shape, data.shape, axis)
    checkIndices('pick', 'indices', index, data.shape[axis])
    return [{ shape: keepDims ? kept : dropped, dtype: data.dtype }]
  },
  saves: { inputs: [1] },
  gradient({ attrs, inputs, x }, [dy]) {
    return [pickGradient(dy, x(1), { ...attrs, shape: inputs[0].shape }), null]
  },
}

/** ddata[…, k, …] = dy[…] where index[…] = k, else 0. */
export const pickGradientOp: OpSpec<PickGradientAttributes> = {
  name: 'pickGradient',
  kernel: pickGradientWasm,
  infer([dy, index], { axis, keepDims, shape }) {
    const { kept, dropped } = pickedShapes(shape, axis)
    checkIndex('pickGradient', index.shape, shape, axis)
    const expected = keepDims ? kept : dropped
    if (sameShape(dy.shape, expected)) return [{ shape, dtype: dy.dtype }]
    throw new OpError(
      'pickGradient',
      `wrong shape of dy: got ${formatShape(dy.shape)}, expected ${formatShape(expected)}`,
    )
  },
  saves: { inputs: [1] },
  gradient: ({ attrs: { axis, keepDims }, x }, [g]) => [pick(g, x(1), { axis, keepdims: keepDims }), null],
}

function pickedShapes(shape: Shape, axis: number): { kept: Shape; dropped: Shape } {
  const dropped = shape.filter((_, i) => i !== axis)
  return {
    kept: shapeOf(shape.map((n, i) => (i === axis ? 1 : n))),
    dropped: shapeOf(dropped.length > 0 ? dropped : [1]),
  }
}

function checkIndex(op: string, index: Shape, shape: Shape, axis: number): void {
  const { kept, dropped } = pickedShapes(shape, axis)
  if (sameShape(index, kept) || sameShape(index, dropped)) return
  const expected = `${formatShape(dropped)} or ${formatShape(kept)}`
  throw new OpError(
    op,
    `wrong shape of index: got ${formatShape(index)}, expected ${expected} for ${formatShape(shape)}`,
  )
}

/** Options of pick. */
export interface PickOptions extends OutOption {
  /** Default the last. */
  readonly axis?: number
  /** Whether the axis stays with size 1. */
  readonly keepdims?: boolean
}

const pickOptions: OptionNames<PickOptions> = { ...outOption, axis: 'number', keepdims: 'boolean' }

/** The element along the axis that the index, of any dtype, names for each place of the other axes. */
export function pick(data: NDArray, index: NDArray, options: PickOptions = {}, ...more: []): NDArray {
  for (const array of [data, index]) checkArray('pick', array)
  checkOptions('pick', options, '{ axis: 1 }', pickOptions, more)
  const { axis = -1, keepdims = false } = options
  const attrs = { axis: checkAxis('pick', axis, data.ndim), keepDims: keepdims }
  return written('pick', options.out, () => invoke(pickOp, [data, index], attrs)[0])
}

/** The gradient of pick's data from that of its result. */
export function pickGradient(dy: NDArray, index: NDArray, attrs: PickGradientAttributes): NDArray {
  return invoke(pickGradientOp, [dy, index], attrs)[0]
}
