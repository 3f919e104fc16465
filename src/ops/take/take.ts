// take: the parts of an array along an axis that indices name, and the way back. Routines: values are addresses.

import { checkFloat } from '../../core/dtype.ts'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, formatShape, type Shape, sameShape, shapeOf, sizeOf } from '../../core/shape.ts'
import { checkArray } from '../../kinds/movement/movement.ts'
import { type OutOption, outOption, written } from '../out.ts'
import { checkIndices } from '../places.ts'
import type { OpSpec } from '../spec.ts'
import { takeGradientWasm, takeWasm } from './take.wasm.ts'

/** Attributes of take: the axis, counted from 0. */
export interface TakeAttributes {
  readonly axis: number
}

/** Attributes of takeGradient: the axis and the shape of the array that was taken from. */
export interface TakeGradientAttributes extends TakeAttributes {
  readonly shape: Shape
}

/** y[…, i, …] = a[…, indices[i], …], indices cut to integers and clipped into range. */
export const takeOp: OpSpec<TakeAttributes> = {
  name: 'take',
  kernel: takeWasm,
  infer([a, indices], { axis }) {
    if (a.shape[axis] === 0 && sizeOf(indices.shape) > 0) {
      throw new OpError('take', `axis ${axis} of ${formatShape(a.shape)} has nothing to take`)
    }
    checkIndices('take', 'indices', indices, a.shape[axis])
    return [{ shape: takenShape(a.shape, indices.shape, axis), dtype: a.dtype }]
  },
  saves: { inputs: [1] },
  gradient({ attrs, inputs, x, into }, [dy]) {
    return [takeGradient(dy, x(1), { ...attrs, shape: inputs[0].shape }, into(0)), null]
  },
}

/** da[…, k, …] = Σ dy[…, i, …] over the i with indices[i] = k, in the order of i. */
export const takeGradientOp: OpSpec<TakeGradientAttributes> = {
  name: 'takeGradient',
  kernel: takeGradientWasm,
  infer([dy, indices], { axis, shape }) {
    checkFloat('takeGradient', 'dy', dy.dtype)
    const expected = takenShape(shape, indices.shape, axis)
    if (sameShape(dy.shape, expected)) return [{ shape, dtype: dy.dtype }]
    throw new OpError(
      'takeGradient',
      `wrong shape of dy: got ${formatShape(dy.shape)}, expected ${formatShape(expected)}`,
    )
  },
  saves: { inputs: [1] },
  gradient: ({ attrs, x }, [g]) => [take(g, x(1), { axis: attrs.axis }), null],
}

function takenShape(shape: Shape, indices: Shape, axis: number): Shape {
  return shapeOf([...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)])
}

/** Options of take. */
export interface TakeOptions extends OutOption {
  /** Default 0. */
  readonly axis?: number
  /** Indices out of range become the nearest in range; the only mode. */
  readonly mode?: 'clip'
}

const takeOptions: OptionNames<TakeOptions> = { ...outOption, axis: 'number', mode: true }

/** The parts of `a` along the axis that the indices, of any dtype and shape, name; of the dtype of `a`. */
export function take(a: NDArray, indices: NDArray, options: TakeOptions = {}, ...more: []): NDArray {
  for (const array of [a, indices]) checkArray('take', array)
  checkOptions('take', options, '{ axis: 1 }', takeOptions, more)
  const { axis = 0, mode = 'clip' } = options
  if (mode !== 'clip') throw new OpError('take', `mode must be 'clip', got ${nameOfKind(mode)}`)
  const attrs = { axis: checkAxis('take', axis, a.ndim) }
  return written('take', options.out, () => invoke(takeOp, [a, indices], attrs)[0])
}

/** The gradient of take's array from that of its result. */
export function takeGradient(dy: NDArray, indices: NDArray, attrs: TakeGradientAttributes, out?: NDArray): NDArray {
  return invoke(takeGradientOp, [dy, indices], attrs, out ? { out: [out] } : {})[0]
}
