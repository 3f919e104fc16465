// averagePool: the mean of each window, and its spreading back. Routines: windows overlap.

import { invoke } from '../../core/invoke.ts'
import type { NDArray } from '../../core/ndarray.ts'
import type { OpSpec } from '../spec.ts'
import { averagePoolGradientWasm, averagePoolWasm } from './averagePool.wasm.ts'
import { type PoolOptions, type PoolWindow, pooledShape, type Sized, unpooledShape, windowOf } from './window.ts'

/** Attributes of averagePool. */
export interface AveragePoolAttributes extends PoolWindow {
  /** Whether the divisor counts padding; never what lies beyond it. */
  readonly countIncludePad: boolean
}

/** y = the sum of each window's pixels ÷ their number, padding counted or not. */
export const averagePoolOp: OpSpec<AveragePoolAttributes> = {
  name: 'averagePool',
  kernel: averagePoolWasm,
  infer: ([x], window) => [{ shape: pooledShape('averagePool', x, window), dtype: x.dtype }],
  gradient({ attrs, inputs: [{ shape }] }, [dy]) {
    return [averagePoolGradient(dy, { ...attrs, size: [shape[2], shape[3]] })]
  },
}

/** dx = the sum of dy ÷ divisor over the windows that hold the pixel. */
export const averagePoolGradientOp: OpSpec<AveragePoolAttributes & Sized> = {
  name: 'averagePoolGradient',
  kernel: averagePoolGradientWasm,
  infer: ([dy], window) => [{ shape: unpooledShape('averagePoolGradient', dy, window), dtype: dy.dtype }],
  gradient: ({ attrs }, [g]) => [averagePool(g, attrs)],
}

/** Options of averagePool. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether the divisor counts padding. Default true. */
  readonly countIncludePad?: boolean
}

/** The mean of each window of images (N, C, H, W). */
export function averagePool(x: NDArray, options: AveragePoolOptions): NDArray {
  const attrs = { ...windowOf(options), countIncludePad: options.countIncludePad ?? true }
  return invoke(averagePoolOp, [x], attrs)[0]
}

/** The gradient of averagePool's input from that of its result. */
export function averagePoolGradient(dy: NDArray, window: AveragePoolAttributes & Sized): NDArray {
  return invoke(averagePoolGradientOp, [dy], window)[0]
}
