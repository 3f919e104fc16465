// dropout: drops elements at random and scales up the rest. The mask is a routine: it draws from the generator in order.

import { checkFloat } from '../../core/dtype.ts'
import { OpError } from '../../core/errors.ts'
import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { checkAxis, type Shape, shapeOf } from '../../core/shape.ts'
import { apply, type Formula } from '../../kinds/formula/formula.ts'
import { generator } from '../generator.ts'
import type { OpSpec } from '../spec.ts'
import { dropoutMaskWasm } from './dropout.wasm.ts'

/** Attributes of dropoutMask; the rate is its scalar. */
export interface DropoutMaskAttributes {
  readonly shape: Shape
}

/**
 * mask = u ≤ 1 − rate for u uniform in [0, 1), drawn in row-major order (MXNet 1.9.1, dropout-inl.h, on the CPU), as
 * uint8. Its input is the generator's state.
 */
export const dropoutMaskOp: OpSpec<DropoutMaskAttributes> = {
  name: 'dropoutMask',
  kernel: dropoutMaskWasm,
  calledAs: () => 'dropout',
  mutates: [0],
  infer: (_inputs, { shape }) => [{ shape, dtype: 'uint8' }],
}

/** Options of dropout. */
export interface DropoutOptions {
  /** Axes along which one value of the mask serves all. */
  readonly axes?: readonly number[] | undefined
}

/** Keeps each element with probability 1 − rate and multiplies it by 1 ÷ (1 − rate); the others become 0. */
export function dropout(x: NDArray, rate: number, { axes = [] }: DropoutOptions = {}): NDArray {
  if (!(rate >= 0 && rate < 1)) throw new OpError('dropout', `the rate must be from 0 to below 1, got ${rate}`)
  checkFloat('dropout', 'the input', x.dtype)
  const shared = axes.map((axis) => checkAxis('dropout', axis, x.ndim))
  return dropoutBy(generator(x.context), x, rate, shared)
}

/** Dropout by the generator whose state is given, one value of the mask along the axes. */
export function dropoutBy(state: NDArray, x: NDArray, rate: number, axes: readonly number[]): NDArray {
  const shape = shapeOf(x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)))
  const [mask] = invoke(dropoutMaskOp, [state], { shape }, { scalars: [rate] })
  return apply(dropped, [x, mask, rate])[0]
}

/** x · mask · 1/(1 − rate). */
const dropped: Formula = {
  name: 'dropout',
  mixed: true,
  compute: (m, x, mask, rate) => m.mul(x, m.mul(m.toFloat(mask), m.div(1, m.sub(1, rate)))),
}
