// Pooling of images and sequences by maximum, mean or sum, over windows or the whole.
import { OpError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { multiply } from '../elementwise/elementwise.ts'
import { asImages, checkSpatial, fromImages, pairOf } from '../spatial.ts'
import { pad } from '../view/pad.ts'
import { averagePool } from './averagePool.ts'
import { maxPool } from './maxPool.ts'
import { type PoolWindow, pooledShape } from './window.ts'

/** What becomes of the elements of a window. A value of its own for each, so that a bundle has the kernels of one alone. */
export interface PoolKind {
  readonly name: 'max' | 'avg' | 'sum'
  /** Pools images. */
  pool(op: string, x: NDArray, window: PoolWindow, countIncludePad: boolean): NDArray
}

/** The largest. */
export const maximum: PoolKind = { name: 'max', pool: (_op, x, window) => maxPool(x, window) }
/** The mean. */
export const average: PoolKind = {
  name: 'avg',
  pool: (_op, x, window, countIncludePad) => averagePool(x, { ...window, countIncludePad }),
}
/** The sum. */
export const total: PoolKind = { name: 'sum', pool: sumPool }

/** How the window moves: one number for each spatial axis. */
export interface PoolSteps {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly padding: readonly number[]
  /** Rounds the number of windows up instead of down. */
  readonly ceilMode: boolean
}

/** A pooling: its kind, its window, or null for one window on the whole, and whether a mean's divisor counts padding. */
export interface Pooling {
  readonly kind: PoolKind
  readonly steps: PoolSteps | null
  readonly countIncludePad: boolean
}

/** Pools (N, C, W) or (N, C, H, W). */
export function pooling(op: string, x: NDArray, { kind, steps, countIncludePad }: Pooling): NDArray {
  const axes = checkSpatial(op, 'the input', x)
  if (steps && steps.kernel.length !== axes) {
    const got = `got ${steps.kernel.length} numbers for input ${formatShape(x.shape)}`
    throw new OpError(op, `the window must have a number for each spatial axis: ${got}`)
  }
  const images = asImages(x)
  const window = steps ? windowOf(steps) : wholeOf(images)
  return fromImages(kind.pool(op, images, window, countIncludePad), axes)
}

/** The window of the ops: a sequence has one row. */
function windowOf({ kernel, strides, padding, ceilMode }: PoolSteps): PoolWindow {
  return { kernel: pairOf(kernel, 1), strides: pairOf(strides, 1), padding: pairOf(padding, 0), ceilMode }
}

function wholeOf({ shape: [, , height, width] }: NDArray): PoolWindow {
  return { kernel: [height, width], strides: [height, width], padding: [0, 0], ceilMode: false }
}

/** The mean of full windows times their area; zeros fill windows that reach beyond the padding. */
function sumPool(op: string, x: NDArray, window: PoolWindow): NDArray {
  const { kernel, strides, padding } = window
  const pooled = pooledShape(op, x, window)
  const beyond = ([0, 1] as const).map((axis) => {
    const end = (pooled[2 + axis] - 1) * strides[axis] + kernel[axis]
    return Math.max(0, end - x.shape[2 + axis] - 2 * padding[axis])
  })
  const full = beyond.some((n) => n > 0) ? pad(x, 'constant', [0, 0, 0, 0, 0, beyond[0], 0, beyond[1]]) : x
  return multiply(averagePool(full, { ...window, ceilMode: false }), kernel[0] * kernel[1])
}
