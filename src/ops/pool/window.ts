// The sizes of a pooling: how its window, strides and padding fit an image, checked for all of its ops.
import { checkFloat } from '../../core/dtype.ts'
import type { Spec } from '../../core/engine.ts'
import { OpError } from '../../core/errors.ts'
import { checkPair, formatShape, type Pair, type Shape, shapeOf } from '../../core/shape.ts'

/** How the window moves over an image, in pixels. */
export interface PoolWindow {
  readonly kernel: Pair
  readonly strides: Pair
  readonly padding: Pair
  /** Rounds the number of windows up instead of down. */
  readonly ceilMode: boolean
}

/** The window with the height and width of the images, for gradients. */
export interface Sized {
  readonly size: Pair
}

/** Options of the public functions; a number stands for both directions. */
export interface PoolOptions {
  readonly kernel: number | Pair
  /** Default the kernel's size. */
  readonly strides?: number | Pair
  /** At most half the kernel; default 0. */
  readonly padding?: number | Pair
  readonly ceilMode?: boolean
}

/** The attributes that options stand for. */
export function windowOf(options: PoolOptions): PoolWindow {
  const kernel = pairOf(options.kernel)
  const strides = pairOf(options.strides ?? kernel)
  return { kernel, strides, padding: pairOf(options.padding ?? 0), ceilMode: options.ceilMode ?? false }
}

function pairOf(value: number | Pair): Pair {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]]
}

/**
 * Windows along one axis: ⌊(size + 2 padding − kernel) ÷ stride⌋ + 1, or ⌈·⌉ in ceil mode, without a last one that would
 * start behind the image, where there is nothing but padding. So each window holds a pixel, as in PyTorch.
 */
function windowsAlong({ kernel, strides, padding, ceilMode }: PoolWindow, axis: 0 | 1, size: number): number {
  const steps = (size + 2 * padding[axis] - kernel[axis]) / strides[axis]
  const last = ceilMode ? Math.ceil(steps) : Math.floor(steps)
  return last * strides[axis] < size + padding[axis] ? last + 1 : last
}

/** The shape of the pooled images; throws where the window doesn't fit. */
export function pooledShape(op: string, x: Spec, window: PoolWindow): Shape {
  checkImages(op, x)
  if (x.shape[2] === 0 || x.shape[3] === 0) {
    throw new OpError(
      op,
      `the images have no pixels: got ${formatShape(x.shape)}, expected a positive height and width`,
    )
  }
  checkWindow(op, window)
  const sizes = ([0, 1] as const).map((axis) => {
    const size = x.shape[2 + axis]
    const { kernel, padding } = window
    if (kernel[axis] > size + 2 * padding[axis]) {
      const side = axis === 0 ? 'height' : 'width'
      const room = `${side} ${size} with padding ${padding[axis]} on both sides`
      throw new OpError(
        op,
        `the window must fit the padded input: got ${side} ${kernel[axis]}, expected at most ${room}`,
      )
    }
    return windowsAlong(window, axis, size)
  })
  return shapeOf([x.shape[0], x.shape[1], ...sizes])
}

/** Checks that dy has the shape of the pooled images, and gives the images' shape. */
export function unpooledShape(op: string, dy: Spec, window: PoolWindow & Sized): Shape {
  checkImages(op, dy)
  const shape = shapeOf([dy.shape[0], dy.shape[1], ...window.size])
  const pooled = pooledShape(op, { shape, dtype: dy.dtype }, window)
  if (pooled.every((n, i) => n === dy.shape[i])) return shape
  throw new OpError(op, `wrong shape of dy: got ${formatShape(dy.shape)}, expected ${formatShape(pooled)}`)
}

function checkImages(op: string, { shape, dtype }: Spec): void {
  if (shape.length !== 4) throw new OpError(op, `the input must be (N, C, H, W), got ${formatShape(shape)}`)
  checkFloat(op, 'the input', dtype)
}

function checkWindow(op: string, { kernel, strides, padding }: PoolWindow): void {
  checkPair(op, 'kernel', kernel, 1)
  checkPair(op, 'strides', strides, 1)
  checkPair(op, 'padding', padding, 0)
  if (padding.every((size, axis) => 2 * size <= kernel[axis])) return
  const [got, most] = [padding, kernel.map((size) => Math.floor(size / 2))].map(formatShape)
  throw new OpError(
    op,
    `padding of more than half the window ${formatShape(kernel)}: got ${got}, expected at most ${most}`,
  )
}
